"""Who is late: notices to services that were not confirmed in time, that are due, or that reached nobody (G5, F11)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flask import Blueprint, Response
from flask_babel import gettext as _

from idp.domain.events import announcements
from idp.domain.events.models import Announcement
from idp.domain.registry.lookup import as_client
from idp.domain.registry.models import ClientRegistration
from idp.domain.registry.search import ids_of
from idp.protocol.oidc.security_events import EventKind
from idp.web import locale
from idp.web.admin.desk import Desk, desk
from idp.web.pages.admin import Badge
from idp.web.pages.admin_late import AdminLatePage, LateLine
from idp.web.render import show

bp = Blueprint("late", __name__)

MOST = 200


@bp.get("/late")
def late() -> Response:
    """List them; an operator of an agency sees that agency's services."""
    with desk() as at:
        own = ids_of(at.db, at.agency_id) if at.agency_id is not None else None
        overdue = announcements.late(at.db, at.now, MOST, own)
        due = announcements.due(at.db, at.now, MOST, own)
        lost = announcements.undelivered(at.db, MOST, own)
        page = AdminLatePage(
            **at.frame(),
            late=_lines(at, overdue, lambda row: Badge(str(_("Terlambat")), "bad")),
            due=_lines(at, due, lambda row: Badge(str(_("Menunggu kepastian")))),
            undelivered=_lines(at, lost, lambda row: Badge(_failure(row), "warn")),
        )
    return show(page)


def _lines(
    at: Desk, rows: Sequence[Announcement], state: Callable[[Announcement], Badge]
) -> tuple[LateLine, ...]:
    names: dict[str, str] = {}
    for row in rows:
        if row.client_id not in names:
            registration = at.db.get(ClientRegistration, row.client_id)
            names[row.client_id] = (
                as_client(registration).name(locale.language()) if registration is not None else row.client_id
            )
    return tuple(
        LateLine(
            jti=row.id.hex,
            client_id=row.client_id,
            client=names[row.client_id],
            what=what(row.kind),
            told_at=row.delivered_at,
            due=row.answer_by or row.occurred_at,
            state=state(row),
            alerted_at=row.late_noted_at,
        )
        for row in rows
    )


def what(kind: str) -> str:
    """Say what a service has to do, in an operator's words."""
    words = {
        EventKind.CONSENT_WITHDRAWN: _("Izin ditarik: berhenti memakai data"),
        EventKind.ACCOUNT_PURGED: _("Akun ditutup: hapus data"),
        EventKind.ATTRIBUTE_CHANGED: _("Data berubah: perbarui salinan"),
        EventKind.ATTRIBUTE_CORRECTED: _("Data diperbaiki: perbarui salinan"),
        EventKind.ATTRIBUTE_DISPUTED: _("Sumber data berbeda"),
        EventKind.PROCESSING_RESTRICTED: _("Pemakaian dibatasi"),
    }
    return str(words.get(EventKind(kind), kind))


def _failure(row: Announcement) -> str:
    words = {
        "no_address": _("Tidak punya alamat"),
        "refused": _("Ditolak"),
        "no_answer": _("Tidak menjawab"),
    }
    return str(words.get(row.failure or "", _("Klien tidak dikenal")))

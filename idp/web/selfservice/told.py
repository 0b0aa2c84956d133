"""Who was told what about a citizen, who has confirmed, who is late (features F11, G5; UU PDP art. 40)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, Final
from uuid import UUID

from flask import Response
from flask_babel import gettext as _, lazy_gettext

from idp.domain.events import announcements
from idp.domain.events.models import Announcement
from idp.domain.store.database import Session
from idp.protocol.oidc.catalogue import CLAIMS
from idp.protocol.oidc.security_events import EventKind
from idp.web import locale
from idp.web.context import services
from idp.web.pages import AccountToldPage, ToldAct, ToldLine
from idp.web.pages.account import ToldState
from idp.web.render import show
from idp.web.selfservice.area import at_home, bp, service_name

ADDRESS: Final = "/me/told"
TITLES: Final[dict[str, Any]] = {
    EventKind.ATTRIBUTE_CHANGED: lazy_gettext("Data Anda berubah"),
    EventKind.ATTRIBUTE_CORRECTED: lazy_gettext("Data Anda diperbaiki"),
    EventKind.ATTRIBUTE_DISPUTED: lazy_gettext("Data Anda sedang diperiksa"),
    EventKind.CONSENT_WITHDRAWN: lazy_gettext("Anda menarik izin"),
    EventKind.ACCOUNT_DISABLED: lazy_gettext("Akun Anda dikunci"),
    EventKind.ACCOUNT_ENABLED: lazy_gettext("Akun Anda dibuka lagi"),
    EventKind.PROCESSING_RESTRICTED: lazy_gettext("Anda membatasi pemakaian data"),
}
FAILURES: Final[dict[str, ToldState]] = {
    "no_address": "no_address",
    "unknown_client": "no_address",
    "refused": "refused",
    "no_answer": "no_answer",
}


@bp.get(ADDRESS)
def told() -> Response:
    """Show every notice, the latest first."""
    now = services().clock()
    with at_home() as (db, resident):
        page = AccountToldPage(citizen_name=resident.name, acts=acts(db, resident.citizen.id, now))
    return show(page)


def acts(db: Session, citizen_id: UUID, now: datetime) -> tuple[ToldAct, ...]:
    """Gather what services were told of, act by act."""
    rows = announcements.of_citizen(db, citizen_id)
    by_act = groupby(
        sorted(rows, key=lambda row: (row.occurred_at, row.act), reverse=True), lambda row: row.act
    )
    return tuple(_act(db, list(group), now) for _id, group in by_act)


def withdrawn(db: Session, citizen_id: UUID, now: datetime) -> tuple[ToldLine, ...]:
    """Return how services stand whose consent was withdrawn lately, the latest of each."""
    latest: dict[str, Announcement] = {}
    for row in announcements.of_citizen(db, citizen_id):
        if row.kind == EventKind.CONSENT_WITHDRAWN:
            latest.setdefault(row.client_id, row)
    return tuple(line(db, row, now) for row in latest.values())


def line(db: Session, row: Announcement, now: datetime) -> ToldLine:
    """Say how one service stands with one notice."""
    name = service_name(db, row.client_id) or str(_("layanan yang sudah tidak ada"))
    if row.confirmed_at is not None:
        late = row.answer_by is not None and row.confirmed_at > row.answer_by
        return ToldLine(name, "confirmed", row.confirmed_at, row.answer_by, confirmed_late=late)
    if announcements.is_late(row, now):
        return ToldLine(name, "late", row.delivered_at, row.answer_by)
    if row.delivered_at is not None:
        return ToldLine(name, "told", row.delivered_at, row.answer_by)
    return ToldLine(name, FAILURES.get(row.failure or "", "waiting"), None, row.answer_by)


def title(kind: str) -> str:
    """Say what an event is about."""
    return str(TITLES.get(kind, _("Pemberitahuan tentang akun Anda")))


def _act(db: Session, rows: Sequence[Announcement], now: datetime) -> ToldAct:
    language, names = locale.language(), {name for row in rows for name in row.claims.split()}
    return ToldAct(
        at=rows[0].occurred_at,
        title=title(rows[0].kind),
        detail=", ".join(CLAIMS[name].label(language) for name in CLAIMS if name in names),
        lines=tuple(sorted((line(db, row, now) for row in rows), key=lambda each: each.service)),
    )

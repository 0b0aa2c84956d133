"""Cancelling a grave change by the link in a letter: looking changes nothing, the button does; no sign-in needed."""

from __future__ import annotations

from flask import Blueprint, Response, request
from flask_babel import gettext as _

from idp.changes import tell_cancelled
from idp.domain.citizens import pending_changes
from idp.web import csrf
from idp.web.context import services, unit_of_work
from idp.web.pages import ChangeCancelPage, OutcomePage, Way
from idp.web.render import show

bp = Blueprint("changes", __name__)

ADDRESS = "/changes/cancel"


@bp.get(ADDRESS)
def ask() -> Response:
    """Show what waits and when it takes effect."""
    token = request.args.get("token", "")
    with unit_of_work() as db:
        change = pending_changes.find(db, token)
    if change is None:
        return _nothing()
    page = ChangeCancelPage(
        action=ADDRESS,
        hidden=(("token", token),),
        kind=change.kind,
        asked_at=change.asked_at,
        effective_at=change.effective_at,
    )
    return show(page)


@bp.post(ADDRESS)
def cancel() -> Response:
    """Call it off, once."""
    csrf.check()
    with unit_of_work() as db:
        change = pending_changes.cancel(db, request.form.get("token", ""), services().clock())
        if change is not None:
            tell_cancelled(services(), db, change)
    if change is None:
        return _nothing()
    page = OutcomePage(
        title=_("Perubahan dibatalkan"),
        text=_(
            "Tidak ada yang berubah pada akun Anda. Bila bukan Anda yang memintanya, ganti kata sandi Anda."
        ),
        ways=(Way(_("Akun saya"), "/me"), Way(_("Bantuan"), "/help#not-me")),
    )
    return show(page)


def _nothing() -> Response:
    page = OutcomePage(
        title=_("Tautan ini sudah tidak berlaku"),
        text=_("Perubahannya sudah dibatalkan, sudah berlaku, atau tautannya tidak lengkap."),
        ways=(Way(_("Lihat riwayat akun saya"), "/me/history"), Way(_("Bantuan"), "/help#not-me")),
    )
    return show(page, 404)

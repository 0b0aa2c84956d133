"""Closing the account: explained, asked for with a fresh sign-in, done a day later unless called off (features G8)."""

from __future__ import annotations

from typing import Final

from flask import Response, request
from flask_babel import gettext as _

from idp import changes
from idp.domain.account import closing
from idp.domain.citizens import contacts, pending_changes
from idp.domain.citizens.pending_changes import COOLING_OFF
from idp.domain.consent.given import given
from idp.domain.store.database import Session
from idp.web import csrf
from idp.web.context import services
from idp.web.pages import AccountClosePage, FieldError
from idp.web.render import go, show
from idp.web.selfservice.area import Resident, at_home, bp

ADDRESS: Final = "/me/close"


@bp.get(ADDRESS)
def ask_closing() -> Response:
    """Say what closing means."""
    with at_home(fresh=True) as (db, resident):
        page = _page(db, resident)
    return show(page)


@bp.post(ADDRESS)
def close_account() -> Response:
    """Let the closing wait a day; the link in every letter calls it off, and so does the button at home."""
    csrf.check()
    deployment = services()
    with at_home(fresh=True, back=ADDRESS) as (db, resident):
        contacts.one_at_a_time(db, resident.citizen.id)
        waiting = pending_changes.waiting(db, resident.citizen.id, deployment.clock())
        if any(change.kind == closing.KIND for change in waiting):
            return go("/me")
        if request.form.get("understood") != "yes":
            error = FieldError(
                "understood", str(_("Beri tanda centang bila Anda memang ingin menutup akun."))
            )
            return show(_page(db, resident, (error,)), 400)
        payload = {"help_url": f"{deployment.settings.issuer}/help"}
        changes.ask(deployment, db, resident.citizen.id, closing.KIND, payload, actor=None)
    return go("/me")


def _page(db: Session, resident: Resident, errors: tuple[FieldError, ...] = ()) -> AccountClosePage:
    now = services().clock()
    return AccountClosePage(
        citizen_name=resident.name,
        action=ADDRESS,
        hours=int(COOLING_OFF.total_seconds() // 3600),
        service_count=len(given(db, resident.citizen.id, now)),
        waiting=any(c.kind == closing.KIND for c in pending_changes.waiting(db, resident.citizen.id, now)),
        errors=errors,
    )

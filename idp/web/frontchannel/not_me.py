"""The words "that was not me": the link in a security letter locks the account, without signing in (features H3)."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from flask import Blueprint, Response, request
from flask_babel import gettext as _

from idp import changes
from idp.domain.cases import locking
from idp.domain.store.database import Session
from idp.web import cookies, csrf
from idp.web.context import services, unit_of_work
from idp.web.frontchannel import notices
from idp.web.pages import NotMePage, OutcomePage, Way
from idp.web.render import show

bp = Blueprint("not_me", __name__)

ADDRESS: Final = "/not-me"


@bp.get(ADDRESS)
def ask() -> Response:
    """Say what the button does; looking locks nothing."""
    token = request.args.get("token", "")
    deployment = services()
    with unit_of_work() as db:
        found = locking.read_link(db, deployment.tree, token, deployment.clock())
    if found is None:
        return _nothing_left()
    return show(NotMePage(action=ADDRESS, hidden=(("token", token),)))


@bp.post(ADDRESS)
def lock() -> Response:
    """Lock the account, once."""
    csrf.check()
    deployment, now = services(), services().clock()
    with unit_of_work() as db:
        found = locking.read_link(db, deployment.tree, request.form.get("token", ""), now)
        locked = found is not None and lock_and_tell(db, found.account_id, "letter", found.digest)
    return locked_page() if locked else _nothing_left()


def lock_and_tell(db: Session, account_id: UUID, reason: str, digest: bytes | None = None) -> bool:
    """Lock an account at its owner's word and write to them how to get back in; False when it was not open."""
    deployment, now = services(), services().clock()
    locked = locking.lock(
        db, deployment.tree.vault.system("pii"), account_id, now, reason=reason, digest=digest
    )
    if locked is None:
        return False
    notices.tell(
        db, locked.citizen_id, "account_locked", {"recover_url": f"{deployment.settings.issuer}/recover"}
    )
    for change in locked.called_off:
        changes.tell_cancelled(deployment, db, change)
    return True


def locked_page() -> Response:
    """Say that the account is locked, and how to open it again."""
    page = OutcomePage(
        title=_("Akun Anda dikunci"),
        text=_(
            "Semua perangkat dan layanan sudah dikeluarkan, dan tidak ada yang bisa masuk. Buka lagi dengan kartu"
            " pemulihan, di loket, atau dengan pemeriksaan identitas."
        ),
        ways=(
            Way(_("Buka dengan kartu pemulihan"), "/recover"),
            Way(_("Periksa identitas saya lagi"), "/recover/identity"),
            Way(_("Bantuan dan loket"), "/help#not-me"),
        ),
    )
    response = show(page)
    cookies.drop_session(response)
    return response


def _nothing_left() -> Response:
    page = OutcomePage(
        title=_("Tautan ini sudah tidak berlaku"),
        text=_(
            "Tautannya sudah dipakai, terlalu lama, atau tidak lengkap. Akun yang sudah dikunci tetap terkunci."
        ),
        ways=(Way(_("Masuk dan periksa akun saya"), "/me/history"), Way(_("Bantuan"), "/help#not-me")),
    )
    return show(page, 404)

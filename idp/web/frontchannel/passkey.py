"""Signing in with a passkey: one step, nothing typed; open even while the account's password is slowed down (O-094)."""

from __future__ import annotations

from flask import Blueprint, Response, request
from flask_babel import gettext as _

from idp.domain.authenticators import passkeys as kept_passkeys
from idp.domain.authenticators.passkey_challenges import Purpose
from idp.domain.authenticators.passkey_sign_in import check_passkey
from idp.domain.authenticators.sign_in import Refusal
from idp.web import csrf, passkeys
from idp.web.context import services, unit_of_work
from idp.web.frontchannel import notices
from idp.web.frontchannel.flow import second_factor_is_due
from idp.web.frontchannel.frame import waiting_for
from idp.web.frontchannel.login import login_page
from idp.web.frontchannel.signed_in import begin_session, current_session
from idp.web.frontchannel.ways import passkey_kinds
from idp.web.pages import FieldError
from idp.web.render import go, show

bp = Blueprint("passkey", __name__)


@bp.post("/interaction/<uid>/passkey/options")
def options(uid: str) -> Response:
    """Give the login page's script a challenge; whoever answers it says who they are."""
    csrf.check()
    with unit_of_work() as db:
        waiting_for(db, uid)
        return passkeys.to_script(passkeys.to_get(db, Purpose.SIGN_IN))


@bp.post("/interaction/<uid>/passkey")
def sign_in(uid: str) -> Response:
    """Judge a passkey; a right one starts a session of two factors, or three with a security key."""
    csrf.check()
    deployment = services()
    response = go(f"/interaction/{uid}")
    with unit_of_work() as db:
        waiting = waiting_for(db, uid)
        result = check_passkey(
            db,
            deployment.tree,
            request.form.get(passkeys.FIELD, ""),
            passkeys.asking(Purpose.SIGN_IN),
            deployment.clock(),
        )
        if result and result.account_id and result.citizen_id and result.method:
            session = begin_session(
                db,
                response,
                result.account_id,
                result.citizen_id,
                (result.method,),
                shared=request.form.get("shared") == "yes",
            )
            waiting.row.mfa_tries = 0
            notices.after_sign_in(db, session, result, used_recovery_code=False)
            return response
        if result.refusal is Refusal.LOCKED:
            message = _("Akun ini sedang dikunci. Hubungi bantuan untuk membukanya lagi.")
        else:
            message = _("Kunci sandi itu tidak cocok dengan akun di sini. Coba lagi, atau masuk cara lain.")
        page = login_page(db, uid, waiting, errors=(FieldError("", message),))
    return show(page)


@bp.post("/interaction/<uid>/mfa/passkey/options")
def second_factor_options(uid: str) -> Response:
    """Give the page of the second factor a challenge that only this account's passkeys answer."""
    csrf.check()
    if not second_factor_is_due(uid):
        return passkeys.no_longer()
    with unit_of_work() as db:
        session = current_session(db)
        if session is None:
            return passkeys.no_longer()
        standing = kept_passkeys.of_account(db, session.account_id, passkey_kinds(session))
        holder = session.account_id.bytes
        return passkeys.to_script(passkeys.to_get(db, Purpose.SECOND_FACTOR, holder, standing))

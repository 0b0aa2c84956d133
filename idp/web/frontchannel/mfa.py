"""The second factor: the authenticator application or the recovery card."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import timedelta

from flask import Blueprint, Response, request
from flask_babel import gettext as _

from idp.domain.authenticators.sign_in import (
    Refusal,
    SignInResult,
    check_recovery_code,
    check_totp,
    second_factors,
)
from idp.domain.sessions import interactions
from idp.domain.sessions.interactions import Waiting
from idp.domain.sessions.logout import end_everywhere
from idp.domain.sessions.models import BrowserSession
from idp.domain.store.database import Session
from idp.web import cookies, csrf
from idp.web.context import place, services, unit_of_work
from idp.web.frontchannel import notices
from idp.web.frontchannel.flow import cancelled
from idp.web.frontchannel.frame import agency_of, waiting_for
from idp.web.frontchannel.login import seconds, slow_down
from idp.web.frontchannel.signed_in import current_session, raise_session, throttle_policy
from idp.web.pages import FieldError, MfaPage, Notice, RecoveryCodePage
from idp.web.render import go, show

bp = Blueprint("mfa", __name__)

AUTHENTICATOR, RECOVERY = "authenticator", "recovery"
FIELDS = {AUTHENTICATOR: "otp", RECOVERY: "recovery_code"}
OTHER = {AUTHENTICATOR: RECOVERY, RECOVERY: AUTHENTICATOR}
MOST_CHARS = 100


def mfa_page(
    uid: str,
    waiting: Waiting,
    *,
    method: str = AUTHENTICATOR,
    errors: tuple[FieldError, ...] = (),
    wait: timedelta = timedelta(0),
    db: Session | None = None,
) -> MfaPage | RecoveryCodePage:
    """Ask for the second factor by one of the two methods; give `db` inside a transaction."""
    with unit_of_work() if db is None else nullcontext(db) as reading:
        session = current_session(reading)
        factors = second_factors(reading, session.account_id) if session is not None else None
    left = factors.recovery_codes if factors is not None else 0
    nothing = factors is not None and not factors.totp and not left
    notice = (
        Notice(
            "warning",
            _("Akun ini belum punya pengaman kedua"),
            _("Layanan ini memerlukannya. Hubungi bantuan untuk memasangnya."),
        )
        if nothing
        else None
    )
    if method == RECOVERY:
        return RecoveryCodePage(
            agency=agency_of(waiting),
            action=f"/interaction/{uid}/mfa",
            codes_left=left,
            cancellable=True,
            errors=errors,
            notice=notice,
            wait_seconds=seconds(wait),
        )
    return MfaPage(
        agency=agency_of(waiting),
        action=f"/interaction/{uid}/mfa",
        cancellable=True,
        other_available=left > 0,
        errors=errors,
        notice=notice,
        wait_seconds=seconds(wait),
    )


@bp.post("/interaction/<uid>/mfa")
def mfa(uid: str) -> Response:
    """Judge a second factor; a right one raises the session to two factors."""
    csrf.check()
    method = RECOVERY if request.form.get("method") == RECOVERY else AUTHENTICATOR
    action = request.form.get("action")
    if action == "other":
        return go(f"/interaction/{uid}?method={OTHER[method]}")
    code = request.form.get(FIELDS[method], "")
    response = go(f"/interaction/{uid}")
    with unit_of_work() as db:
        waiting = waiting_for(db, uid)
        if action == "cancel":
            db.commit()
            return cancelled(waiting)
        session = current_session(db)
        if session is None:
            return response
        if not code.strip() or len(code) > MOST_CHARS or "\x00" in code:
            result = SignInResult(refusal=Refusal.CODE)
            status = 400
        elif not interactions.count_mfa_try(db, waiting.row):
            return _start_over(db, response, session)
        else:
            result = _judge(db, session, method, code)
            status = 200
        if result:
            raise_session(
                db, response, session, ("password", "totp" if method == AUTHENTICATOR else "recovery_code")
            )
            notices.after_sign_in(db, session, result, used_recovery_code=method == RECOVERY)
            return response
    if result.refusal is Refusal.THROTTLED:
        page = mfa_page(uid, waiting, method=method, wait=result.wait)
        return slow_down(show(page), result.wait)
    error = FieldError(FIELDS[method], _message(method, code))
    return show(mfa_page(uid, waiting, method=method, errors=(error,)), status)


def _judge(db: Session, session: BrowserSession, method: str, code: str) -> SignInResult:
    deployment = services()
    check = check_totp if method == AUTHENTICATOR else check_recovery_code
    return check(
        db,
        deployment.tree,
        session.account_id,
        code,
        place().network,
        deployment.clock(),
        browser=cookies.browser_digest(),
        policy=throttle_policy(),
    )


def _start_over(db: Session, response: Response, session: BrowserSession) -> Response:
    """End a sign-in that has guessed too often; it begins again at the password (attacks O-100)."""
    end_everywhere(db, session, "too_many_codes", services().clock())
    cookies.drop_session(response)
    return response


def _message(method: str, code: str) -> str:
    if not code.strip():
        return str(_("Isi kodenya dulu."))
    if method == RECOVERY:
        return str(_("Kode pemulihan ini tidak cocok, atau sudah pernah dipakai."))
    return str(_("Kode tidak cocok, sudah dipakai, atau sudah berganti. Tunggu kode berikutnya."))

"""The first factor: identifier and password; every wrong guess gets the same answer (ASVS 6.3.8)."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Response, request
from flask_babel import gettext as _

from idp.domain.authenticators import passwords
from idp.domain.authenticators.sign_in import Refusal, SignInResult, check_password
from idp.domain.citizens.identifiers import MOST_CHARS
from idp.domain.sessions.interactions import Waiting
from idp.domain.store.database import Session
from idp.web import challenges, cookies, csrf, locale, passkeys
from idp.web.context import place, services, unit_of_work
from idp.web.frontchannel import notices, sign_in_words
from idp.web.frontchannel.accounts_here import known_here
from idp.web.frontchannel.cross_device_offer import is_offered
from idp.web.frontchannel.flow import cancelled
from idp.web.frontchannel.frame import agency_of, waiting_for
from idp.web.frontchannel.signed_in import begin_session, recognised_here, throttle_policy
from idp.web.pages import Challenge, FieldError, LoginPage
from idp.web.render import go, show

bp = Blueprint("login", __name__)


def login_page(
    db: Session,
    uid: str,
    waiting: Waiting,
    *,
    identifier: str | None = None,
    errors: tuple[FieldError, ...] = (),
    wait: timedelta = timedelta(0),
    challenge: Challenge | None = None,
) -> LoginPage:
    """Ask who it is; the client's hint is filled in, never trusted (OIDC Core §3.1.2.1)."""
    hint = str(waiting.request.get("login_hint") or "")[:MOST_CHARS]
    known = known_here(db)
    expected = next((each for each in known if each.id == str(waiting.row.expected_account)), None)
    return LoginPage(
        expected=expected,
        accounts_url=f"/interaction/{uid}/account" if known else "",
        agency=agency_of(waiting),
        action=f"/interaction/{uid}/login",
        identifier=hint if identifier is None else identifier,
        register_url=f"/register?uid={uid}",
        forgot_url=f"/recover?uid={uid}",
        cancellable=True,
        passkey_action=f"/interaction/{uid}/passkey" if passkeys.available() else "",
        qr_url=f"/interaction/{uid}/qr" if is_offered(waiting) else "",
        language_links=locale.links_to(f"/interaction/{uid}"),
        notice=None if errors or wait else sign_in_words.why_again(db, waiting),
        errors=errors,
        wait_seconds=seconds(wait),
        challenge=challenge or challenges.due(),
    )


@bp.post("/interaction/<uid>/login")
def login(uid: str) -> Response:
    """Judge identifier and password; right ones start a session of one factor."""
    csrf.check()
    identifier, password = request.form.get("identifier", ""), request.form.get("password", "")
    deployment = services()
    response = go(f"/interaction/{uid}")
    with unit_of_work() as db:
        waiting = waiting_for(db, uid)
        if request.form.get("action") == "cancel":
            db.commit()
            return cancelled(waiting)
        expected = waiting.row.expected_account if "identifier" not in request.form else None
        errors = _missing(identifier, password, picked=expected is not None)
        if errors:
            page = login_page(db, uid, waiting, identifier=identifier[:MOST_CHARS], errors=errors)
            return show(page, 400)
        unmet = challenges.unmet(db)
        if unmet is not None:
            db.commit()
            page = login_page(
                db,
                uid,
                waiting,
                identifier=identifier,
                errors=(challenges.refusal(unmet),),
                challenge=unmet,
            )
            return challenges.refused(show(page), unmet)
        result = check_password(
            db,
            deployment.tree,
            deployment.hasher,
            expected if expected is not None else identifier,
            password,
            place().network,
            deployment.clock(),
            browser=cookies.browser_digest(),
            policy=throttle_policy(),
        )
        if result and result.account_id is not None and result.citizen_id is not None:
            shared = request.form.get("shared") == "yes"
            methods: tuple[str, ...] = ("password",)
            if not shared and not waiting.request.get("fresh") and recognised_here(db, result.account_id):
                methods = ("password", "remembered_device")
            session = begin_session(
                db, response, result.account_id, result.citizen_id, methods, shared=shared
            )
            notices.after_sign_in(db, session, result, used_recovery_code=False)
            waiting.row.mfa_tries = 0
            return response
        db.commit()
        return _again(db, uid, waiting, identifier, result)


def seconds(wait: timedelta) -> int:
    """Round a wait up to whole seconds for a page."""
    return -int(-wait.total_seconds() // 1)


def slow_down(response: Response, wait: timedelta) -> Response:
    """Say in the header too when to come back (RFC 9110 §10.2.3)."""
    response.status_code = 429
    response.headers["Retry-After"] = str(seconds(wait))
    return response


def _again(db: Session, uid: str, waiting: Waiting, identifier: str, result: SignInResult) -> Response:
    if result.refusal is Refusal.THROTTLED:
        page = login_page(db, uid, waiting, identifier=identifier, wait=result.wait)
        return slow_down(show(page), result.wait)
    if result.refusal is Refusal.LOCKED:
        message = _("Akun ini sedang dikunci. Hubungi bantuan untuk membukanya lagi.")
    else:
        message = _("NIK, email, nomor ponsel, atau kata sandi tidak cocok. Periksa lalu coba lagi.")
    page = login_page(db, uid, waiting, identifier=identifier, errors=(FieldError("password", message),))
    return show(page)


def _missing(identifier: str, password: str, *, picked: bool) -> tuple[FieldError, ...]:
    errors = []
    if picked:
        pass  # the account is known, nothing was typed
    elif not identifier.strip():
        errors.append(FieldError("identifier", _("Isi NIK, email, atau nomor ponsel Anda.")))
    elif len(identifier) > MOST_CHARS or "\x00" in identifier:
        errors.append(FieldError("identifier", _("Isian ini terlalu panjang atau memuat tanda yang aneh.")))
    if not password:
        errors.append(FieldError("password", _("Isi kata sandi Anda.")))
    elif not passwords.possible(password):
        message = _("Kata sandi paling panjang %(n)s huruf.", n=passwords.MAX_CHARS)
        errors.append(FieldError("password", message))
    return tuple(errors)

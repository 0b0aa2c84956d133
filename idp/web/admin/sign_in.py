"""Signing in to the console: password, then the authenticator; a session of its own cookie (decisions 2)."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlencode

from flask import Blueprint, Response, request
from flask_babel import gettext as _

from idp.domain.authenticators import passwords
from idp.domain.authenticators.sign_in import Refusal, check_password, check_totp, second_factors
from idp.domain.citizens.identifiers import MOST_CHARS
from idp.domain.sessions import browser, operators
from idp.web import cookies, csrf, passkeys
from idp.web.admin.desk import CODE, HOME, SIGN_IN, has_passkeys, needs_passkey
from idp.web.context import operator_limits, place, services, unit_of_work
from idp.web.frontchannel.login import seconds, slow_down
from idp.web.frontchannel.signed_in import throttle_policy
from idp.web.pages import FieldError, Notice
from idp.web.pages.admin import AdminLoginPage, AdminMfaPage
from idp.web.render import go, show

bp = Blueprint("sign_in", __name__)

METHODS = ("password", "totp")
MOST_CODE_CHARS = 40


@bp.get("/sign-in")
def sign_in_page() -> Response:
    """Ask for the first factor; whoever is signed in goes on."""
    with unit_of_work() as db:
        found = operators.signed_in(db, request.cookies.get(cookies.OPERATOR), services().clock())
        waits = (
            found is not None and needs_passkey(found) and not found.by_passkey and has_passkeys(db, found)
        )
    if found is None or request.args.get("fresh") == "1":
        return show(login_page())
    if waits:
        return show(
            login_page(notice=Notice("info", _("Masuk dengan kunci sandi Anda"), _("Kode saja tidak cukup.")))
        )
    return go(wanted_page() if found.complete else CODE)


@bp.post("/sign-in")
def sign_in() -> Response:
    """Judge identifier and password; right ones start a session that opens nothing but the second step."""
    csrf.check()
    identifier, password = request.form.get("identifier", ""), request.form.get("password", "")
    deployment, now = services(), services().clock()
    errors = _missing(identifier, password)
    if errors:
        return show(login_page(identifier[:MOST_CHARS], errors), 400)
    response = go(f"{CODE}?{urlencode({'next': wanted_page()})}")
    with unit_of_work() as db:
        result = check_password(
            db,
            deployment.tree,
            deployment.hasher,
            identifier,
            password,
            place().network,
            now,
            kind="operator",
            browser=cookies.browser_digest(),
            policy=throttle_policy(),
        )
        if result and result.account_id is not None:
            earlier = browser.find(db, request.cookies.get(cookies.OPERATOR), now)
            if earlier is not None and earlier.citizen_id is None:
                browser.end(db, earlier.id, earlier.account_id, "signed_in_again", now)
            _session, handle = browser.start(
                db,
                account_id=result.account_id,
                citizen_id=None,
                methods=METHODS[:1],
                place=place(),
                limits=operator_limits(),
                now=now,
            )
            cookies.set_session(response, handle.text, cookies.OPERATOR)
            return response
    if result.refusal is Refusal.THROTTLED:
        return slow_down(show(login_page(identifier, wait=result.wait)), result.wait)
    message = (
        _("Akun ini sedang dikunci. Hubungi administrator nasional.")
        if result.refusal is Refusal.LOCKED
        else _("Nama pengguna atau kata sandi tidak cocok. Periksa lalu coba lagi.")
    )
    return show(login_page(identifier, (FieldError("password", message),)))


@bp.get("/sign-in/code")
def code_page() -> Response:
    """Ask for the second factor."""
    with unit_of_work() as db:
        found = operators.signed_in(db, request.cookies.get(cookies.OPERATOR), services().clock())
        if found is None:
            return go(SIGN_IN)
        if found.complete:
            return go(wanted_page())
        enrolled = second_factors(db, found.operator.account_id).totp
    return show(_code_page(enrolled=enrolled))


@bp.post("/sign-in/code")
def code() -> Response:
    """Judge the code; a right one raises the session and changes its handle (ASVS 7.2.4).

    Who has guessed too often begins again at the password (attacks O-100).
    """
    csrf.check()
    deployment, now = services(), services().clock()
    given = request.form.get("otp", "")
    response = go(wanted_page())
    with unit_of_work() as db:
        found = operators.signed_in(db, request.cookies.get(cookies.OPERATOR), now)
        if found is None:
            return go(SIGN_IN)
        session = found.session
        if request.form.get("action") == "cancel":
            browser.end(db, session.id, session.account_id, "cancelled", now)
            return _signed_out()
        if not given.strip() or len(given) > MOST_CODE_CHARS:
            message = _("Isi kodenya dulu.") if not given.strip() else _("Kode ini terlalu panjang.")
            return show(_code_page(errors=(FieldError("otp", message),)), 400)
        result = check_totp(
            db,
            deployment.tree,
            session.account_id,
            given,
            place().network,
            now,
            browser=cookies.browser_digest(),
            policy=throttle_policy(),
        )
        if result:
            handle = browser.raise_assurance(
                db,
                session,
                methods=METHODS,
                limits=operator_limits(),
                now=now,
            )
            operators.note_sign_in(db, session, now)
            cookies.set_session(response, handle.text, cookies.OPERATOR)
            return response
        if result.refusal is Refusal.THROTTLED:
            browser.end(db, session.id, session.account_id, "too_many_codes", now)
            response = slow_down(show(login_page(wait=result.wait)), result.wait)
            cookies.drop_session(response, cookies.OPERATOR)
            return response
        enrolled = second_factors(db, session.account_id).totp
    message = _("Kode tidak cocok, sudah dipakai, atau sudah berganti. Tunggu kode berikutnya.")
    return show(_code_page(errors=(FieldError("otp", message),), enrolled=enrolled))


@bp.post("/sign-out")
def sign_out() -> Response:
    """End the operator's session here."""
    csrf.check()
    now = services().clock()
    with unit_of_work() as db:
        found = operators.signed_in(db, request.cookies.get(cookies.OPERATOR), now)
        if found is not None:
            browser.end(db, found.session.id, found.session.account_id, "signed_out", now)
    return _signed_out()


def _signed_out() -> Response:
    response = go(SIGN_IN)
    cookies.drop_session(response, cookies.OPERATOR)
    return response


def login_page(
    identifier: str = "",
    errors: tuple[FieldError, ...] = (),
    wait: timedelta = timedelta(0),
    notice: Notice | None = None,
) -> AdminLoginPage:
    """Ask for password or passkey."""
    return AdminLoginPage(
        action=SIGN_IN,
        passkey_action=f"{SIGN_IN}/passkey" if passkeys.available() else "",
        notice=notice,
        identifier=identifier,
        errors=errors,
        wait_seconds=seconds(wait),
        hidden=(("next", wanted_page()),),
    )


def _code_page(errors: tuple[FieldError, ...] = (), enrolled: bool = True) -> AdminMfaPage:
    notice = (
        None
        if enrolled
        else Notice(
            "warning",
            _("Akun ini belum punya autentikator"),
            _("Konsol memerlukannya. Minta administrator nasional membuat akun baru untuk Anda."),
        )
    )
    return AdminMfaPage(
        action=CODE,
        errors=errors,
        notice=notice,
        hidden=(("next", wanted_page()),),
    )


def _missing(identifier: str, password: str) -> tuple[FieldError, ...]:
    errors = []
    if not identifier.strip():
        errors.append(FieldError("identifier", _("Isi email atau nama pengguna Anda.")))
    elif len(identifier) > MOST_CHARS or "\x00" in identifier:
        errors.append(FieldError("identifier", _("Isian ini terlalu panjang atau memuat tanda yang aneh.")))
    if not password:
        errors.append(FieldError("password", _("Isi kata sandi Anda.")))
    elif not passwords.possible(password):
        message = _("Kata sandi paling panjang %(n)s huruf.", n=passwords.MAX_CHARS)
        errors.append(FieldError("password", message))
    return tuple(errors)


def wanted_page() -> str:
    """Return where the operator wanted to go: a page of the console, never another site."""
    wanted = request.values.get("next", "")
    plain = wanted.startswith("/admin/") and wanted.isascii() and wanted.isprintable() and "\\" not in wanted
    return wanted if plain and not wanted.startswith(SIGN_IN) and len(wanted) <= 500 else HOME

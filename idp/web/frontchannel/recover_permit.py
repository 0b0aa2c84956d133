"""Using a permit of the counter or of a letter: new password, new authenticator, new card, in this order.

What was entered so far travels sealed in the form, bound to this browser; the permit is spent with the last step only.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

import orjson
from flask import Blueprint, Response, request
from flask_babel import gettext as _

from idp import changes
from idp.domain.authenticators import guesses, passkeys as kept_passkeys, passwords, throttle, totp
from idp.domain.authenticators.passkey_answers import Refused
from idp.domain.authenticators.passkey_challenges import Purpose
from idp.domain.authenticators.passkey_sign_in import take_created
from idp.domain.authenticators.passkeys import Owner
from idp.domain.cases import permits, renewal
from idp.domain.cases.permits import Permit
from idp.domain.citizens import identifiers
from idp.domain.citizens.identifiers import Kind, Malformed
from idp.domain.citizens.models import Account
from idp.domain.store.database import Session
from idp.protocol.webauthn.relying_party import Trust
from idp.web import csrf, passkeys
from idp.web.context import place, services, unit_of_work
from idp.web.cookies import browser_digest
from idp.web.frontchannel import notices, recover_messages
from idp.web.frontchannel.login import seconds, slow_down
from idp.web.frontchannel.register_account import picture
from idp.web.frontchannel.signed_in import throttle_policy
from idp.web.pages import (
    FieldError,
    NewAuthenticatorPage,
    NewCardPage,
    NewPasswordPage,
    NewPhonePage,
    OutcomePage,
    PermitPage,
    Steps,
    Way,
)
from idp.web.password_words import explain
from idp.web.render import show
from keys import Place, SealBroken, UnknownVersion

bp = Blueprint("recover_permit", __name__)

ADDRESS: Final = "/recover/permit"
ENROL: Final = "/recover/enrol"
OPTIONS: Final = f"{ENROL}/options"
STEPS: Final = 4
FORM_LIFETIME: Final = timedelta(minutes=30)
MOST_CHARS: Final = 100
Errors = tuple[FieldError, ...]


@bp.get(ADDRESS)
def ask() -> Response:
    """Ask for NIK and code; the letter's link brings the code along."""
    return show(_permit_page(permit=request.args.get("permit", "")[:MOST_CHARS]))


@bp.post(ADDRESS)
def take() -> Response:
    """Judge NIK and code; the same answer for a NIK nobody has and a code that is not right.

    Eighty random bits are judged before they are counted: no number of wrong ones keeps the right one out (ADR 0026).
    """
    csrf.check()
    typed: dict[str, Any] = {name: request.form.get(name, "")[:MOST_CHARS] for name in ("nik", "permit")}
    try:
        nik = identifiers.nik(typed["nik"])
    except Malformed:
        return show(_permit_page(**typed, errors=(FieldError("nik", _("Isi NIK Anda, 16 angka.")),)), 400)
    if not typed["permit"].strip():
        return show(_permit_page(**typed, errors=(FieldError("permit", _("Isi kodenya dulu.")),)), 400)
    with unit_of_work() as db:
        permit = _permit_of(db, nik, typed["permit"])
        wait = _count(db, nik) if permit is None else None
    if wait is not None:
        return slow_down(show(_permit_page(**typed, wait=wait)), wait)
    if permit is None:
        words = _("NIK dan kode tidak cocok, atau kodenya sudah dipakai atau lewat waktunya.")
        return show(_permit_page(**typed, errors=(FieldError("permit", words),)))
    return show(_password_page(_seal({"permit": permit.id.hex})))


@bp.post(ENROL)
def enrol() -> Response:
    """Take the password, then the first proof of the new second factor; with it the permit is spent."""
    csrf.check()
    known = _open(request.form.get("state", ""))
    now = services().clock()
    with unit_of_work() as db:
        permit = permits.by_id(db, UUID(hex=known["permit"]), now) if known is not None else None
    if known is None or permit is None:
        return _nothing_left()
    if "password_hash" not in known:
        return _take_password(known, permit)
    if passkeys.FIELD in request.form:
        return _take_passkey(known, permit)
    if request.form.get("way") == recover_messages.NAME and recover_messages.available():
        return _take_phone(known, permit)
    return _take_authenticator(known, permit)


@bp.post(OPTIONS)
def options() -> Response:
    """Give the page's script what the device needs to make a passkey for the owner of the permit."""
    csrf.check()
    known, now = _open(request.form.get("state", "")), services().clock()
    with unit_of_work() as db:
        permit = permits.by_id(db, UUID(hex=known["permit"]), now) if known is not None else None
        if known is None or permit is None or "password_hash" not in known or not passkeys.available():
            return passkeys.no_longer()
        person = renewal.owner_of(db, services().tree, permit.citizen_id)
        label = person.email or person.phone_number or person.name
        owner = Owner(kept_passkeys.handle_of(db, permit.account_id), label, person.name)
        return passkeys.to_script(passkeys.to_create(db, Purpose.RENEW, permit.id.bytes, owner))


def _take_password(known: dict[str, Any], permit: Permit) -> Response:
    deployment, chosen = services(), request.form.get("password", "")
    with unit_of_work() as db:
        weakness = passwords.weakness(chosen, renewal.owner_of(db, deployment.tree, permit.citizen_id))
    if weakness is not None:
        words = explain(weakness) if chosen else str(_("Isi kata sandi yang Anda pilih."))
        return show(_password_page(_seal(known), (FieldError("password", words),)), 400)
    known |= {
        "password_hash": passwords.hashed(deployment.hasher, chosen),
        "totp_secret": totp.new_secret(),
    }
    return show(_authenticator_page(known))


def _take_authenticator(known: dict[str, Any], permit: Permit) -> Response:
    now, secret = services().clock(), str(known["totp_secret"])
    step = totp.matching_step(secret, request.form.get("otp", "")[:MOST_CHARS], now)
    if step is None:
        words = _("Kode tidak cocok. Periksa jam ponsel Anda, lalu ketik kode yang tampil.")
        return show(_authenticator_page(known, (FieldError("otp", words),)))

    def keep(db: Session) -> None:
        seal, account_id, citizen_id = (
            services().tree.vault.system("factor"),
            permit.account_id,
            permit.citizen_id,
        )
        totp.enrol(db, seal, account_id, secret, now, citizen_id=citizen_id, confirmed_step=step)

    return _renew(known, permit, keep)


def _take_passkey(known: dict[str, Any], permit: Permit) -> Response:
    now = services().clock()
    asking = passkeys.asking(Purpose.RENEW, permit.id.bytes)
    with unit_of_work() as db:
        try:
            new = take_created(db, request.form.get(passkeys.FIELD, ""), asking, Trust(), now)
        except Refused as refused:
            return _no_passkey(known, refused)

    def keep(db: Session) -> None:
        seal, title = services().tree.vault.system("factor"), place().device
        kept_passkeys.keep(db, seal, permit.account_id, new, title, now, citizen_id=permit.citizen_id)

    try:
        return _renew(known, permit, keep)
    except Refused as refused:
        return _no_passkey(known, refused)


def _take_phone(known: dict[str, Any], permit: Permit) -> Response:
    """Send a code to a number, or take the code that came there."""
    action, page = request.form.get("action"), NewPhonePage(action=ENROL, steps=Steps(3, STEPS))
    if action == "back":
        return show(_authenticator_page(known))
    if action == "send":
        page = recover_messages.send(known, permit, page)
    elif action == "submit" and recover_messages.NUMBER in known:
        taken = recover_messages.take(known, permit, page)
        if not isinstance(taken, NewPhonePage):
            return _renew(known, permit, taken)
        page = taken
    return show(replace(page, hidden=(("state", _seal(known)),)))


def _no_passkey(known: dict[str, Any], refused: Refused) -> Response:
    error = FieldError("", passkeys.explain(refused.reason))
    return show(_authenticator_page(known, (error,)), 400)


def _renew(known: dict[str, Any], permit: Permit, keep: renewal.Keep) -> Response:
    """Spend the permit with what was entered and proved; show the new card, once."""
    deployment, now = services(), services().clock()
    try:
        with unit_of_work() as db:
            renewed = renewal.renew(
                db, deployment.tree, permit, password_hash=known["password_hash"], keep=keep, now=now
            )
            guesses.welcome(db, deployment.tree, permit.account_id, browser_digest(), now)
            context = {"account_url": f"{deployment.settings.issuer}/me"}
            notices.tell(db, permit.citizen_id, "account_renewed", context)
            for change in renewed.called_off:
                changes.tell_cancelled(deployment, db, change)
    except renewal.NothingLeft:
        return _nothing_left()
    page = NewCardPage(
        codes=renewed.codes,
        made_on=now.date(),
        issuer_host=urlsplit(deployment.settings.issuer).netloc,
        sign_in_url="/signin",
        qr_uri=picture("\n".join(renewed.codes)),
        steps=Steps(4, STEPS),
    )
    return show(page)


def _permit_of(db: Session, nik: str, code: str) -> Permit | None:
    deployment, now = services(), services().clock()
    owner = identifiers.account_of(
        db, Kind.NIK, identifiers.digest(deployment.tree.blind_index, Kind.NIK, nik)
    )
    account = db.get(Account, owner) if owner is not None else None
    permit = permits.find(db, deployment.tree, owner or UUID(int=0), code, now)
    if permit is None or account is None or not renewal.may_be_renewed(db, account):
        return None
    throttle.forget(db, "permit", throttle.key(deployment.tree, nik.encode()))
    return permit


def _count(db: Session, nik: str) -> timedelta | None:
    """Count a wrong try by NIK and by network; the wait when there were too many."""
    tree, policy, now = services().tree, throttle_policy(), services().clock()
    for kind, name, ladder in (
        ("permit", nik.encode(), policy.second_factor),
        ("permit.network", place().network.encode(), policy.network),
    ):
        verdict = throttle.count(db, kind, throttle.key(tree, name), ladder, now)
        if not verdict.allowed:
            return verdict.wait
    return None


def _permit_page(
    nik: str = "", permit: str = "", errors: Errors = (), *, wait: timedelta = timedelta(0)
) -> PermitPage:
    return PermitPage(action=ADDRESS, nik=nik, permit=permit, errors=errors, wait_seconds=seconds(wait))


def _password_page(state: str, errors: Errors = ()) -> NewPasswordPage:
    return NewPasswordPage(
        action=ENROL,
        hidden=(("state", state),),
        min_length=passwords.MIN_CHARS,
        errors=errors,
        steps=Steps(2, STEPS),
    )


def _authenticator_page(known: dict[str, Any], errors: Errors = ()) -> NewAuthenticatorPage:
    secret = str(known["totp_secret"])
    address = totp.uri(secret, "Gerbang")
    return NewAuthenticatorPage(
        action=ENROL,
        hidden=(("state", _seal(known)),),
        qr_uri=picture(address),
        secret=" ".join(secret[start : start + 4] for start in range(0, len(secret), 4)),
        otpauth_uri=address,
        passkey_options_url=OPTIONS if passkeys.available() else "",
        phone_offered=recover_messages.available(),
        errors=errors,
        steps=Steps(3, STEPS),
    )


def _nothing_left() -> Response:
    page = OutcomePage(
        title=_("Kode ini sudah tidak berlaku"),
        text=_("Kode dari loket atau surat berlaku satu kali dan 24 jam. Mintalah yang baru."),
        ways=(Way(_("Ketik kode lagi"), ADDRESS), Way(_("Bantuan"), "/help#lost-phone")),
    )
    return show(page, 404)


def _seal(known: dict[str, Any]) -> str:
    ends = int((services().clock() + FORM_LIFETIME).timestamp())
    return services().tree.vault.system("factor").seal(orjson.dumps(known | {"ends": ends}), _place()).hex()


def _open(text: str) -> dict[str, Any] | None:
    """Open what this browser entered before; None for anything else, or when it is too old."""
    try:
        opened = services().tree.vault.system("factor").unseal(bytes.fromhex(text), _place())
    except (SealBroken, UnknownVersion, ValueError):
        return None
    known: dict[str, Any] = orjson.loads(opened)
    return known if known["ends"] > services().clock().timestamp() else None


def _place() -> Place:
    return Place("enrolment_permit", "form", browser_digest().hex())

"""Registration, last questions: a password, the authenticator application, the recovery card; then the account."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlsplit

import segno
from flask import Response
from flask_babel import gettext as _

from idp.domain.authenticators import known_browsers, passwords, recovery_codes, totp
from idp.domain.authenticators.passwords import Owner, Weakness
from idp.domain.citizens import drafts
from idp.domain.citizens.drafts import Draft
from idp.domain.citizens.enrolment import DuplicateIdentity, NewCitizen, Person, create_citizen
from idp.domain.citizens.models import Citizen
from idp.domain.proofing.checks import apply_record, defer
from idp.domain.store.database import Session
from idp.web import locale
from idp.web.context import services, unit_of_work
from idp.web.cookies import browser_digest
from idp.web.frontchannel import notices, registering
from idp.web.frontchannel.register_identity import PENDING, VERIFIED, already_page, warn_owner
from idp.web.frontchannel.registering import AUTHENTICATOR, CONTACT, PASSWORD, RECOVERY, Errors, Form
from idp.web.frontchannel.signed_in import begin_session, current_session
from idp.web.pages import (
    FieldError,
    RegisterAuthenticatorPage,
    RegisterDonePage,
    RegisterPasswordPage,
    RegisterRecoveryPage,
)
from idp.web.render import go, show


def password_page(uid: str | None, data: dict[str, Any], errors: Errors = ()) -> RegisterPasswordPage:
    """Ask for a password."""
    return RegisterPasswordPage(
        **registering.common(PASSWORD, uid, errors, back=CONTACT),
        username=data.get("email") or data["nik"],
        min_length=passwords.MIN_CHARS,
    )


def authenticator_page(
    uid: str | None, data: dict[str, Any], errors: Errors = ()
) -> RegisterAuthenticatorPage:
    """Show the secret of the authenticator application once as a picture and once as text."""
    secret = str(data["totp_secret"])
    address = totp.uri(secret, data.get("email") or data["name"])
    return RegisterAuthenticatorPage(
        **registering.common(AUTHENTICATOR, uid, errors),
        qr_uri=_picture(address),
        secret=" ".join(secret[start : start + 4] for start in range(0, len(secret), 4)),
        otpauth_uri=address,
    )


def recovery_page(uid: str | None, data: dict[str, Any], errors: Errors = ()) -> RegisterRecoveryPage:
    """Show the recovery card, until the citizen says it is kept; never again after."""
    codes = tuple(data["codes"])
    return RegisterRecoveryPage(
        **registering.common(RECOVERY, uid, errors, cancellable=False),
        codes=codes,
        citizen_name=data["name"],
        made_on=services().clock().date(),
        issuer_host=urlsplit(services().settings.issuer).netloc,
        qr_uri=_picture("\n".join(codes)),
    )


def take_password(form: Form) -> Response:
    """Judge a password by length, rarity and what it says about its owner; hash it outside of transactions."""
    given = form.secret("password")
    with unit_of_work() as db:
        draft = registering.current(db)
    if draft is None or draft.step not in (PASSWORD, AUTHENTICATOR):
        return go(registering.ADDRESS)
    weakness = passwords.weakness(given, _owner(draft.data))
    if weakness is not None:
        message = _explain(weakness) if given else _("Isi kata sandi yang Anda pilih.")
        page = password_page(draft.row.interaction, draft.data, (FieldError("password", message),))
        return show(page, 400)
    draft.data["password_hash"] = passwords.hashed(services().hasher, given)
    draft.data["totp_secret"] = totp.new_secret()
    with unit_of_work() as db:
        drafts.save(db, registering.seal(), draft, AUTHENTICATOR)
    return go(registering.ADDRESS)


def take_authenticator(form: Form) -> Response:
    """Make the account when the application's first code is right; all of it in one transaction."""
    now = services().clock()
    response = go(registering.ADDRESS)
    with unit_of_work() as db:
        draft = registering.current(db)
    if draft is None or draft.step != AUTHENTICATOR:
        return response
    step = totp.matching_step(str(draft.data["totp_secret"]), form.text("otp", 20), now)
    if step is None:
        error = FieldError(
            "otp", _("Kode tidak cocok. Periksa jam ponsel Anda, lalu ketik kode yang tampil.")
        )
        return show(authenticator_page(draft.row.interaction, draft.data, (error,)))
    try:
        with unit_of_work() as db:
            _create(db, response, draft, step)
    except DuplicateIdentity:
        with unit_of_work() as db:
            moved = registering.current(db)
        if moved is not None and moved.step == RECOVERY:
            return response
        warn_owner(str(draft.data["nik"]))
        return registering.forget(show(already_page(draft.row.interaction)))
    return response


def take_recovery(form: Form) -> Response:
    """Finish when the card is kept, and say what comes next."""
    with unit_of_work() as db:
        draft = registering.current(db)
        if draft is None or draft.step != RECOVERY or not may_see_card(db, draft):
            return go("/me")
        uid = draft.row.interaction
        if form.text("saved") != "yes":
            error = FieldError("saved", _("Simpan kartu ini dulu, lalu beri tanda centang."))
            db.commit()
            return show(recovery_page(uid, draft.data, (error,)), 400)
        drafts.complete(db, draft, services().clock())
    page = RegisterDonePage(
        **registering.common(registering.DONE, uid, cancellable=False),
        citizen_name=draft.data["name"],
        continue_url=registering.way_out(uid),
        checked=draft.data["checked"] == VERIFIED,
    )
    return registering.forget(show(page))


def may_see_card(db: Session, draft: Draft) -> bool:
    """Show the card to nobody but the account it was made for, while it is signed in."""
    session = current_session(db)
    return session is not None and str(session.account_id) == draft.data.get("account_id")


def _create(db: Session, response: Response, draft: Draft, step: int) -> None:
    deployment, data = services(), draft.data
    now, tree = deployment.clock(), deployment.tree
    person = create_citizen(
        db,
        tree,
        NewCitizen(
            name=data["typed"]["name"],
            nik=data["nik"],
            birthdate=date.fromisoformat(data["birthdate"]),
            email=data.get("email") or None,
            email_confirmed=bool(data.get("email_confirmed")),
            phone_number=data.get("phone_number") or None,
            password_hash=data["password_hash"],
            locale=locale.language(),
        ),
        synthetic_allowed=not deployment.settings.production,
        now=now,
    )
    _prove(db, person, data)
    totp.enrol(
        db,
        tree.vault.system("factor"),
        person.account_id,
        data["totp_secret"],
        now,
        confirmed_step=step,
        citizen_id=person.citizen_id,
    )
    codes = recovery_codes.new_codes()
    recovery_codes.issue(db, tree, person.account_id, codes, now, citizen_id=person.citizen_id)
    known_browsers.remember(db, person.account_id, browser_digest(), now)
    begin_session(db, response, person.account_id, person.citizen_id, ("password", "totp"))
    notices.tell(db, person.citizen_id, "welcome", {"account_url": f"{deployment.settings.issuer}/me"})
    kept = {name: data[name] for name in ("name", "checked", "nik")}
    draft.data = {**kept, "codes": codes, "account_id": str(person.account_id)}
    if not drafts.save(db, registering.seal(), draft, RECOVERY):
        raise DuplicateIdentity(registering.NIK)


def _prove(db: Session, person: Person, data: dict[str, Any]) -> None:
    """Write what the registry said, or leave the question to the worker."""
    deployment = services()
    citizen = db.get_one(Citizen, person.citizen_id)
    if data["checked"] == VERIFIED:
        apply_record(db, citizen, person.data_key, data["record"], deployment.clock())
    elif data["checked"] == PENDING:
        defer(db, deployment.tree.vault.system("pii"), citizen, deployment.clock())


def _owner(data: dict[str, Any]) -> Owner:
    return Owner(
        name=data["name"],
        nik=data["nik"],
        birthdate=date.fromisoformat(data["birthdate"]),
        email=data.get("email", ""),
        phone_number=data.get("phone_number", ""),
    )


def _explain(weakness: Weakness) -> str:
    texts = {
        Weakness.SHORT: _("Terlalu pendek. Pakai paling sedikit %(n)s huruf.", n=passwords.MIN_CHARS),
        Weakness.LONG: _("Terlalu panjang. Pakai paling banyak %(n)s huruf.", n=passwords.MAX_CHARS),
        Weakness.CHARACTERS: _("Kata sandi memuat tanda yang tidak bisa dipakai."),
        Weakness.BREACHED: _("Kata sandi ini sudah umum atau pernah bocor. Pilih yang lain."),
        Weakness.SIMPLE: _("Kata sandi ini terlalu mudah ditebak, misalnya karena berulang atau berurutan."),
        Weakness.PERSONAL: _("Jangan pakai nama, NIK, tanggal lahir, alamat email, atau nama layanan ini."),
    }
    return str(texts[weakness])


def _picture(text: str) -> str:
    """Draw a QR code as an SVG in a data: address; the page policy allows no other source."""
    return str(segno.make(text, error="m").svg_data_uri(scale=4, border=2, dark="#000", light="#fff"))

"""Registration, last questions: a password before, and the recovery card after the second factor."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlsplit

from flask import Response
from flask_babel import gettext as _

from idp.domain.authenticators import passkeys as kept_passkeys, passwords, totp
from idp.domain.authenticators.passwords import Owner
from idp.domain.citizens import drafts
from idp.domain.citizens.drafts import Draft
from idp.domain.store.database import Session
from idp.web.context import services, unit_of_work
from idp.web.frontchannel import registering
from idp.web.frontchannel.register_account import picture
from idp.web.frontchannel.register_identity import VERIFIED
from idp.web.frontchannel.register_passkey import HANDLE
from idp.web.frontchannel.registering import AUTHENTICATOR, CONTACT, PASSWORD, RECOVERY, Errors, Form
from idp.web.frontchannel.signed_in import current_session
from idp.web.pages import FieldError, RegisterDonePage, RegisterPasswordPage, RegisterRecoveryPage
from idp.web.password_words import explain
from idp.web.render import go, show


def password_page(uid: str | None, data: dict[str, Any], errors: Errors = ()) -> RegisterPasswordPage:
    """Ask for a password."""
    return RegisterPasswordPage(
        **registering.common(PASSWORD, uid, errors, back=CONTACT),
        username=data.get("email") or data["nik"],
        min_length=passwords.MIN_CHARS,
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
        qr_uri=picture("\n".join(codes)),
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
        message = explain(weakness) if given else _("Isi kata sandi yang Anda pilih.")
        page = password_page(draft.row.interaction, draft.data, (FieldError("password", message),))
        return show(page, 400)
    draft.data["password_hash"] = passwords.hashed(services().hasher, given)
    draft.data["totp_secret"] = totp.new_secret()
    draft.data[HANDLE] = kept_passkeys.handle_text(kept_passkeys.new_handle())
    with unit_of_work() as db:
        drafts.save(db, registering.seal(), draft, AUTHENTICATOR)
    return go(registering.ADDRESS)


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


def _owner(data: dict[str, Any]) -> Owner:
    return Owner(
        name=data["name"],
        nik=data["nik"],
        birthdate=date.fromisoformat(data["birthdate"]),
        email=data.get("email", ""),
        phone_number=data.get("phone_number", ""),
    )

"""Registration, a passkey as the second factor: nothing to install where the device has one."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from idp.domain.authenticators import passkeys as kept_passkeys
from idp.domain.authenticators.passkey_answers import Refused
from idp.domain.authenticators.passkey_challenges import Purpose
from idp.domain.authenticators.passkey_sign_in import take_created
from idp.domain.authenticators.passkeys import Owner
from idp.domain.citizens.drafts import Draft
from idp.domain.citizens.enrolment import Person
from idp.domain.store.database import Session
from idp.protocol.webauthn.relying_party import Trust
from idp.web import csrf, passkeys
from idp.web.context import place, services, unit_of_work
from idp.web.frontchannel import registering
from idp.web.frontchannel.register_account import make_account
from idp.web.frontchannel.registering import AUTHENTICATOR, Errors, Form
from idp.web.pages import FieldError, RegisterPasskeyPage, WayLink
from idp.web.render import go, show

bp = Blueprint("register_passkey", __name__)

NAME = "passkey"
HANDLE = "user_handle"
OPTIONS = f"{registering.ADDRESS}/passkey/options"


def is_open(data: dict[str, Any]) -> bool:
    """Tell whether browsers make passkeys here."""
    return passkeys.available() and HANDLE in data


def passkey_page(
    uid: str | None, data: dict[str, Any], errors: Errors, others: tuple[WayLink, ...]
) -> RegisterPasskeyPage:
    """Offer the button; the page's script asks for a challenge when it is pressed."""
    return RegisterPasskeyPage(
        **registering.common(AUTHENTICATOR, uid, errors),
        others=others,
        options_url=OPTIONS,
    )


@bp.post(OPTIONS)
def options() -> Response:
    """Give the page's script what the device needs to make a passkey for this newcomer."""
    csrf.check()
    with unit_of_work() as db:
        draft = registering.current(db)
        if draft is None or draft.step != AUTHENTICATOR or not is_open(draft.data):
            return passkeys.no_longer()
        data = draft.data
        label_there = data.get("email") or data.get("phone_number") or data["name"]
        owner = Owner(kept_passkeys.handle_of_text(data[HANDLE]), label_there, data["name"])
        return passkeys.to_script(passkeys.to_create(db, Purpose.REGISTER, draft.row.digest, owner))


def take_passkey(form: Form, others: tuple[WayLink, ...]) -> Response:
    """Make the account when the device answered well; all of it in one transaction."""
    deployment = services()
    now = deployment.clock()
    with unit_of_work() as db:
        draft = registering.current(db)
        if draft is None or draft.step != AUTHENTICATOR or not is_open(draft.data):
            return go(registering.ADDRESS)
        asking = passkeys.asking(Purpose.REGISTER, draft.row.digest)
        try:
            new = take_created(db, form.secret(passkeys.FIELD), asking, Trust(), now)
        except Refused as refused:
            return _again(draft, refused, others)
    handle = kept_passkeys.handle_of_text(draft.data[HANDLE])

    def keep(db: Session, person: Person) -> None:
        kept_passkeys.handle_of(db, person.account_id, handle)
        kept_passkeys.keep(
            db,
            deployment.tree.vault.system("factor"),
            person.account_id,
            new,
            place().device,
            now,
            citizen_id=person.citizen_id,
        )

    try:
        return make_account(draft, ("password", "passkey"), keep)
    except Refused as refused:
        return _again(draft, refused, others)


def _again(draft: Draft, refused: Refused, others: tuple[WayLink, ...]) -> Response:
    error = FieldError("credential", passkeys.explain(refused.reason))
    return show(passkey_page(draft.row.interaction, draft.data, (error,), others), 400)

"""Registration, the second factor: one way is shown, the others are a link away; the account exists once one is proved.

A new way is a `Choice` in `CHOICES`: its page, and what takes the page's form. The form posts the choice's name as
`step`; `/register?way=NAME` shows its page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from flask import Response
from flask_babel import gettext as _

from idp.domain.authenticators import totp
from idp.domain.citizens.enrolment import Person
from idp.domain.store.database import Session
from idp.web.context import services, unit_of_work
from idp.web.frontchannel import register_messages, register_passkey, registering
from idp.web.frontchannel.register_account import make_account, picture
from idp.web.frontchannel.registering import AUTHENTICATOR, Errors, Form
from idp.web.pages import FieldError, RegisterAuthenticatorPage, RegisterPage, WayLink
from idp.web.render import go, show


@dataclass(frozen=True, slots=True)
class Choice:
    """A way to prove the second factor from now on, as a newcomer chooses it."""

    name: str
    label: Callable[[], str]
    page: Callable[[str | None, dict[str, Any], Errors], RegisterPage]
    take: Callable[[Form], Response]
    is_open: Callable[[dict[str, Any]], bool] = lambda _data: True


def page_of(wanted: str, uid: str | None, data: dict[str, Any]) -> RegisterPage:
    """Show the wanted way where it is open to this newcomer, else the first that is."""
    open_ways = [choice for choice in CHOICES if choice.is_open(data)]
    chosen = next((choice for choice in open_ways if choice.name == wanted), open_ways[0])
    return chosen.page(uid, data, ())


def others(name: str, data: dict[str, Any]) -> tuple[WayLink, ...]:
    """Link to the other ways that are open to this newcomer."""
    return tuple(
        WayLink(choice.name, choice.label(), f"{registering.ADDRESS}?way={choice.name}")
        for choice in CHOICES
        if choice.name != name and choice.is_open(data)
    )


def authenticator_page(
    uid: str | None, data: dict[str, Any], errors: Errors = ()
) -> RegisterAuthenticatorPage:
    """Show the secret of the authenticator application once as a picture and once as text."""
    secret = str(data["totp_secret"])
    address = totp.uri(secret, data.get("email") or data["name"])
    return RegisterAuthenticatorPage(
        **registering.common(AUTHENTICATOR, uid, errors),
        others=others(AUTHENTICATOR, data),
        qr_uri=picture(address),
        secret=" ".join(secret[start : start + 4] for start in range(0, len(secret), 4)),
        otpauth_uri=address,
    )


def take_authenticator(form: Form) -> Response:
    """Make the account when the application's first code is right; all of it in one transaction."""
    now = services().clock()
    with unit_of_work() as db:
        draft = registering.current(db)
    if draft is None or draft.step != AUTHENTICATOR:
        return go(registering.ADDRESS)
    secret = str(draft.data["totp_secret"])
    step = totp.matching_step(secret, form.text("otp", 20), now)
    if step is None:
        error = FieldError(
            "otp", _("Kode tidak cocok. Periksa jam ponsel Anda, lalu ketik kode yang tampil.")
        )
        return show(authenticator_page(draft.row.interaction, draft.data, (error,)))

    def keep(db: Session, person: Person) -> None:
        totp.enrol(
            db,
            services().tree.vault.system("factor"),
            person.account_id,
            secret,
            now,
            confirmed_step=step,
            citizen_id=person.citizen_id,
        )

    return make_account(draft, ("password", "totp"), keep)


def passkey_page(uid: str | None, data: dict[str, Any], errors: Errors = ()) -> RegisterPage:
    """Offer a passkey of this device."""
    return register_passkey.passkey_page(uid, data, errors, others(register_passkey.NAME, data))


def take_passkey(form: Form) -> Response:
    """Make the account when the device answered well."""
    with unit_of_work() as db:
        draft = registering.current(db)
    ways = others(register_passkey.NAME, draft.data) if draft is not None else ()
    return register_passkey.take_passkey(form, ways)


def sms_page(uid: str | None, data: dict[str, Any], errors: Errors = ()) -> RegisterPage:
    """Offer codes by SMS."""
    return register_messages.message_page(uid, data, errors, others(register_messages.NAME, data))


def take_sms(form: Form) -> Response:
    """Send a code, or make the account when it is right."""
    with unit_of_work() as db:
        draft = registering.current(db)
    return register_messages.take_message(
        form, others(register_messages.NAME, draft.data) if draft is not None else ()
    )


CHOICES: Final[tuple[Choice, ...]] = (
    Choice(AUTHENTICATOR, lambda: str(_("Aplikasi autentikator")), authenticator_page, take_authenticator),
    Choice(
        register_passkey.NAME,
        lambda: str(_("Kunci sandi: sidik jari, wajah, atau PIN perangkat ini")),
        passkey_page,
        take_passkey,
        register_passkey.is_open,
    ),
    Choice(
        register_messages.NAME,
        lambda: str(_("Kode lewat SMS, untuk ponsel apa pun")),
        sms_page,
        take_sms,
        register_messages.is_open,
    ),
)
TAKE: Final[Mapping[str, Callable[[Form], Response]]] = MappingProxyType(
    {choice.name: choice.take for choice in CHOICES}
)

"""Registration with codes by SMS, for phones that run no application; the first code confirms the number too."""

from __future__ import annotations

from typing import Any, Final

from flask import Response
from flask_babel import gettext as _

from idp.domain.authenticators import message_codes, one_time_codes
from idp.domain.citizens import contacts, identifiers
from idp.domain.citizens.enrolment import Person
from idp.domain.citizens.identifiers import Kind
from idp.domain.messages.channels import Channel, masked
from idp.domain.store.database import Session
from idp.web.context import services, unit_of_work
from idp.web.frontchannel import codes, registering
from idp.web.frontchannel.login import seconds, slow_down
from idp.web.frontchannel.register_account import make_account
from idp.web.frontchannel.registering import AUTHENTICATOR, Errors, Form
from idp.web.pages import FieldError, Notice, RegisterMessagePage, WayLink
from idp.web.render import go, show

NAME: Final = "sms"
PURPOSE: Final = "register_phone"
HERE: Final = f"{registering.ADDRESS}?way={NAME}"


def is_open(data: dict[str, Any]) -> bool:
    """Tell whether the newcomer gave a number we can send to."""
    return bool(data.get("phone_number")) and codes.available(Channel.SMS)


def message_page(
    uid: str | None,
    data: dict[str, Any],
    errors: Errors,
    others: tuple[WayLink, ...],
    notice: Notice | None = None,
) -> RegisterMessagePage:
    """Offer to send a code, or ask for the one on its way."""
    number = str(data["phone_number"])
    waiting = None
    with unit_of_work() as db:
        draft = registering.current(db)
        if draft is not None:
            holder = _holder(draft.row.digest, number)
            waiting = one_time_codes.waiting(db, PURPOSE, holder, services().clock())
    return RegisterMessagePage(
        **registering.common(AUTHENTICATOR, uid, errors),
        others=others,
        number=masked(number),
        sent=waiting is not None,
        valid_minutes=codes.VALID_MINUTES,
        resend_wait_seconds=seconds(waiting.resend_wait) if waiting is not None else 0,
        outbox_url="" if services().settings.production else "/sandbox/outbox",
        notice=notice,
    )


def take_message(form: Form, others: tuple[WayLink, ...]) -> Response:
    """Send a code, or make the account when the code is right."""
    now = services().clock()
    with unit_of_work() as db:
        draft = registering.current(db)
        if draft is None or draft.step != AUTHENTICATOR or not is_open(draft.data):
            return go(registering.ADDRESS)
        number = str(draft.data["phone_number"])
        holder = _holder(draft.row.digest, number)
        sent, right = None, False
        if form.text("action") == "send":
            sent = codes.send(db, codes.Code(PURPOSE, holder, Channel.SMS, number, template="email_code"))
        else:
            typed = form.text("otp", 20)
            right = one_time_codes.claim(db, services().tree, PURPOSE, holder, typed, now)
    uid, data = draft.row.interaction, draft.data
    if sent is not None:
        return _answer(sent, uid, data, others)
    if not right:
        words = _("Kode tidak cocok atau sudah tidak berlaku. Periksa pesan terbaru, atau minta kode baru.")
        return show(message_page(uid, data, (FieldError("otp", str(words)),), others))
    data["phone_confirmed"] = True

    def keep(db: Session, person: Person) -> None:
        known = contacts.of(db, person.data_key, person.citizen_id)
        contact = next(each for each in known if each.kind is Kind.PHONE)
        message_codes.enrol(db, services().tree, person, contact.id, Channel.SMS, now)

    return make_account(draft, ("password", "message_code"), keep)


def _answer(sent: codes.Sent, uid: str | None, data: dict[str, Any], others: tuple[WayLink, ...]) -> Response:
    if sent.on_its_way:
        return go(HERE)
    if sent.refused:
        notice = Notice(
            "warning",
            str(_("Kode tidak bisa dikirim lewat %(channel)s saat ini", channel="SMS")),
            str(_("Pakai cara lain, atau coba lagi nanti.")),
        )
        return show(message_page(uid, data, (), others, notice), 503)
    notice = Notice("warning", str(_("Tunggu %(n)s detik sebelum meminta lagi", n=seconds(sent.wait))))
    return slow_down(show(message_page(uid, data, (), others, notice)), sent.wait)


def _holder(draft: bytes, number: str) -> bytes:
    return one_time_codes.holder(services().tree, draft, identifiers.phone(number).encode())

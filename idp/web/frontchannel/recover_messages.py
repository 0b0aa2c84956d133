"""A way back for telephones that run no application: codes by SMS, to the number the owner holds now.

The number travels sealed with what was entered before; the first code proves it and switches the codes on.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from flask import request
from flask_babel import gettext as _

from idp.domain.authenticators import message_codes, one_time_codes
from idp.domain.cases.permits import Permit
from idp.domain.cases.renewal import Keep
from idp.domain.citizens import contacts, identifiers
from idp.domain.citizens.contacts import ContactRefused
from idp.domain.citizens.identifiers import Kind, Malformed
from idp.domain.citizens.models import Citizen
from idp.domain.citizens.people import Person
from idp.domain.messages.channels import Channel, masked
from idp.domain.store.database import Session
from idp.web.context import services, unit_of_work
from idp.web.frontchannel import codes
from idp.web.frontchannel.login import seconds
from idp.web.pages import FieldError, NewPhonePage

NAME: Final = "sms"
PURPOSE: Final = "renew_phone"
NUMBER: Final = "phone_number"
MOST_CHARS: Final = 40


def available() -> bool:
    """Tell whether this deployment sends text messages."""
    return codes.available(Channel.SMS)


def send(known: dict[str, Any], permit: Permit, page: NewPhonePage) -> NewPhonePage:
    """Send a code to the number that was typed, and keep that in what is known; or say why there is none."""
    typed = request.form.get("phone_number", "")[:MOST_CHARS] or str(known.get(NUMBER, ""))
    page = replace(page, number=typed)
    try:
        number = identifiers.phone(typed)
    except Malformed:
        return _wrong(page, "phone_number", _("Tulis nomor ponsel, misalnya 0812 3456 7890."))
    with unit_of_work() as db:
        person = _person(db, permit)
        mine = contacts.of(db, person.data_key, person.citizen_id)
        proved = contacts.proved(mine, Kind.PHONE, number) is not None
        try:
            if not proved:
                contacts.check_new(mine, Kind.PHONE, number)
        except ContactRefused:
            return _not_there(page)
        sent = codes.send(
            db,
            codes.Code(
                PURPOSE,
                _holder(permit, number),
                Channel.SMS,
                number,
                template="email_code",
                account_id=permit.account_id,
                citizen_id=permit.citizen_id,
                proved=proved,
            ),
        )
    if sent.refused:
        return _not_there(page)
    if not sent.on_its_way and sent.wait > one_time_codes.RESEND_AFTER:
        return replace(page, resend_wait_seconds=seconds(sent.wait))
    known[NUMBER] = number
    return asking(known, page, wait=seconds(sent.wait))


def asking(known: dict[str, Any], page: NewPhonePage, wait: int = 0) -> NewPhonePage:
    """Ask for the code on its way."""
    return replace(
        page,
        sent_to=masked(str(known[NUMBER])),
        valid_minutes=codes.VALID_MINUTES,
        resend_wait_seconds=wait,
        outbox_url="" if services().settings.production else "/sandbox/outbox",
    )


def take(known: dict[str, Any], permit: Permit, page: NewPhonePage) -> Keep | NewPhonePage:
    """Return what keeps the number as a second factor, or the page again where the code is not right."""
    tree, now, number = services().tree, services().clock(), str(known[NUMBER])
    with unit_of_work() as db:
        typed = request.form.get("otp", "")[:MOST_CHARS]
        right = one_time_codes.claim(db, tree, PURPOSE, _holder(permit, number), typed, now)
    if not right:
        words = _("Kode tidak cocok atau sudah tidak berlaku. Periksa pesan terbaru, atau minta kode baru.")
        return _wrong(asking(known, page), "otp", words)

    def keep(db: Session) -> None:
        person = _person(db, permit)
        mine = contacts.of(db, person.data_key, person.citizen_id)
        there = contacts.proved(mine, Kind.PHONE, number) or contacts.add(
            db, tree, person, Kind.PHONE, number, now, confirmed=True
        )
        message_codes.enrol(db, tree, person, there.id, Channel.SMS, now)

    return keep


def _person(db: Session, permit: Permit) -> Person:
    citizen = db.get_one(Citizen, permit.citizen_id)
    if citizen.data_key is None:
        raise LookupError("an account that may be renewed has its data")
    data_key = services().tree.vault.open(citizen.id, citizen.data_key)
    return Person(permit.account_id, permit.citizen_id, data_key)


def _holder(permit: Permit, number: str) -> bytes:
    return one_time_codes.holder(services().tree, permit.id.bytes, number.encode())


def _not_there(page: NewPhonePage) -> NewPhonePage:
    words = _("Kode tidak bisa dikirim ke sana sekarang. Pilih kontak lain, atau coba lagi nanti.")
    return _wrong(page, "phone_number", words)


def _wrong(page: NewPhonePage, field: str, words: str) -> NewPhonePage:
    return replace(page, errors=(FieldError(field, str(words)),))

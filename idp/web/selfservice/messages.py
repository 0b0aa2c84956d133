"""Codes by SMS or WhatsApp: switched on by a first code, for confirmed numbers, after a fresh sign-in (ASVS 7.5.1)."""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID

from flask import Response, abort, request
from flask_babel import gettext as _

from idp.domain.authenticators import factors, message_codes, one_time_codes
from idp.domain.authenticators.factors import LastFactor
from idp.domain.citizens import contacts
from idp.domain.citizens.contacts import Contact
from idp.domain.citizens.identifiers import Kind
from idp.domain.citizens.people import Person
from idp.domain.messages.channels import TO_A_PHONE, Channel, masked
from idp.domain.store.database import Session
from idp.web import csrf, locale
from idp.web.context import services
from idp.web.frontchannel import codes
from idp.web.frontchannel.login import seconds, slow_down
from idp.web.ids import uuid_of
from idp.web.pages import (
    AccountMessageCodePage,
    AccountMessagesPage,
    FieldError,
    Notice,
    TelephoneLine,
)
from idp.web.render import go, show
from idp.web.selfservice.area import Resident, at_home, bp, stay
from idp.web.selfservice.telling import notice, told

ADDRESS: Final = "/me/security/messages"
CONFIRM: Final = f"{ADDRESS}/code"
PURPOSE: Final = "message_factor"


@bp.get(ADDRESS)
def messages() -> Response:
    """List the confirmed numbers and the channels that reach them."""
    with at_home(fresh=True) as (db, resident):
        page = _list(db, resident, notice(request.args.get("done")))
    return show(page)


@bp.post(ADDRESS)
def switch_messages() -> Response:
    """Send the first code of a number, or switch one off."""
    csrf.check()
    with at_home(fresh=True, back=ADDRESS) as (db, resident):
        off = uuid_of(request.form.get("off"))
        if off is not None:
            return _switch_off(db, resident, off)
        contact, channel = _chosen(db, resident, request.form.get("on", ""))
        return _send(db, resident, contact, channel)


@bp.get(CONFIRM)
def first_code() -> Response:
    """Ask for the code on its way."""
    with at_home(fresh=True) as (db, resident):
        contact, channel = _chosen(db, resident, request.args.get("on", ""))
        page = _code_page(db, resident, contact, channel)
    return show(page)


@bp.post(CONFIRM)
def take_first_code() -> Response:
    """Switch a channel on when its first code is right."""
    csrf.check()
    with at_home(fresh=True, back=ADDRESS) as (db, resident):
        contact, channel = _chosen(db, resident, request.form.get("on", ""))
        if request.form.get("action") == "resend":
            return _send(db, resident, contact, channel)
        tree, now = services().tree, services().clock()
        holder = _holder(resident, contact, channel)
        if not one_time_codes.claim(db, tree, PURPOSE, holder, request.form.get("otp", ""), now):
            words = _(
                "Kode tidak cocok atau sudah tidak berlaku. Periksa pesan terbaru, atau minta kode baru."
            )
            page = _code_page(db, resident, contact, channel, (FieldError("otp", str(words)),))
            return show(page)
        stay(db, resident)
        person = Person(resident.session.account_id, resident.citizen.id, resident.data_key)
        message_codes.enrol(db, tree, person, contact.id, channel, now)
        told(db, resident.citizen.id, "message_code_on", masked(contact.value))
    return go(f"{ADDRESS}?done=message_code_on")


def _switch_off(db: Session, resident: Resident, factor_id: UUID) -> Response:
    account_id = resident.session.account_id
    mine = message_codes.every(db, services().tree, account_id, resident.citizen.id)
    chosen = next((each for each in mine if each.id == factor_id), None)
    if chosen is None:
        abort(404)
    try:
        factors.remove(db, account_id, factor_id, services().clock(), citizen_id=resident.citizen.id)
    except LastFactor:
        words = Notice(
            "warning",
            str(_("Ini pengaman kedua Anda yang terakhir")),
            str(_("Pasang dulu yang baru, lalu lepaskan yang ini.")),
        )
        return show(_list(db, resident, words), 409)
    told(db, resident.citizen.id, "message_code_off", masked(chosen.number or ""))
    return go(f"{ADDRESS}?done=message_code_off")


def _send(db: Session, resident: Resident, contact: Contact, channel: Channel) -> Response:
    sent = codes.send(
        db,
        codes.Code(
            PURPOSE,
            _holder(resident, contact, channel),
            channel,
            contact.value,
            template="email_code",
            account_id=resident.session.account_id,
            citizen_id=resident.citizen.id,
            proved=True,
        ),
    )
    if sent.on_its_way:
        return go(f"{CONFIRM}?on={contact.id}.{channel}")
    if sent.refused:
        words = Notice(
            "warning",
            str(_("Kode tidak bisa dikirim lewat %(channel)s saat ini", channel=codes.channel_name(channel))),
            str(
                _("Nomor ini tidak bisa menerima kode dari kami, atau terlalu banyak pesan. Coba lagi nanti.")
            ),
        )
        return show(_list(db, resident, words), 503)
    return slow_down(show(_list(db, resident, _too_soon(sent.wait))), sent.wait)


def _too_soon(wait: timedelta) -> Notice:
    words = _("Tunggu %(wait)s sebelum meminta lagi", wait=locale.written_wait(seconds(wait)))
    return Notice("warning", str(words))


def _list(db: Session, resident: Resident, words: Notice | None) -> AccountMessagesPage:
    on = message_codes.every(db, services().tree, resident.session.account_id, resident.citizen.id)
    by = {(each.contact_id, each.channel): each for each in on}
    phones = _phones(db, resident)
    lines = []
    for contact in phones:
        for channel in TO_A_PHONE:
            if contact.verified_at is not None and codes.available(channel):
                factor = by.get((contact.id, channel))
                lines.append(
                    TelephoneLine(
                        masked(contact.value),
                        codes.channel_name(channel),
                        f"{contact.id}.{channel}",
                        str(factor.id) if factor is not None else "",
                        factor.last_used_at if factor is not None else None,
                    )
                )
    return AccountMessagesPage(
        citizen_name=resident.name,
        action=ADDRESS,
        telephones=tuple(lines),
        unconfirmed=sum(contact.verified_at is None for contact in phones),
        notice=words,
    )


def _code_page(
    db: Session, resident: Resident, contact: Contact, channel: Channel, errors: tuple[FieldError, ...] = ()
) -> AccountMessageCodePage:
    waiting = one_time_codes.waiting(db, PURPOSE, _holder(resident, contact, channel), services().clock())
    return AccountMessageCodePage(
        citizen_name=resident.name,
        action=CONFIRM,
        channel=codes.channel_name(channel),
        address=masked(contact.value),
        valid_minutes=codes.VALID_MINUTES,
        resend_wait_seconds=seconds(waiting.resend_wait) if waiting is not None else 0,
        outbox_url="" if services().settings.production else "/sandbox/outbox",
        hidden=(("on", f"{contact.id}.{channel}"),),
        errors=errors,
    )


def _chosen(db: Session, resident: Resident, text: str) -> tuple[Contact, Channel]:
    """Read which number and channel are meant; only the citizen's own confirmed ones exist (O-102)."""
    contact_id, _dot, name = text.partition(".")
    wanted = uuid_of(contact_id)
    contact = next((each for each in _phones(db, resident) if each.id == wanted and each.verified_at), None)
    channel = next((each for each in TO_A_PHONE if each.value == name), None)
    if contact is None or channel is None or not codes.available(channel):
        abort(404)
    return contact, channel


def _phones(db: Session, resident: Resident) -> list[Contact]:
    known = contacts.of(db, resident.data_key, resident.citizen.id)
    return [contact for contact in known if contact.kind is Kind.PHONE]


def _holder(resident: Resident, contact: Contact, channel: Channel) -> bytes:
    return one_time_codes.holder(
        services().tree, resident.session.account_id.bytes, contact.id.bytes, channel.value.encode()
    )

"""A first second factor at sign-in, for accounts made without one: prove a confirmed contact, then keep a factor.

A password alone adds no factor: a code sent to a contact that was confirmed before comes first. The secret of the
application, and the number that may get codes from now on, are sealed for this session only after that code was right,
so no step can be skipped (ASVS 2.3.1).
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID

from flask import Blueprint, Response, request
from flask_babel import gettext as _

from idp.domain.authenticators import factors, message_codes, one_time_codes, totp
from idp.domain.cases import letters
from idp.domain.citizens import contacts
from idp.domain.citizens.contacts import Contact
from idp.domain.citizens.identifiers import Kind
from idp.domain.citizens.models import Citizen
from idp.domain.citizens.people import Person, stands
from idp.domain.messages.channels import Channel, masked
from idp.domain.sessions.models import BrowserSession
from idp.domain.store.database import Session
from idp.web import csrf
from idp.web.context import place, services, unit_of_work
from idp.web.frontchannel import codes, contact_codes, notices, ways
from idp.web.frontchannel.flow import cancelled, second_factor_is_due
from idp.web.frontchannel.frame import agency_of, waiting_for
from idp.web.frontchannel.login import seconds, slow_down
from idp.web.frontchannel.register_account import picture
from idp.web.frontchannel.signed_in import current_session, raise_session
from idp.web.frontchannel.waiting_secret import open_secret, sealed_secret
from idp.web.frontchannel.ways import Asking
from idp.web.ids import uuid_of
from idp.web.pages import (
    EnrolAuthenticatorPage,
    EnrolCodePage,
    EnrolStartPage,
    FieldError,
    NoFactorPage,
    Page,
)
from idp.web.render import go, show

bp = Blueprint("enrol", __name__)

ABOUT = "enrol"
COOLING_OFF: Final = timedelta(hours=24)
"""After a password set by a letter a contact vouches for no factor: one mailbox would have been both factors."""


def enrol_page(db: Session, asking: Asking, wait: int = 0) -> Page | None:
    """Offer to add a factor; None where there is one, where it would not help, or nothing can be proved."""
    known = _confirmed(db, asking)
    if not known:
        return None
    return EnrolStartPage(
        agency=agency_of(asking.waiting),
        action=_action(asking),
        contacts=tuple((str(contact.id), masked(contact.value)) for contact in known),
        wait_seconds=wait,
    )


def no_factor_page(asking: Asking) -> NoFactorPage:
    """Say that there is no second factor and none can be added here, and what can be done instead."""
    return NoFactorPage(agency=agency_of(asking.waiting), action=asking.action)


@bp.post("/interaction/<uid>/enrol")
def enrol(uid: str) -> Response:
    """Take one of the three steps; each asks again whether the account is still without a factor."""
    csrf.check()
    action = request.form.get("action")
    if action != "cancel" and not second_factor_is_due(uid):
        return go(f"/interaction/{uid}")
    with unit_of_work() as db:
        waiting = waiting_for(db, uid)
        if action == "cancel":
            db.commit()
            return cancelled(waiting)
        session = current_session(db)
        if session is None:
            return go(f"/interaction/{uid}")
        asking = Asking(uid=uid, waiting=waiting, session=session)
        if action == "otp":
            return _take_application(db, asking)
        if action == "messages":
            return _take_messages(db, asking)
        chosen = uuid_of(request.form.get("contact"))
        contact = next((each for each in _confirmed(db, asking) if each.id == chosen), None)
        if contact is None:
            return go(f"/interaction/{uid}")
        return _take_code(db, asking, contact) if action == "code" else _send(db, asking, contact)


def _send(db: Session, asking: Asking, contact: Contact) -> Response:
    session = asking.session
    if session.citizen_id is None:
        return go(f"/interaction/{asking.uid}")
    sent = contact_codes.send(
        db,
        session.account_id,
        contact.kind,
        contact.value,
        _about(session),
        name="",
        citizen_id=session.citizen_id,
        channel=contact.channels[0] if contact.channels else "",
        proved=True,
    )
    if sent.refused:
        message = _("Kode tidak bisa dikirim ke sana sekarang. Pilih kontak lain, atau coba lagi nanti.")
        return show(_code_page(asking, contact, (FieldError("code", str(message)),)), 503)
    if not sent.on_its_way and sent.wait > one_time_codes.RESEND_AFTER:
        page = enrol_page(db, asking, seconds(sent.wait))
        if page is not None:
            return slow_down(show(page), sent.wait)
    return show(_code_page(asking, contact))


def _take_code(db: Session, asking: Asking, contact: Contact) -> Response:
    given = request.form.get("code", "")
    account_id, about = asking.session.account_id, _about(asking.session)
    if not contact_codes.right(db, account_id, contact.kind, contact.value, about, given):
        message = _("Kode tidak cocok atau sudah tidak berlaku. Periksa lagi, atau minta kode baru.")
        return show(_code_page(asking, contact, (FieldError("code", str(message)),)))
    return show(_application_page(asking, totp.new_secret(), contact))


def _proved(db: Session, asking: Asking) -> Contact | None:
    """Return the telephone whose code was right before, as the form says it sealed."""
    proved = open_secret(request.form.get("proved", ""), _telephone(asking.session))
    return next((each for each in _confirmed(db, asking) if each.id.hex == proved), None)


def _channel(contact: Contact) -> Channel | None:
    """Return what a telephone takes messages by, where this deployment sends on it."""
    chosen = contact.channels[0] if contact.kind is Kind.PHONE and contact.channels else ""
    return Channel(chosen) if chosen and codes.available(Channel(chosen)) else None


def _take_messages(db: Session, asking: Asking) -> Response:
    """Let the telephone that was proved just now get the codes from now on, and go on as after any second factor."""
    response, session = go(f"/interaction/{asking.uid}"), asking.session
    contact = _proved(db, asking)
    channel = _channel(contact) if contact is not None else None
    if contact is None or channel is None or session.citizen_id is None or not stands(db, session.account_id):
        return response
    citizen = db.get_one(Citizen, session.citizen_id)
    if citizen.data_key is None:
        return response
    tree = services().tree
    person = Person(session.account_id, citizen.id, tree.vault.open(citizen.id, citizen.data_key))
    message_codes.enrol(db, tree, person, contact.id, channel, services().clock())
    way = ways.SMS if channel is Channel.SMS else ways.WHATSAPP
    return _enrolled(db, asking, response, way.factor)


def _take_application(db: Session, asking: Asking) -> Response:
    """Keep the application whose first code is right, and go on as after any second factor."""
    response, now = go(f"/interaction/{asking.uid}"), services().clock()
    session = asking.session
    secret = open_secret(request.form.get("sealed", ""), _about(session))
    if secret is None or not _confirmed(db, asking) or session.citizen_id is None:
        return response
    if not stands(db, session.account_id):
        return response
    step = totp.matching_step(secret, request.form.get("otp", ""), now)
    if step is None:
        message = _("Kode tidak cocok. Periksa jam ponsel Anda, lalu ketik kode yang tampil.")
        errors = (FieldError("otp", str(message)),)
        return show(_application_page(asking, secret, _proved(db, asking), errors))
    totp.enrol(
        db,
        services().tree.vault.system("factor"),
        session.account_id,
        secret,
        now,
        citizen_id=session.citizen_id,
        confirmed_step=step,
    )
    return _enrolled(db, asking, response, "totp")


def _enrolled(db: Session, asking: Asking, response: Response, method: str) -> Response:
    """Tell the owner everywhere, and raise the session by what was proved."""
    session = asking.session
    if session.citizen_id is not None:
        _tell(db, session.citizen_id)
    raise_session(db, response, session, (*session.methods.split(), method))
    return response


def _tell(db: Session, citizen_id: UUID) -> None:
    notices.tell(
        db,
        citizen_id,
        "account_change",
        {
            "change": "second_factor",
            "what": "",
            "device": place().device,
            "security_url": f"{services().settings.issuer}/me/security",
        },
    )


def _confirmed(db: Session, asking: Asking) -> list[Contact]:
    """Return what can be proved by a code, as long as the account has no factor at all."""
    session = asking.session
    citizen = db.get(Citizen, session.citizen_id)
    if citizen is None or citizen.data_key is None or factors.of(db, session.account_id):
        return []
    if session.methods.split() != ["password"] or ways.open_to(db, asking):
        return []
    if letters.opened_since(db, session.account_id, services().clock() - COOLING_OFF):
        return []
    data_key = services().tree.vault.open(citizen.id, citizen.data_key)
    return [each for each in contacts.of(db, data_key, citizen.id) if each.verified_at is not None]


def _code_page(asking: Asking, contact: Contact, errors: tuple[FieldError, ...] = ()) -> EnrolCodePage:
    return EnrolCodePage(
        agency=agency_of(asking.waiting),
        action=_action(asking),
        sent_to=masked(contact.value),
        valid_minutes=int(one_time_codes.LIFETIME.total_seconds() // 60),
        outbox_url="" if services().settings.production else "/sandbox/outbox",
        hidden=(("contact", str(contact.id)),),
        errors=errors,
    )


def _application_page(
    asking: Asking, secret: str, contact: Contact | None, errors: tuple[FieldError, ...] = ()
) -> EnrolAuthenticatorPage:
    address = totp.uri(secret, "Gerbang")
    channel = _channel(contact) if contact is not None else None
    proved = sealed_secret(contact.id.hex, _telephone(asking.session)) if contact is not None else ""
    return EnrolAuthenticatorPage(
        agency=agency_of(asking.waiting),
        action=_action(asking),
        qr_uri=picture(address),
        secret=" ".join(secret[start : start + 4] for start in range(0, len(secret), 4)),
        otpauth_uri=address,
        hidden=(
            ("sealed", sealed_secret(secret, _about(asking.session))),
            *((("proved", proved),) if channel is not None else ()),
        ),
        message_channel=codes.channel_name(channel) if channel is not None else "",
        errors=errors,
    )


def _about(session: BrowserSession) -> str:
    """Bind codes and secrets to this very session."""
    return f"{ABOUT}:{session.id.hex}"


def _telephone(session: BrowserSession) -> str:
    return f"{_about(session)}:telephone"


def _action(asking: Asking) -> str:
    return f"/interaction/{asking.uid}/enrol"

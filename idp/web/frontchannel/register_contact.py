"""Registration, second and third question: how do we reach you, and is the e-mail address yours?"""

from __future__ import annotations

from typing import Any

from flask import Response
from flask_babel import gettext as _

from idp.domain.authenticators import one_time_codes
from idp.domain.authenticators.one_time_codes import Sending
from idp.domain.citizens import drafts, identifiers
from idp.domain.citizens.drafts import Draft
from idp.domain.citizens.identifiers import Malformed
from idp.domain.messages.send import Message, queue
from idp.domain.store.database import Session
from idp.web import challenges, locale
from idp.web.context import place, services, unit_of_work
from idp.web.frontchannel import registering
from idp.web.frontchannel.login import seconds
from idp.web.frontchannel.registering import CODE, CONTACT, IDENTITY, PASSWORD, Errors, Form
from idp.web.frontchannel.signed_in import throttle_policy
from idp.web.pages import Challenge, FieldError, Notice, RegisterCodePage, RegisterContactPage
from idp.web.render import go, show

PURPOSE = "register"


def contact_page(
    uid: str | None,
    data: dict[str, Any],
    errors: Errors = (),
    typed: dict[str, str] | None = None,
    challenge: Challenge | None = None,
) -> RegisterContactPage:
    """Ask for an e-mail address and a phone number."""
    values = typed if typed is not None else data
    returning = Notice(
        "info",
        _("NIK ini pernah punya akun"),
        _("Akun itu sudah ditutup dan datanya dimusnahkan. Yang Anda buat sekarang akun baru."),
    )
    return RegisterContactPage(
        **registering.common(CONTACT, uid, errors, back=IDENTITY),
        email=values.get("email", ""),
        phone_number=values.get("phone_number", ""),
        challenge=challenge or challenges.due(challenges.SENDINGS),
        notice=returning if data.get("returning") else None,
    )


def code_page(uid: str | None, data: dict[str, Any], errors: Errors = (), wait: int = 0) -> RegisterCodePage:
    """Ask for the code that was sent."""
    return RegisterCodePage(
        **registering.common(CODE, uid, errors, back=CONTACT),
        email=data["email"],
        valid_minutes=int(one_time_codes.LIFETIME.total_seconds() // 60),
        resend_wait_seconds=wait,
        change_url=f"{registering.ADDRESS}?step={CONTACT}",
        outbox_url="" if services().settings.production else "/sandbox/outbox",
    )


def take_contact(form: Form) -> Response:
    """Keep the addresses; a new e-mail address gets a code."""
    typed = {"email": form.text("email"), "phone_number": form.text("phone_number")}
    values, errors = _read(typed)
    with unit_of_work() as db:
        draft = registering.current(db)
        if draft is None or draft.step in (registering.RECOVERY, registering.DONE, registering.MISMATCH):
            return go(registering.ADDRESS)
        uid = draft.row.interaction
        db.commit()
        if errors:
            return show(contact_page(uid, draft.data, errors, typed), 400)
        same = draft.data.get("email") == values["email"]
        draft.data |= values
        if not values["email"] or (same and draft.data.get("email_confirmed")):
            draft.data["email_confirmed"] = bool(values["email"])
            drafts.save(db, registering.seal(), draft, PASSWORD)
            return go(registering.ADDRESS)
        unmet = challenges.unmet(db, challenges.SENDINGS)
        if unmet is not None:
            db.commit()
            errors = (challenges.refusal(unmet),)
            return challenges.refused(show(contact_page(uid, {}, errors, typed, unmet)), unmet)
        draft.data["email_confirmed"] = False
        sending = _send(db, draft)
        if sending.code is not None or (same and draft.step == CODE):
            drafts.save(db, registering.seal(), draft, CODE)
            return go(registering.ADDRESS)
    message = _("Terlalu sering. Tunggu %(n)s detik, lalu coba lagi.", n=seconds(sending.wait))
    return show(contact_page(uid, {}, (FieldError("email", message),), typed), 429)


def take_code(form: Form) -> Response:
    """Judge the code of the e-mail, or send another."""
    deployment = services()
    with unit_of_work() as db:
        draft = registering.current(db)
        if draft is None or draft.step != CODE:
            return go(registering.ADDRESS)
        uid = draft.row.interaction
        if form.text("action") == "resend":
            sending = _send(db, draft)
            db.commit()
            return show(code_page(uid, draft.data, wait=seconds(sending.wait)))
        code = form.text("code", 20)
        holder = _holder(draft)
        right = one_time_codes.claim(db, deployment.tree, PURPOSE, holder, code, deployment.clock())
        if right:
            draft.data["email_confirmed"] = True
            drafts.save(db, registering.seal(), draft, PASSWORD)
            return go(registering.ADDRESS)
    message = _("Kode tidak cocok atau sudah tidak berlaku. Periksa lagi, atau minta kode baru.")
    return show(code_page(uid, draft.data, (FieldError("code", message),)))


def _send(db: Session, draft: Draft) -> Sending:
    deployment = services()
    now = deployment.clock()
    address = str(draft.data["email"])
    sending = one_time_codes.issue(
        db,
        deployment.tree,
        PURPOSE,
        _holder(draft),
        address=address,
        network=place().network,
        policy=throttle_policy(),
        now=now,
    )
    if sending.code is not None:
        message = Message(
            to=address,
            template="email_code",
            language=locale.language(),
            context={
                "name": draft.data["name"],
                "help_url": f"{deployment.settings.issuer}/help",
                "code": f"{sending.code[:3]} {sending.code[3:]}",
                "valid_minutes": int(one_time_codes.LIFETIME.total_seconds() // 60),
            },
            until=now + one_time_codes.LIFETIME,
        )
        queue(db, registering.seal(), message, now)
    return sending


def _holder(draft: Draft) -> bytes:
    email = str(draft.data["email"]).lower().encode()
    return one_time_codes.holder(services().tree, draft.row.digest, email)


def _read(typed: dict[str, str]) -> tuple[dict[str, str], Errors]:
    errors: list[FieldError] = []
    values = {"email": "", "phone_number": ""}
    if typed["email"]:
        try:
            values["email"] = identifiers.email(typed["email"])
        except Malformed:
            errors.append(FieldError("email", _("Tulis alamat email lengkap, misalnya siti@contoh.id.")))
    if typed["phone_number"]:
        try:
            values["phone_number"] = identifiers.phone(typed["phone_number"])
        except Malformed:
            errors.append(FieldError("phone_number", _("Tulis nomor ponsel, misalnya 0812 3456 7890.")))
    if not typed["email"] and not typed["phone_number"]:
        message = _("Isi alamat email. Tidak punya? Isi nomor ponsel saja.")
        errors.append(FieldError("email", message))
    return values, tuple(errors)

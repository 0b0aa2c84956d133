"""E-mail addresses and phone numbers: the list, and adding one that is proved first (features H4; attacks O-121)."""

from __future__ import annotations

import orjson
from flask import Response, abort, request
from flask_babel import gettext as _

from idp.domain.authenticators import one_time_codes
from idp.domain.citizens import contacts, identifiers
from idp.domain.citizens.contacts import Contact, ContactRefused
from idp.domain.citizens.identifiers import Kind, Malformed
from idp.domain.exchange.changes import tell_changed
from idp.domain.store.database import Session
from idp.web import csrf
from idp.web.context import services
from idp.web.frontchannel import contact_codes
from idp.web.frontchannel.login import seconds
from idp.web.frontchannel.waiting_secret import open_secret, sealed_secret
from idp.web.pages import (
    AccountContactAddPage,
    AccountContactCodePage,
    AccountContactsPage,
    ContactLine,
    FieldError,
)
from idp.web.render import go, show
from idp.web.selfservice.area import Resident, at_home, bp, stay
from idp.web.selfservice.telling import notice, told

ADDRESS = "/me/contacts"
CONFIRM = f"{ADDRESS}/confirm"
FIELDS = {Kind.EMAIL: "email", Kind.PHONE: "phone_number"}
NEW = "new"


@bp.get(ADDRESS)
def list_contacts() -> Response:
    """List every address and number."""
    with at_home() as (db, resident):
        known = contacts.of(db, resident.data_key, resident.citizen.id)
        page = AccountContactsPage(
            citizen_name=resident.name,
            contacts=tuple(map(line, known)),
            add_email_url=_add_url(known, Kind.EMAIL),
            add_phone_url=_add_url(known, Kind.PHONE),
            notice=notice(request.args.get("done")),
        )
    return show(page)


@bp.get(f"{ADDRESS}/add/<kind>")
def new_contact(kind: str) -> Response:
    """Ask for a further one."""
    with at_home(fresh=True) as (_db, resident):
        page = _add_page(resident, _kind(kind))
    return show(page)


@bp.post(f"{ADDRESS}/add/<kind>")
def add_contact(kind: str) -> Response:
    """Send a code to it; nothing counts before that comes back. The answer is the same whoever uses it already."""
    csrf.check()
    which = _kind(kind)
    typed = request.form.get(FIELDS[which], "")[:300].strip()
    with at_home(fresh=True, back=f"{ADDRESS}/add/{kind}") as (db, resident):
        try:
            value = identifiers.canonical(which, typed)
            contacts.check_new(contacts.of(db, resident.data_key, resident.citizen.id), which, value)
        except (Malformed, ContactRefused) as exc:
            error = FieldError(FIELDS[which], problem(which, exc.reason))
            return show(_add_page(resident, which, typed, (error,)), 400)
        return send_code(db, resident, which, value, NEW)


@bp.post(CONFIRM)
def confirm_contact() -> Response:
    """Keep the address or number whose code is right."""
    csrf.check()
    with at_home(fresh=True, back=ADDRESS) as (db, resident):
        waiting = opened(resident)
        if waiting is None or waiting["about"] != NEW:
            return go(ADDRESS)
        kind, value = Kind(waiting["kind"]), waiting["value"]
        if request.form.get("action") == "resend":
            return send_code(db, resident, kind, value, NEW)
        if not right_code(db, resident, waiting):
            return show(code_page(resident, kind, value, NEW, errors=(wrong_code(),)))
        stay(db, resident)
        told(db, resident.citizen.id, "contact_added", value)
        try:
            added = contacts.add(
                db, services().tree, resident.person, kind, value, services().clock(), confirmed=True
            )
        except ContactRefused:
            return go(ADDRESS)
        tell_changed(db, services().tree.vault.system("pii"), resident.citizen.id, services().clock())
    return go(f"{ADDRESS}?done={'contact_added' if added.signs_in else 'contact_shared'}")


def send_code(
    db: Session,
    resident: Resident,
    kind: Kind,
    value: str,
    about: str,
    *,
    action: str = CONFIRM,
    channel: str = "",
) -> Response:
    """Send a code and ask for it, or say how long to wait."""
    account_id = resident.session.account_id
    sent = contact_codes.send(
        db,
        account_id,
        kind,
        value,
        about,
        name=resident.name,
        citizen_id=resident.citizen.id,
        channel=channel,
        proved=about != NEW,
    )
    errors = (unreachable(),) if sent.refused else ()
    page = code_page(resident, kind, value, about, wait=seconds(sent.wait), action=action, errors=errors)
    if sent.refused:
        return show(page, 503)
    limited = not sent.on_its_way and sent.wait > one_time_codes.RESEND_AFTER
    return show(page, 429 if limited else 200)


def code_page(
    resident: Resident,
    kind: Kind,
    value: str,
    about: str,
    *,
    wait: int = 0,
    action: str = CONFIRM,
    errors: tuple[FieldError, ...] = (),
) -> AccountContactCodePage:
    """Ask for the code that was sent; what it is for waits in the form, sealed."""
    content = orjson.dumps({"kind": kind.value, "value": value, "about": about}).decode()
    return AccountContactCodePage(
        citizen_name=resident.name,
        action=action,
        kind=kind.value,
        value=value,
        valid_minutes=int(one_time_codes.LIFETIME.total_seconds() // 60),
        resend_wait_seconds=wait,
        outbox_url="" if services().settings.production else "/sandbox/outbox",
        hidden=(("sealed", sealed_secret(content, resident.session.account_id.hex)),),
        errors=errors,
    )


def opened(resident: Resident) -> dict[str, str] | None:
    """Open what a code form is for; None when it is too old or not theirs."""
    content = open_secret(request.form.get("sealed", ""), resident.session.account_id.hex)
    if content is None:
        return None
    waiting: dict[str, str] = orjson.loads(content)
    return waiting if {"kind", "value", "about"} <= waiting.keys() else None


def right_code(db: Session, resident: Resident, waiting: dict[str, str]) -> bool:
    """Judge the code of a form."""
    return contact_codes.right(
        db,
        resident.session.account_id,
        Kind(waiting["kind"]),
        waiting["value"],
        waiting["about"],
        request.form.get("code", ""),
    )


def unreachable() -> FieldError:
    """Say that no code goes to this number, or not now."""
    message = _("Nomor ini tidak bisa menerima kode dari kami, atau terlalu banyak pesan. Coba lagi nanti.")
    return FieldError("code", str(message))


def wrong_code() -> FieldError:
    """Say that a code does not do."""
    message = _("Kode tidak cocok atau sudah tidak berlaku. Periksa lagi, atau minta kode baru.")
    return FieldError("code", str(message))


def problem(kind: Kind, reason: str) -> str:
    """Say why something can be no further contact."""
    if reason == "known":
        return str(_("Ini sudah ada pada akun Anda."))
    if reason == "too_many":
        return str(_("Paling banyak %(n)s. Hapus dulu yang tidak dipakai.", n=contacts.MOST))
    if kind is Kind.EMAIL:
        return str(_("Tulis alamat email lengkap, misalnya siti@contoh.id."))
    return str(_("Tulis nomor ponsel, misalnya 0812 3456 7890."))


def line(contact: Contact) -> ContactLine:
    """Describe a contact for its owner."""
    return ContactLine(
        kind=contact.kind.value,
        value=contact.value,
        href=f"{ADDRESS}/{contact.id}",
        primary=contact.is_primary,
        confirmed=contact.verified_at is not None,
        signs_in=contact.signs_in,
    )


def _add_page(
    resident: Resident, kind: Kind, typed: str = "", errors: tuple[FieldError, ...] = ()
) -> AccountContactAddPage:
    return AccountContactAddPage(
        citizen_name=resident.name,
        action=f"{ADDRESS}/add/{kind.value}",
        kind=kind.value,
        value=typed,
        errors=errors,
    )


def _add_url(known: tuple[Contact, ...], kind: Kind) -> str:
    full = sum(contact.kind is kind for contact in known) >= contacts.MOST
    return "" if full else f"{ADDRESS}/add/{kind.value}"


def _kind(text: str) -> Kind:
    if text not in ("email", "phone"):
        abort(404)
    return Kind(text)

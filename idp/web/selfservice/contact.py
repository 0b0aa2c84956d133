"""One address or number: confirm, make primary, remove it, choose its channels (features D7; attacks O-121).

What takes a confirmed contact away is confirmed by a code sent to that contact, and counts at once; or it waits, every
channel is told, and a link calls it off. So a stolen session or a swapped SIM card alone takes nothing away unseen.
"""

from __future__ import annotations

from uuid import UUID

from flask import Response, abort, request
from flask_babel import gettext as _

from idp import changes
from idp.domain.authenticators import message_codes
from idp.domain.citizens import contact_changes, contacts
from idp.domain.citizens.contacts import Contact, ContactRefused
from idp.domain.citizens.identifiers import Kind
from idp.domain.exchange.changes import tell_changed
from idp.domain.store.database import Session
from idp.web import csrf
from idp.web.context import services
from idp.web.pages import AccountContactHoldPage, AccountContactPage, Notice
from idp.web.render import go, show
from idp.web.selfservice.area import Resident, at_home, bp, stay
from idp.web.selfservice.contacts import (
    ADDRESS,
    NEW,
    code_page,
    line,
    opened,
    right_code,
    send_code,
    wrong_code,
)
from idp.web.selfservice.telling import notice, told

CHANGES = {"primary": contact_changes.PRIMARY, "remove": contact_changes.REMOVAL}
TOLD = {"primary": "contact_primary", "remove": "contact_removed"}


@bp.get(f"{ADDRESS}/<uuid:contact_id>")
def contact(contact_id: UUID) -> Response:
    """Show one of the citizen's own."""
    with at_home() as (db, resident):
        page = _page(db, resident, contact_id, notice(request.args.get("done")))
    return show(page)


@bp.post(f"{ADDRESS}/<uuid:contact_id>")
def change_contact(contact_id: UUID) -> Response:
    """Do what was asked, or lead to the page that confirms it."""
    csrf.check()
    action, address = request.form.get("action", ""), f"{ADDRESS}/{contact_id}"
    with at_home(fresh=True, back=address) as (db, resident):
        chosen, old = _chosen(db, resident, contact_id, action)
        if action == "confirm":
            return send_code(db, resident, chosen.kind, chosen.value, NEW, channel=_channel(chosen))
        if action == "channels":
            try:
                contacts.choose_channels(
                    db,
                    resident.citizen.id,
                    contact_id,
                    request.form.getlist("channel"),
                    services().clock(),
                )
            except ContactRefused:
                words = Notice("warning", str(_("Pilih paling sedikit satu saluran")))
                return show(_page(db, resident, contact_id, words), 400)
            return go(f"{address}?done=channels")
        if action not in CHANGES:
            abort(400)
        refusal = _refusal(db, resident, chosen, action)
        if refusal is not None:
            return show(_page(db, resident, contact_id, refusal), 409)
        if old is None:
            return _act(db, resident, chosen, action)
        return show(_hold_page(resident, chosen, old, action))


@bp.post(f"{ADDRESS}/<uuid:contact_id>/<any(primary,remove):action>")
def confirm_change(contact_id: UUID, action: str) -> Response:
    """Let what is taken away confirm by a code, or let the change wait."""
    csrf.check()
    with at_home(fresh=True, back=f"{ADDRESS}/{contact_id}") as (db, resident):
        chosen, old = _chosen(db, resident, contact_id, action)
        refusal = _refusal(db, resident, chosen, action)
        if refusal is not None:
            return show(_page(db, resident, contact_id, refusal), 409)
        if old is None:
            return _act(db, resident, chosen, action)
        about, step = f"{action}:{contact_id.hex}", request.form.get("action")
        if step == "wait":
            return _wait(db, resident, chosen, old, action)
        if step in ("code", "resend"):
            return _send(db, resident, old, about, contact_id, action)
        waiting = opened(resident)
        if waiting is None or (waiting["about"], waiting["value"]) != (about, old.value):
            return go(f"{ADDRESS}/{contact_id}")
        if not right_code(db, resident, waiting):
            where = f"{ADDRESS}/{contact_id}/{action}"
            page = code_page(resident, old.kind, old.value, about, action=where, errors=(wrong_code(),))
            return show(page)
        stay(db, resident)
        refusal = _refusal(db, resident, chosen, action)
        if refusal is not None:
            return show(_page(db, resident, contact_id, refusal), 409)
        return _act(db, resident, chosen, action)


def _send(
    db: Session, resident: Resident, old: Contact, about: str, contact_id: UUID, action: str
) -> Response:
    return send_code(db, resident, old.kind, old.value, about, action=f"{ADDRESS}/{contact_id}/{action}")


def _channel(known: Contact) -> str:
    return known.channels[0] if known.channels else ""


def _act(db: Session, resident: Resident, chosen: Contact, action: str) -> Response:
    """Change it now; the letter goes to where it went until now."""
    told(db, resident.citizen.id, TOLD[action], chosen.value)
    now = services().clock()
    try:
        if action == "primary":
            contacts.make_primary(db, resident.person, chosen.id, now)
        else:
            contacts.remove(db, resident.person, chosen.id, now)
            account_id = resident.session.account_id
            message_codes.end_orphans(db, services().tree, account_id, resident.citizen.id, now)
    except ContactRefused:
        db.rollback()
        abort(409)
    tell_changed(db, services().tree.vault.system("pii"), resident.citizen.id, now)
    return go(f"{ADDRESS}?done={TOLD[action]}")


def _wait(db: Session, resident: Resident, chosen: Contact, old: Contact, action: str) -> Response:
    changes.ask(
        services(),
        db,
        resident.citizen.id,
        CHANGES[action],
        {"contact": chosen.id.hex},
        actor=None,
        wait=contact_changes.hold(old),
    )
    return go(f"{ADDRESS}?done=contact_waits")


def _chosen(db: Session, resident: Resident, contact_id: UUID, action: str) -> tuple[Contact, Contact | None]:
    """Return the contact a change is about, and the confirmed one it takes away, which has to agree."""
    known = contacts.of(db, resident.data_key, resident.citizen.id)
    try:
        chosen = contacts.one(known, contact_id)
    except ContactRefused:
        abort(404)
    if action == "remove":
        return chosen, chosen if chosen.verified_at is not None else None
    before = next((c for c in known if c.kind is chosen.kind and c.is_primary), None)
    return chosen, before if before is not None and before.verified_at is not None else None


def _refusal(db: Session, resident: Resident, chosen: Contact, action: str) -> Notice | None:
    if action == "primary" and chosen.verified_at is None:
        return Notice("warning", str(_("Buktikan dulu bahwa ini milik Anda")))
    if action == "remove" and not _removable(db, resident, chosen):
        return Notice(
            "warning",
            str(_("Ini satu-satunya yang sudah terbukti milik Anda")),
            str(_("Tambahkan dulu yang lain, supaya kami tetap bisa menghubungi Anda.")),
        )
    if action == "remove" and not message_codes.may_lose(
        db, services().tree, resident.session.account_id, resident.citizen.id, chosen.id
    ):
        return Notice(
            "warning",
            str(_("Nomor ini pengaman kedua Anda yang terakhir")),
            str(_("Pasang dulu yang baru, lalu lepaskan yang ini.")),
        )
    return None


def _removable(db: Session, resident: Resident, chosen: Contact) -> bool:
    known = contacts.of(db, resident.data_key, resident.citizen.id)
    return chosen.verified_at is None or any(
        other.verified_at is not None for other in known if other.id != chosen.id
    )


def _page(db: Session, resident: Resident, contact_id: UUID, words: Notice | None) -> AccountContactPage:
    chosen, _old = _chosen(db, resident, contact_id, "")
    labels = {"sms": "SMS", "whatsapp": "WhatsApp"}
    channels = tuple((name, labels[name], name in chosen.channels) for name in contacts.CHANNELS)
    return AccountContactPage(
        citizen_name=resident.name,
        action=f"{ADDRESS}/{contact_id}",
        contact=line(chosen),
        channels=channels if chosen.kind is Kind.PHONE else (),
        removable=_removable(db, resident, chosen),
        notice=words,
    )


def _hold_page(resident: Resident, chosen: Contact, old: Contact, action: str) -> AccountContactHoldPage:
    return AccountContactHoldPage(
        citizen_name=resident.name,
        action=f"{ADDRESS}/{chosen.id}/{action}",
        removal=action == "remove",
        contact=line(chosen),
        old=old.value,
        hours=int(contact_changes.hold(old).total_seconds() // 3600),
    )

"""Which address and number a service sees: the choices of a page, and what its form chose (features H4)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final
from uuid import UUID

from idp.domain.citizens import contacts
from idp.domain.citizens.contacts import Contact
from idp.domain.citizens.identifiers import Kind
from idp.domain.consent.decisions import Seen
from idp.domain.store.database import Session
from idp.web.pages import ContactChoice, ContactOption
from keys import DataKey

FIELDS: Final = {Kind.EMAIL: "email_contact", Kind.PHONE: "phone_contact"}


def choices(
    db: Session, data_key: DataKey, citizen_id: UUID, claims: Collection[str], seen: Seen
) -> tuple[ContactChoice, ...]:
    """Return a choice for each kind that is shared and has several confirmed contacts."""
    known = contacts.of(db, data_key, citizen_id)
    found = []
    for kind, field in FIELDS.items():
        mine = _open(known, kind)
        if contacts.ATTRIBUTES[kind] not in claims or len(mine) < 2:
            continue
        options = tuple(ContactOption(str(c.id), c.value, c.is_primary, c.id in seen.ids) for c in mine)
        found.append(ContactChoice(kind.value, field, options))
    return tuple(found)


def chosen(
    db: Session, data_key: DataKey, citizen_id: UUID, form: Mapping[str, str], before: Seen
) -> Seen | None:
    """Read the form; what it does not ask stays, the primary one is no choice. None when it names another's."""
    known = contacts.of(db, data_key, citizen_id)
    picked: dict[Kind, UUID | None] = {Kind.EMAIL: before.email, Kind.PHONE: before.phone}
    for kind, field in FIELDS.items():
        text = form.get(field)
        if text is None:
            continue
        contact = next((c for c in _open(known, kind) if str(c.id) == text), None)
        if contact is None:
            return None
        picked[kind] = None if contact.is_primary else contact.id
    return Seen(picked[Kind.EMAIL], picked[Kind.PHONE])


def _open(known: tuple[Contact, ...], kind: Kind) -> list[Contact]:
    """Only what is confirmed is shared by choice; the primary one is, as it always was."""
    return [c for c in known if c.kind is kind and (c.is_primary or c.verified_at is not None)]

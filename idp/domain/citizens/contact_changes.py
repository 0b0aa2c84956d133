"""Grave changes of contacts that wait: what the worker does when nobody called them off (features D7; ADR 0024)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from idp.domain.citizens import contacts
from idp.domain.citizens.contacts import Contact, ContactRefused
from idp.domain.citizens.identifiers import Kind
from idp.domain.citizens.models import Citizen
from idp.domain.citizens.pending_changes import COOLING_OFF, Change
from idp.domain.citizens.people import Person
from idp.domain.store.database import Session
from keys import KeyTree

PRIMARY: Final = "contact_primary"
REMOVAL: Final = "contact_removal"
PHONE_HOLD: Final = timedelta(hours=72)
"""A SIM card that was swapped is noticed within days, not hours."""


def hold(contact: Contact) -> timedelta:
    """Return how long a change waits that the contact it takes away did not confirm."""
    return PHONE_HOLD if contact.kind is Kind.PHONE else COOLING_OFF


def apply_primary(db: Session, tree: KeyTree, change: Change, now: datetime) -> bool:
    """Let another contact be the primary one; False when it is gone."""
    person, contact_id = _opened(db, tree, change)
    if person is None:
        return False
    try:
        contacts.make_primary(db, person, contact_id, now)
    except ContactRefused:
        return False
    return True


def apply_removal(db: Session, tree: KeyTree, change: Change, now: datetime) -> bool:
    """Remove a contact; False when it is gone, or the last one by now."""
    person, contact_id = _opened(db, tree, change)
    if person is None:
        return False
    try:
        contacts.remove(db, person, contact_id, now)
    except ContactRefused:
        return False
    return True


def contact_of(tree: KeyTree, change: Change) -> UUID:
    """Return the contact a change is about."""
    return UUID(str(change.payload(tree.vault.system("pii"))["contact"]))


def _opened(db: Session, tree: KeyTree, change: Change) -> tuple[Person | None, UUID]:
    contact_id = contact_of(tree, change)
    citizen = db.get(Citizen, change.citizen_id)
    if citizen is None or citizen.data_key is None:
        return None, contact_id
    return Person(citizen.account_id, citizen.id, tree.vault.open(citizen.id, citizen.data_key)), contact_id

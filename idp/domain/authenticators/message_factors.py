"""Removing a contact that codes by message went to: what it was used for ends with it, the last factor never (D7)."""

from __future__ import annotations

from datetime import datetime

from idp.domain.authenticators import message_codes
from idp.domain.citizens import contact_changes
from idp.domain.citizens.models import Citizen
from idp.domain.citizens.pending_changes import Change
from idp.domain.store.database import Session
from keys import KeyTree


def apply_removal(db: Session, tree: KeyTree, change: Change, now: datetime) -> bool:
    """Remove a contact when its change is due; False when it is gone, or nobody could come back without it."""
    citizen = db.get(Citizen, change.citizen_id)
    if citizen is None:
        return False
    contact_id = contact_changes.contact_of(tree, change)
    if not message_codes.may_lose(db, tree, citizen.account_id, citizen.id, contact_id):
        return False
    if not contact_changes.apply_removal(db, tree, change, now):
        return False
    message_codes.end_orphans(db, tree, citizen.account_id, citizen.id, now)
    return True

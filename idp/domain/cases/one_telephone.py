"""One SIM card must not open everything: what a link that came to a telephone is worth (ADR 0026).

A link by text message and a code by text message to the same number are one factor, not two. Such a link opens with a
code of the recovery card, or waits as long as a change of the number itself would (NIST SP 800-63B-4 §4.2.2).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from idp.domain.authenticators import message_codes
from idp.domain.cases import letters, renewal
from idp.domain.cases.letters import Link
from idp.domain.citizens.identifiers import Kind
from idp.domain.citizens.models import Account, Citizen, Contact
from idp.domain.citizens.pending_changes import Change
from idp.domain.store.database import Session
from keys import KeyTree

KIND: Final = "password_reset"


def came_by_text(db: Session, link: Link) -> bool:
    """Tell whether a link came to a telephone, or to a contact that is gone by now."""
    if link.contact_id is None:
        return False
    contact = db.get(Contact, link.contact_id)
    return contact is None or contact.kind == Kind.PHONE.value


def is_second_factor(db: Session, tree: KeyTree, link: Link) -> bool:
    """Tell whether the telephone a link came to also gets the codes of the second factor."""
    if not came_by_text(db, link):
        return False
    known = message_codes.every(db, tree, link.account_id, link.citizen_id)
    return any(each.contact_id == link.contact_id for each in known)


def payload(db: Session, account_id: UUID, password_hash: str) -> Mapping[str, object]:
    """Return what a password that waits needs: the hash, and which password it may take the place of."""
    return {"password_hash": password_hash, "before": _mark(db.get(Account, account_id))}


def apply(db: Session, tree: KeyTree, change: Change, now: datetime) -> bool:
    """Set the password that has waited; False when the account is not open, or has another password by now."""
    needed = change.payload(tree.vault.system("pii"))
    citizen = db.get(Citizen, change.citizen_id)
    account = db.get(Account, citizen.account_id) if citizen is not None else None
    if citizen is None or account is None or account.status != "active" or needed["before"] != _mark(account):
        return False
    renewal.replace_password(db, account.id, citizen.id, str(needed["password_hash"]), now)
    return True


def spend(db: Session, token: str, now: datetime) -> bool:
    """Spend the link of a password that is to wait, and the other links of its account."""
    link = letters.find(db, token, "password", now)
    if link is None or not letters.spend(db, token, "password", now):
        return False
    letters.retire(db, link.account_id, None, now)
    return True


def _mark(account: Account | None) -> str:
    stored = account.password_hash if account is not None else None
    return hashlib.sha256((stored or "").encode()).hexdigest()

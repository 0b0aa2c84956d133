"""Closing an account at its owner's wish: the key of their data is destroyed, a tombstone stays (G8; ADR 0024).

What stays names nobody: the ids of account and citizen, the audit log, the ledger, and the keyed digest of the NIK, by
which a new registration is known to follow a closed account. It signs nobody in.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import delete, func, select, update

from idp.domain.audit.account_events import AccountClosed
from idp.domain.audit.record import record
from idp.domain.authenticators import known_browsers
from idp.domain.authenticators.models import Factor, RecoveryCode
from idp.domain.authenticators.passkey_models import Passkey, UserHandle
from idp.domain.citizens.identifiers import Kind
from idp.domain.citizens.models import Account, Citizen, Contact, Identifier
from idp.domain.citizens.pending_changes import Change
from idp.domain.consent.given import given
from idp.domain.consent.telling import tell_former
from idp.domain.consent.withdraw import withdraw
from idp.domain.grants.offline import end_offline
from idp.domain.proofing import contact
from idp.domain.sessions import browser, logout
from idp.domain.store.database import Session
from idp.protocol.oidc.security_events import EventKind
from keys import DataKey, KeyTree

KIND: Final = "account_closing"
REASON: Final = "closed"
LETTER: Final = "account_closed"


def apply(db: Session, tree: KeyTree, change: Change, now: datetime) -> bool:
    """Close the account once the cooling-off is over; False when it is closed already."""
    citizen = db.get(Citizen, change.citizen_id)
    if citizen is None or citizen.erased_at is not None:
        return False
    help_url = str(change.payload(tree.vault.system("pii")).get("help_url", ""))
    contact.write(db, tree, citizen.id, LETTER, {}, now, help_url=help_url)
    close(db, tree.vault.system("pii"), citizen, now)
    return True


def close(db: Session, seal: DataKey, citizen: Citizen, now: datetime) -> None:
    """Take back every consent, end sessions and tokens, forget all secrets, destroy the data key.

    Every service that ever was given something is told and has 3 x 24 hours to confirm that it kept nothing.
    """
    account_id = citizen.account_id
    live = {session.id for session in browser.live_of(db, account_id, now)}
    standing = frozenset(entry.client.id for entry in given(db, citizen.id, now))
    for client_id in sorted(standing):
        withdraw(db, seal, citizen.id, client_id, live, now, kind=EventKind.ACCOUNT_PURGED)
    tell_former(db, seal, citizen.id, EventKind.ACCOUNT_PURGED, now, besides=standing)
    logout.end_all(db, account_id, REASON, now)
    end_offline(db, citizen.id, REASON, now)
    _forget_secrets(db, account_id, now)
    db.execute(delete(Contact).where(Contact.citizen_id == citizen.id))
    db.execute(
        delete(Identifier).where(Identifier.account_id == account_id, Identifier.kind != Kind.NIK.value)
    )
    db.execute(update(Identifier).where(Identifier.account_id == account_id).values(login=False))
    db.execute(update(Account).where(Account.id == account_id).values(status="closed", password_hash=None))
    db.execute(
        update(Citizen).where(Citizen.id == citizen.id).values(data_key=None, erased_at=now, updated_at=now)
    )
    record(db, AccountClosed(citizen_id=citizen.id, account_id=account_id), now)


def level_before(db: Session, digest: bytes) -> str | None:
    """Return how surely a NIK was bound to an account that was closed, the surest; None when there was none."""
    closed = (
        select(func.max(Citizen.ial))
        .join(Account, Account.id == Citizen.account_id)
        .join(Identifier, Identifier.account_id == Account.id)
        .where(Identifier.kind == Kind.NIK.value, Identifier.digest == digest, Account.status == "closed")
    )
    return db.scalar(closed)


def _forget_secrets(db: Session, account_id: UUID, now: datetime) -> None:
    mine = select(Factor.id).where(Factor.account_id == account_id)
    db.execute(
        delete(Passkey).where(Passkey.factor_id.in_(mine)).execution_options(synchronize_session=False)
    )
    db.execute(delete(UserHandle).where(UserHandle.account_id == account_id))
    db.execute(
        update(Factor)
        .where(Factor.account_id == account_id)
        .values(secret=b"", name="", removed_at=now)
        .execution_options(synchronize_session=False)
    )
    db.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))
    known_browsers.forget_all(db, account_id)

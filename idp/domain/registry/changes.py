"""Changes that wait for a second pair of eyes (features K2; ASVS 2.3.5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from idp.domain.audit.events import ClientChangeDecided, ClientChangeProposed
from idp.domain.audit.record import record
from idp.domain.registry.models import ClientChange, ClientRegistration
from idp.domain.store.database import Session

ACTIVATE, AMEND, RESUME = "activate", "amend", "resume"
APPROVED, REFUSED, REPLACED = "approved", "refused", "replaced"


class NotAllowed(Exception):
    """The registry does not do this; `reason` is a stable word, the message a sentence."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


def propose(
    db: Session,
    row: ClientRegistration,
    kind: str,
    *,
    by: str,
    now: datetime,
    proposal: Mapping[str, Any] | None = None,
    reason: str = "",
) -> ClientChange:
    """Put a change before somebody else; an open one of the same client is replaced."""
    for open_change in open_of(db, row.id):
        open_change.decision, open_change.decided_by, open_change.decided_at = REPLACED, by, now
        record(
            db,
            ClientChangeDecided(client_id=row.id, actor=by, change_id=open_change.id, decision=REPLACED),
            now,
        )
    change = ClientChange(
        client_id=row.id,
        kind=kind,
        base_revision=row.revision,
        proposal=None if proposal is None else dict(proposal),
        reason=reason,
        proposed_by=by,
        proposed_at=now,
    )
    db.add(change)
    db.flush()
    record(db, ClientChangeProposed(client_id=row.id, actor=by, change_id=change.id, kind=kind), now)
    return change


def decide(db: Session, change: ClientChange, decision: str, *, by: str, now: datetime) -> None:
    """Decide an open change exactly once, by somebody other than its author.

    Raises:
        NotAllowed: `same_person` or `decided`.
    """
    if change.proposed_by == by:
        raise NotAllowed("same_person", "somebody other than the author must decide this change")
    decided = db.execute(
        update(ClientChange)
        .where(ClientChange.id == change.id, ClientChange.decision.is_(None))
        .values(decision=decision, decided_by=by, decided_at=now)
        .returning(ClientChange.id)
        .execution_options(synchronize_session=False)
    )
    if decided.first() is None:
        raise NotAllowed("decided", "this change was decided already")
    db.refresh(change)
    record(
        db,
        ClientChangeDecided(client_id=change.client_id, actor=by, change_id=change.id, decision=decision),
        now,
    )


def find(db: Session, change_id: UUID) -> ClientChange:
    """Return a change.

    Raises:
        NotAllowed: `unknown_change`.
    """
    change = db.get(ClientChange, change_id)
    if change is None:
        raise NotAllowed("unknown_change", "there is no such change")
    return change


def open_of(db: Session, client_id: str) -> Sequence[ClientChange]:
    """Return the undecided changes of a client."""
    return db.scalars(
        select(ClientChange)
        .where(ClientChange.client_id == client_id, ClientChange.decision.is_(None))
        .order_by(ClientChange.proposed_at)
    ).all()

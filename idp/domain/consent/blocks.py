"""Clients a citizen wants no more requests from (attacks O-089; ASVS 6.6.4)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, exists, select

from idp.domain.audit.decoupled_events import RequestsBlocked, RequestsUnblocked
from idp.domain.audit.record import record
from idp.domain.consent.models import ClientBlock
from idp.domain.registry.models import ClientRegistration
from idp.domain.store.database import Session


def is_blocked(db: Session, citizen_id: UUID, client_id: str) -> bool:
    """Tell whether a citizen wants no requests from a client."""
    found = exists().where(ClientBlock.citizen_id == citizen_id, ClientBlock.client_id == client_id)
    return bool(db.scalar(select(found)))


def block(db: Session, citizen_id: UUID, client_id: str, now: datetime) -> None:
    """Want no more requests from a client; twice is once."""
    if not is_blocked(db, citizen_id, client_id):
        db.add(ClientBlock(citizen_id=citizen_id, client_id=client_id, blocked_at=now))
        record(db, RequestsBlocked(citizen_id=citizen_id, client_id=client_id), now)


def unblock(db: Session, citizen_id: UUID, client_id: str, now: datetime) -> bool:
    """Allow requests again; False when they were not blocked."""
    gone = db.execute(
        delete(ClientBlock)
        .where(ClientBlock.citizen_id == citizen_id, ClientBlock.client_id == client_id)
        .returning(ClientBlock.client_id)
    )
    if gone.first() is None:
        return False
    record(db, RequestsUnblocked(citizen_id=citizen_id, client_id=client_id), now)
    return True


def blocked(db: Session, citizen_id: UUID) -> Sequence[ClientRegistration]:
    """Return the clients a citizen has blocked, the latest first."""
    return db.scalars(
        select(ClientRegistration)
        .join(ClientBlock, ClientBlock.client_id == ClientRegistration.id)
        .where(ClientBlock.citizen_id == citizen_id)
        .order_by(ClientBlock.blocked_at.desc())
    ).all()

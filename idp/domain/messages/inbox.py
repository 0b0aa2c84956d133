"""The citizen's inbox: what was told them, kept where no lost phone and no full mailbox can lose it (features T2).

A notice keeps its template and values, so that it is read in the language the citizen reads now.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

import orjson
from sqlalchemy import func, select, update

from idp.domain.messages.models import InboxMessage
from idp.domain.store.database import Session
from keys import DataKey, Place

TABLE: Final = "inbox_message"
SIZE: Final = 50


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice."""

    id: UUID
    template: str
    context: Mapping[str, Any] = field(repr=False)
    at: datetime
    read: bool


def put(
    db: Session,
    data_key: DataKey,
    citizen_id: UUID,
    template: str,
    context: Mapping[str, Any],
    now: datetime,
) -> UUID:
    """Add a notice to the caller's transaction."""
    row_id = uuid4()
    db.add(
        InboxMessage(
            id=row_id,
            citizen_id=citizen_id,
            template=template,
            sealed=data_key.seal(orjson.dumps(dict(context)), _place(row_id)),
            created_at=now,
        )
    )
    return row_id


def latest(
    db: Session, data_key: DataKey, citizen_id: UUID, *, offset: int = 0, limit: int = SIZE
) -> tuple[Sequence[Notice], int]:
    """Return some notices of a citizen, the newest first, and how many there are."""
    rows = db.scalars(
        select(InboxMessage)
        .where(InboxMessage.citizen_id == citizen_id)
        .order_by(InboxMessage.created_at.desc(), InboxMessage.id)
        .offset(offset)
        .limit(limit)
    )
    count = db.scalar(
        select(func.count()).select_from(InboxMessage).where(InboxMessage.citizen_id == citizen_id)
    )
    return [_opened(row, data_key) for row in rows], count or 0


def one(db: Session, data_key: DataKey, citizen_id: UUID, notice_id: UUID) -> Notice | None:
    """Return a notice of this citizen; another's does not exist."""
    row = db.scalars(
        select(InboxMessage).where(InboxMessage.id == notice_id, InboxMessage.citizen_id == citizen_id)
    ).one_or_none()
    return _opened(row, data_key) if row is not None else None


def unread(db: Session, citizen_id: UUID) -> int:
    """Count what has not been opened."""
    return (
        db.scalar(
            select(func.count())
            .select_from(InboxMessage)
            .where(InboxMessage.citizen_id == citizen_id, InboxMessage.read_at.is_(None))
        )
        or 0
    )


def mark_read(db: Session, citizen_id: UUID, now: datetime, *, notice_id: UUID | None = None) -> None:
    """Mark one notice read, or all of them."""
    statement = update(InboxMessage).where(
        InboxMessage.citizen_id == citizen_id, InboxMessage.read_at.is_(None)
    )
    if notice_id is not None:
        statement = statement.where(InboxMessage.id == notice_id)
    db.execute(statement.values(read_at=now).execution_options(synchronize_session=False))


def _opened(row: InboxMessage, data_key: DataKey) -> Notice:
    context = orjson.loads(data_key.unseal(row.sealed, _place(row.id)))
    return Notice(row.id, row.template, context, row.created_at, row.read_at is not None)


def _place(row_id: UUID) -> Place:
    return Place(TABLE, "sealed", row_id.hex)

"""The citizen's own view of the log: what happened to their account and data, sealed or not yet (features I6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import Row, func, select

from idp.domain.audit.events import EVENTS
from idp.domain.audit.models import AuditPending, AuditRecord
from idp.domain.store.database import Session

SHOWN: Final = tuple(event.__name__ for event in EVENTS if event.IN_HISTORY)

_Table = type[AuditPending] | type[AuditRecord]


@dataclass(frozen=True, slots=True)
class Entry:
    """One event about a citizen."""

    at: datetime
    event: str
    client_id: str | None
    detail: Mapping[str, Any]
    actor: str | None = None


def history(
    db: Session, citizen_id: UUID, *, offset: int = 0, limit: int = 50
) -> tuple[Sequence[Entry], int]:
    """Return a stretch of a citizen's history, the newest first, and how long all of it is."""
    waiting, sealed = _count(db, AuditPending, citizen_id), _count(db, AuditRecord, citizen_id)
    rows = list(_rows(db, AuditPending, citizen_id, offset, limit)) if offset < waiting else []
    if len(rows) < limit:
        rows += _rows(db, AuditRecord, citizen_id, max(offset - waiting, 0), limit - len(rows))
    entries = [Entry(row.at, row.event, row.client_id, orjson.loads(row.detail), row.actor) for row in rows]
    return entries, waiting + sealed


def _count(db: Session, table: _Table, citizen_id: UUID) -> int:
    found = select(func.count()).where(table.citizen_id == citizen_id, table.event.in_(SHOWN))
    return db.scalar(found.select_from(table)) or 0


def _rows(
    db: Session, table: _Table, citizen_id: UUID, offset: int, limit: int
) -> Sequence[Row[datetime, str, str | None, str | None, str]]:
    order = table.id if table is AuditPending else table.seq  # type: ignore[union-attr]
    return db.execute(
        select(table.at, table.event, table.client_id, table.actor, table.detail)
        .where(table.citizen_id == citizen_id, table.event.in_(SHOWN))
        .order_by(order.desc())
        .offset(offset)
        .limit(limit)
    ).all()

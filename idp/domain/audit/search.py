"""Searching what is on record: sealed and pending alike, the newest first (features L1)."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select

from idp.domain.audit.models import AuditPending, AuditRecord
from idp.domain.store.base import from_micros, to_micros
from idp.domain.store.database import Session

PAGE = 50
SEALED, PENDING = "s", "p"
_NUMBER = re.compile(r"[0-9]{1,17}")  # fits both databases and every moment of this era


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """What to look for; empty means anything. `until` is exclusive."""

    events: Collection[str] = ()
    client_id: str = ""
    actor: str = ""
    trace_id: str = ""
    since: datetime | None = None
    until: datetime | None = None
    clients: Collection[str] | None = None
    """Bounds an agency's administrator to what was done to their clients; records about people stay closed."""


@dataclass(frozen=True, slots=True)
class Found:
    """One event; `seq` once it is sealed into the chain. `cursor` continues behind it."""

    cursor: str
    seq: int | None
    at: datetime
    event: str
    actor: str | None
    citizen_id: UUID | None
    client_id: str | None
    trace_id: str | None
    detail: Mapping[str, Any]


def find(db: Session, wanted: AuditFilter, *, before: str = "", limit: int = PAGE) -> list[Found]:
    """Return events, the newest first. What is not sealed yet is newer than everything sealed."""
    source, position, moment = _parsed(before)
    found: list[Found] = []
    if source != SEALED:
        pending = select(AuditPending).where(*_conditions(AuditPending, wanted))
        if position is not None:
            pending = pending.where(AuditPending.id < position)
        rows = db.scalars(pending.order_by(AuditPending.id.desc()).limit(limit)).all()
        found += [_found(row, f"{PENDING}{row.id}.{to_micros(row.at)}", None) for row in rows]
    if len(found) < limit:
        sealed = select(AuditRecord).where(*_conditions(AuditRecord, wanted))
        if source == SEALED:
            sealed = sealed.where(AuditRecord.seq < position)
        elif moment is not None:
            sealed = sealed.where(AuditRecord.at <= moment)  # the last page ended on a row sealed meanwhile
        kept = db.scalars(sealed.order_by(AuditRecord.seq.desc()).limit(limit - len(found))).all()
        found += [_found(row, f"{SEALED}{row.seq}", row.seq) for row in kept]
    return found


def _conditions(
    model: type[AuditPending] | type[AuditRecord], wanted: AuditFilter
) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.events:
        conditions.append(model.event.in_(wanted.events))
    if wanted.client_id:
        conditions.append(model.client_id == wanted.client_id)
    if wanted.actor:
        conditions.append(model.actor == wanted.actor)
    if wanted.trace_id:
        conditions.append(model.trace_id == wanted.trace_id)
    if wanted.since is not None:
        conditions.append(model.at >= wanted.since)
    if wanted.until is not None:
        conditions.append(model.at < wanted.until)
    if wanted.clients is not None:
        conditions += [model.client_id.in_(wanted.clients), model.citizen_id.is_(None)]
    return conditions


def _parsed(before: str) -> tuple[str, int | None, datetime | None]:
    """Read a cursor; one that is no cursor starts at the top."""
    source, numbers = before[:1], before[1:].split(".")
    if not all(_NUMBER.fullmatch(number) for number in numbers):
        return "", None, None
    if source == SEALED and len(numbers) == 1:
        return SEALED, int(numbers[0]), None
    if source == PENDING and len(numbers) == 2:
        return PENDING, int(numbers[0]), from_micros(int(numbers[1]))
    return "", None, None


def _found(row: AuditPending | AuditRecord, cursor: str, seq: int | None) -> Found:
    return Found(
        cursor=cursor,
        seq=seq,
        at=row.at,
        event=row.event,
        actor=row.actor,
        citizen_id=row.citizen_id,
        client_id=row.client_id,
        trace_id=row.trace_id,
        detail=json.loads(row.detail),
    )

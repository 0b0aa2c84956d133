"""Writing an event in the transaction of the act it records; sealing comes later (decisions 17)."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from idp import trace
from idp.domain.audit.events import Event
from idp.domain.audit.models import AuditPending
from idp.domain.store.database import Session

COLUMNS = ("citizen_id", "client_id", "actor")


def record(db: Session, event: Event, now: datetime) -> None:
    """Record an event together with whatever else the caller's transaction does."""
    db.add(AuditPending(at=now, **_columns(event)))


def parameters(event: Event, now: datetime) -> dict[str, Any]:
    """Return the event as the `audit_*` parameters of a hot statement (`INSERT_PENDING`)."""
    return {"audit_at": now, **{f"audit_{name}": value for name, value in _columns(event).items()}}


INSERT_PENDING = "INSERT INTO audit_pending (at, event, actor, citizen_id, client_id, trace_id, detail) "
"""The head of the statement; hot operations complete it with their own SELECT or VALUES."""


def detail_of(event: Event) -> str:
    """Return the fields that have no column, as compact JSON with sorted keys."""
    return orjson.dumps(
        {f.name: _plain(getattr(event, f.name)) for f in fields(event) if f.name not in COLUMNS},
        option=orjson.OPT_SORT_KEYS,
    ).decode()


def _columns(event: Event) -> dict[str, Any]:
    return {
        "event": type(event).__name__,
        "actor": event.actor,
        "citizen_id": event.citizen_id,
        "client_id": event.client_id,
        "trace_id": trace.current(),
        "detail": detail_of(event),
    }


def _plain(value: object) -> object:
    return str(value) if isinstance(value, UUID) else value

"""Writing an event in the transaction of the act it records; sealing comes later (decisions 17)."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime
from functools import cache
from typing import Any

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
    names = _details(type(event))  # type: ignore[arg-type]  # mypy asks the class for its instances' hash
    return orjson.dumps({name: getattr(event, name) for name in names}, option=orjson.OPT_SORT_KEYS).decode()


@cache
def _details(kind: type[Event]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind) if field.name not in COLUMNS)


def _columns(event: Event) -> dict[str, Any]:
    return {
        "event": type(event).__name__,
        "actor": event.actor,
        "citizen_id": event.citizen_id,
        "client_id": event.client_id,
        "trace_id": trace.current(),
        "detail": detail_of(event),
    }

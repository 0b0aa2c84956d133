"""What a deployment holds, before and after: rows that must not change, and the audit rows that must be there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, table, text
from sqlalchemy.sql import column

from idp.domain.audit.models import AuditPending
from idp.domain.store.database import Database

KEPT = (
    "account",
    "authorization",
    "authorization_code",
    "browser_session",
    "factor",
    "family",
    "release",
    "revoked_token",
)
"""The tables of what was given and what flows from it."""

SHORTEST_SECRET = 20


@dataclass(frozen=True)
class AuditRow:
    """One event on record."""

    event: str
    client_id: str | None
    citizen_id: Any
    actor: str | None
    detail: dict[str, Any]


def rows(database: Database, name: str) -> list[dict[str, Any]]:
    """Return every row of a table, in a stable order."""
    with database.unit_of_work() as db:
        found = db.execute(select(text("*")).select_from(table(name))).mappings().all()
    return sorted((dict(row) for row in found), key=repr)


def count(database: Database, name: str) -> int:
    """Return how many rows a table has."""
    return len(rows(database, name))


def audit(database: Database) -> list[AuditRow]:
    """Return every event on record, the oldest first."""
    with database.unit_of_work() as db:
        found = db.scalars(select(AuditPending).order_by(column("id"))).all()
        return [AuditRow(r.event, r.client_id, r.citizen_id, r.actor, json.loads(r.detail)) for r in found]


@contextmanager
def unchanged(database: Database, *events: str, tables: tuple[str, ...] = KEPT) -> Iterator[None]:
    """Insist that nothing was given or taken meanwhile, and that exactly these events went on record."""
    before = {name: rows(database, name) for name in tables}
    events_before = len(audit(database))
    yield
    for name in tables:
        assert rows(database, name) == before[name], f"{name} changed"
    assert [row.event for row in audit(database)[events_before:]] == list(events)


@contextmanager
def recorded(database: Database, *events: str) -> Iterator[list[AuditRow]]:
    """Insist that exactly these events go on record meanwhile, and hand them over."""
    before = len(audit(database))
    found: list[AuditRow] = []
    yield found
    found.extend(audit(database)[before:])
    assert [row.event for row in found] == list(events)


def secrets_on_record(database: Database, secrets: set[str]) -> set[str]:
    """Return those of some secrets that can be read in the audit rows; there must be none (protocol X8)."""
    written = "\n".join(repr(row) for row in audit(database))
    return {secret for secret in secrets if len(secret) >= SHORTEST_SECRET and secret in written}

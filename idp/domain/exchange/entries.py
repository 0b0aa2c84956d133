"""Writing the ledger: one row for each answer about a citizen and each refusal, tied to the audit chain.

The row and its event are written in one transaction; the event carries the digest of the row. The sequencer chains the
event later, so that nobody's answer waits for the previous one (decisions 17).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson

from idp.domain.audit.events import DataReleased, Event
from idp.domain.audit.exchange_events import ReleaseRefused
from idp.domain.audit.record import INSERT_PENDING, parameters, record
from idp.domain.exchange.models import Release
from idp.domain.store.base import to_micros
from idp.domain.store.database import Session
from idp.domain.store.statements import SqliteStatements, Statements

RELEASED: Final = "released"
REFUSED: Final = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the ledger, column by column, as it will be written. `claims` are names, apart by a blank."""

    id: UUID
    at: datetime
    citizen_id: UUID
    client_id: str
    authorization_id: UUID | None
    family_id: UUID | None
    claims: str
    channel: str
    trace_id: str | None
    outcome: str = RELEASED
    reason: str | None = None
    terms: str | None = None
    on_behalf_of: str | None = None


COLUMNS: Final = tuple(column.name for column in fields(Entry))
"""Every column of the ledger; the digests of old lines rest on their order."""
INSERT_RELEASE: Final = f"INSERT INTO release ({', '.join(COLUMNS)}) VALUES (:{', :'.join(COLUMNS)})"
AUDIT_VALUES: Final = """
VALUES (:audit_at, :audit_event, :audit_actor, :audit_citizen_id, :audit_client_id, :audit_trace_id, :audit_detail)
"""
POSTGRESQL: Final = f"WITH ledger AS ({INSERT_RELEASE}) {INSERT_PENDING} {AUDIT_VALUES}"
INSERT_AUDIT: Final = INSERT_PENDING + AUDIT_VALUES


def digest_of(row: Entry | Release) -> str:
    """SHA-256 over every column of a ledger row, in hex; the salt of the audit record keeps outsiders from guessing."""
    return hashlib.sha256(orjson.dumps([_plain(value) for value in _columns(row).values()])).hexdigest()


def write(statements: Statements, entry: Entry) -> None:
    """Write a line and its event: one statement on PostgreSQL, one short transaction on SQLite."""
    params = _columns(entry) | parameters(_event(entry), entry.at)
    if isinstance(statements, SqliteStatements):
        with statements.transaction(write=True) as tx:
            tx.one(INSERT_RELEASE, params)
            tx.one(INSERT_AUDIT, params)
        return
    statements.one(POSTGRESQL, params)


def add(db: Session, entry: Entry) -> None:
    """Write a line and its event with whatever else the caller's transaction does."""
    db.add(Release(**_columns(entry)))
    record(db, _event(entry), entry.at)


def _columns(row: Entry | Release) -> dict[str, Any]:
    return {name: getattr(row, name) for name in COLUMNS}


def _plain(value: Any) -> Any:
    if isinstance(value, UUID):
        return value.hex
    return to_micros(value) if isinstance(value, datetime) else value


def _event(entry: Entry) -> Event:
    claims = tuple(entry.claims.split())
    if entry.outcome == REFUSED:
        return ReleaseRefused(
            citizen_id=entry.citizen_id,
            client_id=entry.client_id,
            release_id=entry.id,
            claims=claims,
            reason=entry.reason or "",
            digest=digest_of(entry),
        )
    return DataReleased(
        citizen_id=entry.citizen_id,
        client_id=entry.client_id,
        release_id=entry.id,
        claims=claims,
        digest=digest_of(entry),
    )

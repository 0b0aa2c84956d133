"""The sequencer: moves pending events into the hash chain, one at a time, whoever else tries (decisions 17).

`row_hash` is SHA-256 over the canonical JSON (RFC 8785) of the record without `row_hash`. A random salt is part of
it, so that an outsider can verify every record and guess the contents of none that is withheld.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy import delete, func, insert, select

from idp.domain.audit.models import AuditPending, AuditRecord
from idp.domain.store.database import Database, Session

GENESIS: Final = bytes(32)
BATCH: Final = 500
SALT_BYTES: Final = 32
LOCK: Final = 0x6175646974  # "audit": the advisory lock of the one sequencer


def seal_pending(database: Database, batch: int = BATCH) -> int:
    """Seal up to `batch` pending events in order; return how many, 0 too when another sequencer is at work."""
    with database.unit_of_work() as db:
        if not _alone(db, database.dialect):
            return 0
        pending = db.scalars(select(AuditPending).order_by(AuditPending.id).limit(batch)).all()
        if not pending:
            return 0
        seq, prev_hash = tip(db)
        sealed = []
        for event in pending:
            seq += 1
            values = _values(event, seq, prev_hash)
            prev_hash = values["row_hash"]
            sealed.append(values)
        db.execute(insert(AuditRecord), sealed)
        db.execute(delete(AuditPending).where(AuditPending.id.in_([event.id for event in pending])))
        return len(sealed)


def seal_all(database: Database) -> int:
    """Seal until nothing is pending or another sequencer is at work."""
    total = 0
    while sealed := seal_pending(database):
        total += sealed
    return total


def tip(db: Session) -> tuple[int, bytes]:
    """Return the last `seq` and its hash; 0 and the genesis hash for an empty chain."""
    last = db.execute(
        select(AuditRecord.seq, AuditRecord.row_hash).order_by(AuditRecord.seq.desc()).limit(1)
    ).one_or_none()
    return (last.seq, last.row_hash) if last is not None else (0, GENESIS)


def oldest_pending(db: Session) -> datetime | None:
    """Return when the oldest unsealed event happened: the sequencer's lag."""
    return db.scalar(select(func.min(AuditPending.at)))


def canonical(record: Mapping[str, object]) -> bytes:
    """Write a record so that every reader hashes the same bytes (RFC 8785; our names are ASCII, numbers whole)."""
    return orjson.dumps({k: v for k, v in record.items() if k != "row_hash"}, option=orjson.OPT_SORT_KEYS)


def row_hash(record: Mapping[str, object]) -> bytes:
    """Hash a record as it is exported."""
    return hashlib.sha256(canonical(record)).digest()


def exported(row: AuditRecord) -> dict[str, object]:
    """Return a record as JSON values: what is hashed, and what an outsider receives."""
    return _record(
        {name: getattr(row, name) for name in COLUMNS},
        seq=row.seq,
        salt=row.salt,
        prev_hash=row.prev_hash,
    ) | {"row_hash": row.row_hash.hex()}


COLUMNS: Final = ("at", "event", "actor", "citizen_id", "client_id", "trace_id", "detail")


def _record(columns: Mapping[str, Any], *, seq: int, salt: bytes, prev_hash: bytes) -> dict[str, object]:
    citizen_id = columns["citizen_id"]
    return {
        **columns,
        "seq": seq,
        "at": columns["at"].strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "citizen_id": str(citizen_id) if citizen_id is not None else None,
        "salt": salt.hex(),
        "prev_hash": prev_hash.hex(),
    }


def _values(event: AuditPending, seq: int, prev_hash: bytes) -> dict[str, Any]:
    columns = {name: getattr(event, name) for name in COLUMNS}
    salt = secrets.token_bytes(SALT_BYTES)
    hashed = row_hash(_record(columns, seq=seq, salt=salt, prev_hash=prev_hash))
    return {**columns, "seq": seq, "salt": salt, "prev_hash": prev_hash, "row_hash": hashed}


def _alone(db: Session, dialect: str) -> bool:
    """Become the one sequencer until the transaction ends; SQLite's write lock does that by itself."""
    return dialect != "postgresql" or bool(db.scalar(select(func.pg_try_advisory_xact_lock(LOCK))))

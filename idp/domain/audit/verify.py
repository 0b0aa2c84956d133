"""Verifying the chain: every hash, every number, every signed checkpoint; the first broken record is named."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select

from idp.domain.audit.chain import GENESIS, exported, row_hash
from idp.domain.audit.checkpoints import Checkpoint, opened
from idp.domain.audit.models import AuditCheckpoint, AuditPending, AuditRecord
from idp.domain.store.database import Database
from keys import Keyring

BATCH: Final = 1000


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """The outcome: `broken` is the `seq` of the first record that does not stand, `reason` says why."""

    records: int
    checkpoints: int
    pending: int
    broken: int | None = None
    reason: str = ""

    @property
    def ok(self) -> bool:
        """Whether everything stands."""
        return self.broken is None


def verify(database: Database, keyring: Keyring, known: Iterable[str] = ()) -> VerifyReport:
    """Walk the whole chain in batches; `known` are signed checkpoints kept outside of this database.

    A chain alone does not stop an insider who recomputes all of it; a checkpoint held elsewhere does.
    """
    signed, forged = _checkpoints(database, keyring, known)
    if forged is not None:
        return VerifyReport(0, len(signed), _pending(database), forged, "the checkpoint is not signed by us")
    expected, prev_hash = 1, GENESIS
    for row in records(database):
        fault = _fault(exported(row), expected, prev_hash, row.seq, signed)
        if fault:
            broken = min(expected, row.seq)
            return VerifyReport(expected - 1, len(signed), _pending(database), broken, fault)
        expected, prev_hash = row.seq + 1, row.row_hash
    reached = expected - 1
    if signed and max(signed) > reached:
        return VerifyReport(
            reached, len(signed), _pending(database), expected, "the end of the log was cut off"
        )
    return VerifyReport(reached, len(signed), _pending(database))


def records(database: Database, after: int = 0) -> Iterator[AuditRecord]:
    """Stream the log in order, in short transactions."""
    while True:
        with database.unit_of_work() as db:
            rows = db.scalars(
                select(AuditRecord).where(AuditRecord.seq > after).order_by(AuditRecord.seq).limit(BATCH)
            ).all()
            db.expunge_all()
        if not rows:
            return
        yield from rows
        after = rows[-1].seq


def _fault(
    record: Mapping[str, object],
    expected: int,
    prev_hash: bytes,
    seq: int,
    signed: Mapping[int, set[bytes]],
) -> str:
    if seq > expected:
        return "the record is missing"
    if seq < expected:
        return "the record has no place in the sequence"
    if record["prev_hash"] != prev_hash.hex():
        return "the record does not follow its predecessor"
    own = row_hash(record)
    if record["row_hash"] != own.hex():
        return "the record was changed"
    if any(own != said for said in signed.get(seq, ())):
        return "the record is not the one a checkpoint was signed for"
    return ""


def _checkpoints(
    database: Database, keyring: Keyring, known: Iterable[str]
) -> tuple[dict[int, set[bytes]], int | None]:
    """Open every checkpoint; the second value names the first one that is not ours."""
    signed: dict[int, set[bytes]] = {}

    def note(checkpoint: Checkpoint) -> None:
        signed.setdefault(checkpoint.seq, set()).add(checkpoint.row_hash)

    with database.unit_of_work() as db:
        rows = db.execute(
            select(AuditCheckpoint.seq, AuditCheckpoint.row_hash, AuditCheckpoint.signature).order_by(
                AuditCheckpoint.seq
            )
        ).all()
    for row in rows:
        checkpoint = opened(row.signature, keyring)
        if checkpoint is None or checkpoint != Checkpoint(row.seq, row.row_hash):
            return signed, row.seq
        note(checkpoint)
    for text in known:
        checkpoint = opened(text, keyring)
        if checkpoint is None:
            return signed, 0
        note(checkpoint)
    return signed, None


def _pending(database: Database) -> int:
    with database.unit_of_work() as db:
        return db.scalar(select(func.count()).select_from(AuditPending)) or 0

"""Does the ledger hold exactly what the chain says left, and refused to leave? Both ways (features F14).

Every event of a release in the audit chain must have its row, unchanged; every row must have its event. So a row that
was deleted, altered or made up later is found, and the chain itself is verified apart (`idp.domain.audit.verify`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import orjson
from sqlalchemy import select

from idp.domain.audit.events import DataReleased
from idp.domain.audit.exchange_events import ReleaseRefused
from idp.domain.audit.models import AuditPending, AuditRecord
from idp.domain.exchange.entries import REFUSED, RELEASED, digest_of
from idp.domain.exchange.models import Release
from idp.domain.store.database import Database, Session

OUTCOMES: Final = {DataReleased.__name__: RELEASED, ReleaseRefused.__name__: REFUSED}
EVENTS: Final = tuple(OUTCOMES)
BATCH: Final = 500
CITIZENS: Final = 50


@dataclass(frozen=True, slots=True)
class LedgerReport:
    """The outcome: `broken` names the first ledger row that does not stand, `reason` says why.

    `seq` is the record of the chain that says so, where there is one.
    """

    rows: int
    broken: UUID | None = None
    seq: int | None = None
    reason: str = ""

    @property
    def ok(self) -> bool:
        """Whether everything stands."""
        return self.broken is None


@dataclass(frozen=True, slots=True)
class _Said:
    """What an event says of a ledger row; events from before rows were tied to them have no digest."""

    release_id: UUID
    outcome: str
    digest: str | None
    seq: int | None


def verify_ledger(database: Database) -> LedgerReport:
    """Compare ledger and chain in short transactions; a release that happens meanwhile is no fault."""
    for batch in _sealed(database):
        fault = _rows_of(database, batch)
        if fault is not None:
            return fault
    checked = 0
    for citizens in _citizens(database):
        count, untold = _events_of(database, citizens)
        checked += count
        if untold is not None:
            return LedgerReport(checked, untold, None, "no event tells of the ledger row")
    return LedgerReport(checked)


def _sealed(database: Database) -> Iterator[Sequence[_Said]]:
    """Stream what the chain says of releases, in its order."""
    after = 0
    while True:
        with database.unit_of_work() as db:
            rows = db.execute(
                select(AuditRecord.seq, AuditRecord.event, AuditRecord.detail)
                .where(AuditRecord.event.in_(EVENTS), AuditRecord.seq > after)
                .order_by(AuditRecord.seq)
                .limit(BATCH)
            ).all()
        if not rows:
            return
        yield [_said(row.event, row.detail, row.seq) for row in rows]
        after = rows[-1].seq


def _said(event: str, detail: str, seq: int | None) -> _Said:
    known = orjson.loads(detail)
    return _Said(UUID(known["release_id"]), OUTCOMES[event], known.get("digest"), seq)


def _rows_of(database: Database, batch: Sequence[_Said]) -> LedgerReport | None:
    """Look the rows of some events up; the first that is not what its event says is the fault."""
    with database.unit_of_work() as db:
        rows = db.scalars(select(Release).where(Release.id.in_([said.release_id for said in batch])))
        kept = {row.id: (row.outcome, digest_of(row)) for row in rows}
    seen: set[UUID] = set()
    for said in batch:
        row = kept.get(said.release_id)
        if row is None:
            return LedgerReport(0, said.release_id, said.seq, "the ledger row is missing")
        if said.release_id in seen:
            return LedgerReport(0, said.release_id, said.seq, "two events tell of the ledger row")
        seen.add(said.release_id)
        if row[0] != said.outcome or said.digest not in (None, row[1]):
            return LedgerReport(0, said.release_id, said.seq, "the ledger row was changed")
    return None


def _citizens(database: Database) -> Iterator[Sequence[UUID]]:
    """Stream everybody the ledger speaks of, a few at a time."""
    last: UUID | None = None
    while True:
        wanted = select(Release.citizen_id).distinct().order_by(Release.citizen_id).limit(CITIZENS)
        with database.unit_of_work() as db:
            citizens = db.scalars(wanted.where(Release.citizen_id > last) if last else wanted).all()
        if not citizens:
            return
        yield citizens
        last = citizens[-1]


def _events_of(database: Database, citizens: Sequence[UUID]) -> tuple[int, UUID | None]:
    """Count the rows of some citizens, and find one that no event tells of.

    Rows are read first and pending events before sealed ones: an event only moves from there to here.
    """
    with database.unit_of_work() as db:
        rows = db.scalars(
            select(Release.id).where(Release.citizen_id.in_(citizens)).order_by(Release.at, Release.id)
        ).all()
        told = _told(db, AuditPending, citizens) | _told(db, AuditRecord, citizens)
    return len(rows), next((row for row in rows if row not in told), None)


def _told(
    db: Session, table: type[AuditPending] | type[AuditRecord], citizens: Sequence[UUID]
) -> frozenset[UUID]:
    details = db.scalars(select(table.detail).where(table.citizen_id.in_(citizens), table.event.in_(EVENTS)))
    return frozenset(UUID(orjson.loads(detail)["release_id"]) for detail in details)

"""Values that agencies report and others own: kept, compared, and a case where they differ (features F12).

Here are the rows and the rules the release gate reads; people's work on a case is in `idp.domain.cases`.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Final, Literal
from uuid import UUID, uuid4

import orjson
from sqlalchemy import func, select, update

from idp.domain.audit.case_events import DataDisputed
from idp.domain.audit.record import record
from idp.domain.citizens.models import AttributeValue, Citizen
from idp.domain.exchange import comparing
from idp.domain.exchange.dispute_models import DataCase, Observation
from idp.domain.exchange.models import Publisher
from idp.domain.store.database import Session
from idp.protocol.oidc.catalogue import owner_of
from keys import DataKey, Place

CLOCK: Final = timedelta(hours=72)
"""3 x 24 hours: how long the law gives the owner to correct (UU PDP art. 30)."""
CONFLICT: Final = "conflict"
CORRECTION: Final = "correction"
POPULATION: Final = "population_registry"
A_DAY: Final = timedelta(days=1)
MOST_A_DAY: Final = 500
"""How many conflicts one agency opens in a day; every one stops a value and is work for its owner."""

_OPEN: Final = (
    "FROM data_case dc WHERE dc.citizen_id = ci.id AND dc.kind = 'conflict' AND dc.decided_at IS NULL"
)
DISPUTED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "postgresql": f"(SELECT string_agg(dc.attribute, ' ') {_OPEN})",
        "sqlite": f"(SELECT group_concat(dc.attribute, ' ') {_OPEN})",
    }
)
"""The attributes of the citizen `ci` with an open conflict, apart by spaces, or NULL; for a gate's own statement."""

LETTERS: Final = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""What a number to quote is made of: no two that are read for one another."""


class TooManyConflicts(Exception):
    """An agency has opened as many conflicts as it may in a day; `retry_after` is when it may open one again."""

    def __init__(self, retry_after: timedelta) -> None:
        super().__init__(f"{MOST_A_DAY} conflicts in a day")
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Report:
    """What the agency `source` holds of an attribute of a citizen."""

    citizen_id: UUID
    attribute: str
    source: str
    value: object = field(repr=False)
    verified_at: datetime | None


Standing = Literal["owner", "unknown", "agrees", "outdated", "settled", "disputed"]


@dataclass(frozen=True, slots=True)
class Observed:
    """What a report came to.

    `owner`: the reporter owns the attribute; `unknown`: the owner has said nothing yet; `outdated`: a value the owner
    itself has replaced since; `settled`: the owner has called this value wrong already; `disputed`: a case is open,
    `opened` by this very report or earlier.
    """

    standing: Standing
    case_id: UUID | None = None
    opened: bool = False


def observe(db: Session, data_key: DataKey, report: Report, now: datetime) -> Observed:
    """Keep what an agency holds of an attribute another one owns; open a case, once, where the owner says otherwise.

    It closes no case: an agency that reports the owner's value after all leaves the answer to the owner. Everybody
    concerned is told by the worker, for which the open case itself is the order. Two reports of one citizen wait for
    one another.

    Raises:
        TooManyConflicts: it would open one more than its agency may in a day; the caller must keep nothing of it.
    """
    citizen_id, attribute = report.citizen_id, report.attribute
    owner = owner_of(attribute)
    if owner is None or owner == report.source:
        return Observed("owner")
    db.execute(select(Citizen.id).where(Citizen.id == citizen_id).with_for_update())
    seen = _keep(db, data_key, report, now)
    said = owners_value(db, citizen_id, attribute, owner)
    open_case = undecided(db, citizen_id, attribute, CONFLICT)
    if said is None:
        return Observed("unknown")
    if comparing.same(attribute, report.value, opened(data_key, said)):
        return Observed("agrees", open_case.id if open_case is not None else None)
    if open_case is not None:
        return Observed("disputed", open_case.id)
    if seen.settled_at is not None and seen.settled_at >= said.recorded_at:
        return Observed("settled")
    if _was_replaced(db, data_key, said, report):
        return Observed("outdated")
    _within_a_day(db, report.source, now)
    case = DataCase(
        id=uuid4(),
        number=new_number(),
        kind=CONFLICT,
        citizen_id=citizen_id,
        attribute=attribute,
        owner_id=owner,
        reported_by=report.source,
        opened_at=now,
        due_at=now + CLOCK,
    )
    db.add(case)
    db.flush()
    event = DataDisputed(
        citizen_id=citizen_id, case_id=case.id, attribute=attribute, owner=owner, reported_by=report.source
    )
    record(db, event, now)
    return Observed("disputed", case.id, opened=True)


def observations(db: Session, citizen_id: UUID, attribute: str | None = None) -> Sequence[Observation]:
    """Return what agencies hold now of a citizen, the latest report first."""
    found = select(Observation).where(
        Observation.citizen_id == citizen_id, Observation.superseded_at.is_(None)
    )
    if attribute is not None:
        found = found.where(Observation.attribute == attribute)
    return db.scalars(found.order_by(Observation.observed_at.desc(), Observation.source)).all()


def settle(db: Session, citizen_id: UUID, attribute: str, case_number: str, now: datetime, judge: Any) -> int:
    """Write the owner's word on every current observation: `judge` tells of each whether it is right."""
    rows = observations(db, citizen_id, attribute)
    for row in rows:
        row.verdict = "right" if judge(row) else "wrong"
        row.case_number, row.settled_at = case_number, now
    db.flush()
    return len(rows)


def note_outcome(db: Session, citizen_id: UUID, attribute: str, case_number: str, outcome: str) -> None:
    """Name the case in the provenance of the current value."""
    db.execute(
        update(AttributeValue)
        .where(
            AttributeValue.citizen_id == citizen_id,
            AttributeValue.name == attribute,
            AttributeValue.superseded_at.is_(None),
        )
        .values(case_number=case_number, case_outcome=outcome)
        .execution_options(synchronize_session=False)
    )


def disputed(db: Session, citizen_id: UUID) -> frozenset[str]:
    """Return the attributes of a citizen that are in conflict."""
    return frozenset(
        db.scalars(
            select(DataCase.attribute).where(
                DataCase.citizen_id == citizen_id,
                DataCase.kind == CONFLICT,
                DataCase.decided_at.is_(None),
            )
        )
    )


def undecided(db: Session, citizen_id: UUID, attribute: str, kind: str) -> DataCase | None:
    """Return the case of a kind that waits for an answer about an attribute."""
    return db.scalars(
        select(DataCase).where(
            DataCase.citizen_id == citizen_id,
            DataCase.attribute == attribute,
            DataCase.kind == kind,
            DataCase.decided_at.is_(None),
        )
    ).one_or_none()


def owners_value(db: Session, citizen_id: UUID, attribute: str, owner: str) -> AttributeValue | None:
    """Return the current value of an attribute if its owner vouches for it."""
    return db.scalars(
        select(AttributeValue).where(
            AttributeValue.citizen_id == citizen_id,
            AttributeValue.name == attribute,
            AttributeValue.source == owner,
            AttributeValue.superseded_at.is_(None),
        )
    ).one_or_none()


def opened(data_key: DataKey, row: AttributeValue | Observation) -> Any:
    """Open a value."""
    return orjson.loads(data_key.unseal(row.sealed, Place(row.__tablename__, "sealed", row.id.hex)))


def new_number() -> str:
    """Make a number to quote: K-7FQ2-9XKD."""
    drawn = "".join(secrets.choice(LETTERS) for _ in range(8))
    return f"K-{drawn[:4]}-{drawn[4:]}"


def _within_a_day(db: Session, agency_id: str, now: datetime) -> None:
    """Count the conflicts an agency opens, one after another."""
    db.execute(select(Publisher.agency_id).where(Publisher.agency_id == agency_id).with_for_update())
    count, first = db.execute(
        select(func.count(), func.min(DataCase.opened_at)).where(
            DataCase.reported_by == agency_id, DataCase.opened_at > now - A_DAY
        )
    ).one()
    if count >= MOST_A_DAY:
        raise TooManyConflicts(first + A_DAY - now)


def _keep(db: Session, data_key: DataKey, report: Report, now: datetime) -> Observation:
    standing = observations(db, report.citizen_id, report.attribute)
    current = next((row for row in standing if row.source == report.source), None)
    if current is not None:
        if opened(data_key, current) == report.value:
            current.verified_at, current.observed_at = report.verified_at or current.verified_at, now
            db.flush()
            return current
        current.superseded_at = now
        db.flush()
    row_id = uuid4()
    plain = orjson.dumps(report.value, option=orjson.OPT_SORT_KEYS)
    kept = Observation(
        id=row_id,
        citizen_id=report.citizen_id,
        attribute=report.attribute,
        source=report.source,
        sealed=data_key.seal(plain, Place(Observation.__tablename__, "sealed", row_id.hex)),
        verified_at=report.verified_at,
        observed_at=now,
    )
    db.add(kept)
    db.flush()
    return kept


def _was_replaced(db: Session, data_key: DataKey, said: AttributeValue, report: Report) -> bool:
    """Tell whether the owner held this value itself and has replaced it since the reporter verified it."""
    if report.verified_at is None or report.verified_at >= said.recorded_at:
        return False
    earlier = db.scalars(
        select(AttributeValue).where(
            AttributeValue.citizen_id == said.citizen_id,
            AttributeValue.name == said.name,
            AttributeValue.source == said.source,
            AttributeValue.superseded_at.is_not(None),
        )
    )
    return any(comparing.same(said.name, report.value, opened(data_key, row)) for row in earlier)

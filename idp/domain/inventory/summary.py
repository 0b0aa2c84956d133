"""The register in numbers, made when an import changed something: a page must not count 27,000 applications."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select, text

from idp.domain.inventory import overlap
from idp.domain.inventory.models import Application, RegisterSummary
from idp.domain.inventory.overlap import Cluster, Grid, Headline, truth_of
from idp.domain.store.database import Database, Session

ONLY: Final = 1
EMPTY: Final = Headline(0, 0, 0, 0, 0, 0, 0)
NO_GRID: Final = Grid((), (), {})


@dataclass(frozen=True, slots=True)
class Summary:
    """What pages show of the whole register."""

    headline: Headline = EMPTY
    known: tuple[Cluster, ...] = ()
    unknown: tuple[Cluster, ...] = ()
    grid: Grid = NO_GRID


def summary(db: Session) -> Summary:
    """Return the register as it was counted last; empty before the first import."""
    row = db.get(RegisterSummary, ONLY)
    if row is None:
        return Summary()
    body = row.body
    named = _applications(db, [*body["known"], *body["unknown"]])
    grid = body["grid"]
    counts = {
        (owner, concept): count
        for (owner, _name), line in zip(grid["agencies"], grid["rows"], strict=True)
        for concept, count in zip(grid["concepts"], line, strict=True)
    }
    return Summary(
        headline=Headline(**body["headline"]),
        known=tuple(_cluster(each, named) for each in body["known"]),
        unknown=tuple(_cluster(each, named) for each in body["unknown"]),
        grid=Grid(tuple((owner, name) for owner, name in grid["agencies"]), tuple(grid["concepts"]), counts),
    )


def renew_summary(database: Database, now: datetime) -> None:
    """Count the register again and keep the numbers."""
    with database.reading() as db:
        patient(db)
        grid = overlap.grid(db)
        body: dict[str, Any] = {
            "headline": asdict(overlap.headline(db)),
            "known": [_told(each) for each in overlap.clusters(db, known=True)],
            "unknown": [_told(each) for each in overlap.clusters(db, known=False)],
            "grid": {"agencies": grid.agencies, "concepts": grid.concepts, "rows": grid.rows()},
        }
    with database.unit_of_work() as db:
        db.merge(RegisterSummary(id=ONLY, body=body, made_at=now))


def patient(db: Session) -> None:
    """Let the statements of an import take longer than those of a page."""
    if db.get_bind().dialect.name == "postgresql":
        db.execute(text("SET LOCAL statement_timeout = '60s'"))


def _told(each: Cluster) -> dict[str, Any]:
    application = each.truth.application
    return {
        "concept": each.concept,
        "known": each.known,
        "applications": each.applications,
        "agencies": each.agencies,
        "users": each.users,
        "largest": str(application.id) if application is not None else None,
    }


def _cluster(told: Mapping[str, Any], named: Mapping[str, Application]) -> Cluster:
    largest = named.get(told["largest"] or "")
    truth = truth_of(told["concept"], {told["concept"]: largest} if largest is not None else {})
    return Cluster(
        told["concept"], told["known"], told["applications"], told["agencies"], told["users"], truth
    )


def _applications(db: Session, told: Sequence[Mapping[str, Any]]) -> Mapping[str, Application]:
    ids = [UUID(each["largest"]) for each in told if each["largest"]]
    return {str(row.id): row for row in db.scalars(select(Application).where(Application.id.in_(ids)))}

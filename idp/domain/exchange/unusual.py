"""Noticing who suddenly does far more than usual: a client that reads, an agency that disagrees (features F12, F17)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, cast

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.dialects import postgresql, sqlite

from idp.domain.audit.exchange_events import ConflictsUnusual, ReleasesUnusual
from idp.domain.audit.record import record
from idp.domain.exchange.dispute_models import ConflictAlarm, DataCase
from idp.domain.exchange.disputes import A_DAY
from idp.domain.exchange.entries import RELEASED
from idp.domain.exchange.fetching import CHANNEL
from idp.domain.exchange.models import Release, ReleaseAlarm
from idp.domain.store.base import Base
from idp.domain.store.database import Session

HOUR: Final = timedelta(hours=1)
LOOK_BACK: Final = timedelta(days=14)
FACTOR: Final = 10
LEAST: Final = 500
"""Below so many people in an hour nothing rings: a small service has busy days."""
LEAST_CONFLICTS: Final = 100
"""Of one agency in a day: long before `disputes.MOST_A_DAY` refuses honest work."""


@dataclass(frozen=True, slots=True)
class Unusual:
    """An hour of a client that rang the alarm: people read about in it, and in an hour of the last two weeks."""

    client_id: str
    releases: int
    usual: int


@dataclass(frozen=True, slots=True)
class Disagreeing:
    """An agency that rang the alarm: the conflicts it opened within a day."""

    agency_id: str
    conflicts: int


def notice(db: Session, now: datetime) -> Sequence[Unusual]:
    """Claim the clients that read about ten times as many people this hour as usual; each hour of each rings once."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    counted = func.count(func.distinct(Release.citizen_id))
    recent = {
        client_id: people
        for client_id, people in db.execute(
            select(Release.client_id, counted)
            .where(Release.at >= hour, Release.outcome == RELEASED, Release.channel != CHANNEL)
            .group_by(Release.client_id)
            .having(counted >= LEAST)
        )
    }
    rung: list[Unusual] = []
    for client_id, people in sorted(recent.items()):
        before = db.scalar(
            select(func.count()).where(
                Release.client_id == client_id,
                Release.at >= hour - LOOK_BACK,
                Release.at < hour,
                Release.outcome == RELEASED,
            )
        )
        usual = (before or 0) // int(LOOK_BACK / HOUR)
        alarm = {"client_id": client_id, "hour": hour, "releases": people, "usual": usual}
        if people >= max(LEAST, FACTOR * usual) and _claim(db, ReleaseAlarm, alarm):
            event = ReleasesUnusual(
                client_id=client_id, hour=hour.isoformat(), releases=people, usual=usual, actor="worker"
            )
            record(db, event, now)
            rung.append(Unusual(client_id, people, usual))
    return rung


def notice_conflicts(db: Session, now: datetime) -> Sequence[Disagreeing]:
    """Claim the agencies that opened very many conflicts within a day; each day of each rings once."""
    day, counted = now.replace(hour=0, minute=0, second=0, microsecond=0), func.count()
    reporter = cast("ColumnElement[str]", DataCase.reported_by)
    recent = db.execute(
        select(reporter, counted)
        .where(reporter.is_not(None), DataCase.opened_at > now - A_DAY)
        .group_by(reporter)
        .having(counted >= LEAST_CONFLICTS)
        .order_by(reporter)
    ).all()
    rung: list[Disagreeing] = []
    for agency_id, conflicts in recent:
        if _claim(db, ConflictAlarm, {"agency_id": agency_id, "day": day, "conflicts": conflicts}):
            record(db, ConflictsUnusual(agency_id=agency_id, conflicts=conflicts, actor="worker"), now)
            rung.append(Disagreeing(agency_id, conflicts))
    return rung


def _claim(db: Session, table: type[Base], alarm: dict[str, Any]) -> bool:
    """Write the row of an alarm; False when another worker has."""
    insert = postgresql.insert if db.get_bind().dialect.name == "postgresql" else sqlite.insert
    key = next(iter(table.__table__.primary_key))
    made = db.execute(insert(table).values(alarm).on_conflict_do_nothing().returning(key))
    return made.first() is not None

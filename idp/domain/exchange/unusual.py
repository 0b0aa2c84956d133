"""Noticing a client that suddenly reads far more people than it is used to (features F17)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite

from idp.domain.audit.exchange_events import ReleasesUnusual
from idp.domain.audit.record import record
from idp.domain.exchange.entries import RELEASED
from idp.domain.exchange.fetching import CHANNEL
from idp.domain.exchange.models import Release, ReleaseAlarm
from idp.domain.store.database import Session

HOUR: Final = timedelta(hours=1)
LOOK_BACK: Final = timedelta(days=14)
FACTOR: Final = 10
LEAST: Final = 500
"""Below so many people in an hour nothing rings: a small service has busy days."""


@dataclass(frozen=True, slots=True)
class Unusual:
    """An hour of a client that rang the alarm: people read about in it, and in an hour of the last two weeks."""

    client_id: str
    releases: int
    usual: int


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
        if people >= max(LEAST, FACTOR * usual) and _claim(db, client_id, hour, people, usual):
            event = ReleasesUnusual(
                client_id=client_id, hour=hour.isoformat(), releases=people, usual=usual, actor="worker"
            )
            record(db, event, now)
            rung.append(Unusual(client_id, people, usual))
    return rung


def _claim(db: Session, client_id: str, hour: datetime, people: int, usual: int) -> bool:
    """Write the row of this hour; False when another worker has."""
    insert = postgresql.insert if db.get_bind().dialect.name == "postgresql" else sqlite.insert
    made = db.execute(
        insert(ReleaseAlarm)
        .values(client_id=client_id, hour=hour, releases=people, usual=usual)
        .on_conflict_do_nothing()
        .returning(ReleaseAlarm.client_id)
    )
    return made.first() is not None

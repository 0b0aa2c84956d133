"""What was sent, what failed and what it cost: one row per day, channel and gateway (features C5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite

from idp.domain.messages.models import MessageTally
from idp.domain.store.base import EPOCH
from idp.domain.store.database import Session


@dataclass(frozen=True, slots=True)
class Line:
    """The messages of one gateway, of one day or of all days."""

    channel: str
    gateway: str
    sent: int
    delivered: int
    failed: int
    refused: int
    cost: int
    day: date | None = None


def note(
    db: Session,
    channel: str,
    gateway: str,
    now: datetime,
    *,
    sent: int = 0,
    delivered: int = 0,
    failed: int = 0,
    refused: int = 0,
    cost: int = 0,
) -> None:
    """Add to the counters of today with one statement."""
    insert = postgresql.insert if db.get_bind().dialect.name == "postgresql" else sqlite.insert
    values = {"sent": sent, "delivered": delivered, "failed": failed, "refused": refused, "cost": cost}
    db.execute(
        insert(MessageTally)
        .values(day=_day(now), channel=channel, gateway=gateway, **values)
        .on_conflict_do_update(
            index_elements=["day", "channel", "gateway"],
            set_={name: getattr(MessageTally, name) + value for name, value in values.items()},
        )
    )


def by_day(db: Session, now: datetime, days: int = 7) -> Sequence[Line]:
    """Return the counters of the last days, the newest day first."""
    rows = db.scalars(
        select(MessageTally)
        .where(MessageTally.day > _day(now) - days)
        .order_by(MessageTally.day.desc(), MessageTally.channel, MessageTally.gateway)
    )
    return [
        Line(
            row.channel,
            row.gateway,
            row.sent,
            row.delivered,
            row.failed,
            row.refused,
            row.cost,
            (EPOCH + timedelta(days=row.day)).date(),
        )
        for row in rows
    ]


def totals(db: Session) -> Sequence[Line]:
    """Add every day up, as counters that only grow."""
    rows = db.execute(
        select(
            MessageTally.channel,
            MessageTally.gateway,
            func.sum(MessageTally.sent),
            func.sum(MessageTally.delivered),
            func.sum(MessageTally.failed),
            func.sum(MessageTally.refused),
            func.sum(MessageTally.cost),
        ).group_by(MessageTally.channel, MessageTally.gateway)
    )
    found = []
    for channel, gateway, *counted in rows:
        sent, delivered, failed, refused, cost = map(int, counted)
        found.append(Line(channel, gateway, sent, delivered, failed, refused, cost))
    return found


def _day(moment: datetime) -> int:
    return (moment - EPOCH).days

"""Budgets that move, in the database, before a message is handed to a gateway (attacks O-102; features M2).

One statement per budget counts and refuses at once, so that no number of parallel requests goes over a limit.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.dialects import postgresql, sqlite

from idp.domain.messages.channels import TO_A_PHONE
from idp.domain.messages.models import MessageBudget
from idp.domain.messages.numbers import HOME, NumberRefusal, Route, route
from idp.domain.store.database import Session

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ALL: Final = "all"
OPEN_PART: Final = 2
"""What anybody can have sent stops at this part of a budget; the rest is kept for people who signed in (ADR 0026)."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many messages an hour and a day may see."""

    hour: int
    day: int


@dataclass(frozen=True, slots=True)
class Budgets:
    """The limits of a deployment, for each channel that goes to a telephone.

    `prefix` holds for an Indonesian operator prefix and for each foreign country that is allowed at all.
    """

    prefix: Allowance
    everywhere: Allowance
    countries: Collection[str] = (HOME,)


class Refusal(StrEnum):
    """Why a message was not taken."""

    NUMBER = "number"
    BUDGET = "budget"


@dataclass(frozen=True, slots=True)
class Refused:
    """A message that must not be sent; `scope` names the spent budget or the kind of number, never a person."""

    refusal: Refusal
    scope: str
    wait: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Left:
    """How one budget of the present hour or day stands."""

    channel: str
    scope: str
    period: str
    used: int
    limit: int


def judge(channel: str, address: str, budgets: Budgets) -> Refused | None:
    """Refuse a number that gets no messages at all, without counting; an e-mail address has no number."""
    if channel not in TO_A_PHONE:
        return None
    found = route(address, budgets.countries)
    return Refused(Refusal.NUMBER, found.value) if isinstance(found, NumberRefusal) else None


def spend(
    db: Session, channel: str, address: str, budgets: Budgets, now: datetime, *, reserved: bool
) -> Refused | None:
    """Count one message against every budget it touches; the first that is used up refuses it.

    `reserved` messages, to an address its account has confirmed, may use a budget up; what anybody can ask for may not.
    Runs in the caller's transaction: what is not sent because the transaction fails was not counted either.
    """
    if channel not in TO_A_PHONE:
        return None
    found = route(address, budgets.countries)
    if isinstance(found, NumberRefusal):
        return Refused(Refusal.NUMBER, found.value)
    for scope, period, limit, ends in _budgets(channel, found, budgets, now):
        if not _count(db, scope, period, limit if reserved else max(1, limit // OPEN_PART), now):
            return Refused(Refusal.BUDGET, scope, ends - now)
    return None


def left(db: Session, budgets: Budgets, now: datetime) -> Sequence[Left]:
    """Tell how the budgets of this hour and this day stand, the fullest first."""
    hour, day = _periods(now)
    rows = db.scalars(
        select(MessageBudget).where(or_(MessageBudget.period == hour, MessageBudget.period == day))
    )
    found = []
    for row in rows:
        channel, _, scope = row.scope.partition(":")
        allowance = budgets.everywhere if scope == ALL else budgets.prefix
        limit = allowance.hour if row.period == hour else allowance.day
        found.append(Left(channel, scope, row.period, row.used, limit))
    return sorted(found, key=lambda each: (-each.used / each.limit, each.channel, each.scope, each.period))


def _budgets(
    channel: str, found: Route, budgets: Budgets, now: datetime
) -> Iterator[tuple[str, str, int, datetime]]:
    """Yield (scope, period, limit, end), narrow ones first: one order everywhere, so nobody waits crosswise."""
    hour, day = _periods(now)
    next_hour = now.replace(minute=0, second=0, microsecond=0) + HOUR
    next_day = now.replace(hour=0, minute=0, second=0, microsecond=0) + DAY
    for name, allowance in ((found.prefix, budgets.prefix), (ALL, budgets.everywhere)):
        yield f"{channel}:{name}", hour, allowance.hour, next_hour
        yield f"{channel}:{name}", day, allowance.day, next_day


def _periods(now: datetime) -> tuple[str, str]:
    return f"{now:%Y-%m-%dT%H}", f"{now:%Y-%m-%d}"


def _count(db: Session, scope: str, period: str, limit: int, now: datetime) -> bool:
    insert = postgresql.insert if db.get_bind().dialect.name == "postgresql" else sqlite.insert
    moved = db.execute(
        insert(MessageBudget)
        .values(scope=scope, period=period, used=1, created_at=now)
        .on_conflict_do_update(
            index_elements=["scope", "period"],
            set_={"used": MessageBudget.used + 1},
            where=MessageBudget.used < limit,
        )
        .returning(MessageBudget.used)
    )
    return moved.first() is not None

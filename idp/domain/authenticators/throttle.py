"""Counters that move, and are committed, before a guess is judged (reliability 5.4; NIST SP 800-63B-4 §3.2.2).

The truth is in the database, so it survives restarts and holds over all nodes. Waits grow; nobody is locked out for
good, and browsers an account has signed in from before have counters of their own (attacks O-094).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from sqlalchemy import bindparam, case, delete, null, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import ReturningInsert

from idp.domain.authenticators.models import Attempts
from idp.domain.store.base import UtcDateTime
from idp.domain.store.database import Session
from keys import KeyTree


@dataclass(frozen=True, slots=True)
class Ladder:
    """How waits grow: none below `free` attempts, then doubling from `first` to `longest`, `limit_wait` at `limit`.

    With a `window` the count starts again when it has passed; without one only a success clears it.
    """

    free: int
    first: timedelta
    longest: timedelta
    limit: int
    limit_wait: timedelta
    window: timedelta | None = None

    def steps(self) -> Sequence[tuple[int, timedelta]]:
        """Return (attempts, wait) pairs, the highest first."""
        found = [(self.free, self.first)]
        while found[-1][1] < self.longest:
            attempts, wait = found[-1]
            found.append((attempts + 1, min(wait * 2, self.longest)))
        found = [(attempts, wait) for attempts, wait in found if attempts < self.limit]
        return [(self.limit, self.limit_wait), *reversed(found)]

    def wait(self, attempts: int) -> timedelta:
        """Return how long to wait after so many attempts."""
        return next((wait for least, wait in self.steps() if attempts >= least), timedelta(0))


@dataclass(frozen=True, slots=True)
class Policy:
    """The ladders of one deployment."""

    password: Ladder
    second_factor: Ladder
    network: Ladder
    everywhere: Ladder
    sending: Ladder
    sending_network: Ladder
    calm_share: float
    """The part of a network's allowance that costs nothing; above it forms carry a challenge."""


def windowed(limit: int, window: timedelta) -> Ladder:
    """Return a ladder of one step: so many in a time, then none until it has passed."""
    return Ladder(limit, window, window, limit, window, window)


QUARTER, HOUR, DAY = timedelta(minutes=15), timedelta(hours=1), timedelta(days=1)

PRODUCTION = Policy(
    password=Ladder(5, timedelta(seconds=30), HOUR, 100, DAY),
    second_factor=Ladder(5, timedelta(seconds=30), HOUR, 100, DAY),
    network=windowed(200, QUARTER),
    everywhere=windowed(5_000, QUARTER),
    sending=windowed(5, HOUR),
    sending_network=windowed(100, HOUR),
    calm_share=0.15,
)
SANDBOX = Policy(
    password=Ladder(10, timedelta(seconds=2), timedelta(minutes=1), 100, QUARTER),
    second_factor=Ladder(10, timedelta(seconds=2), timedelta(minutes=1), 100, QUARTER),
    network=windowed(3_000, QUARTER),
    everywhere=windowed(10_000, QUARTER),
    sending=windowed(20, HOUR),
    sending_network=windowed(1_000, HOUR),
    calm_share=0.5,
)
"""Test suites on loopback make some 25 sign-ins a minute (decisions 38); guessing is still slowed down."""


FOREVER = timedelta(days=365 * 100)
"""The window of a counter that only a success clears."""
_STANDING = select(Attempts.failures, Attempts.window_started_at, Attempts.blocked_until).where(
    Attempts.kind == bindparam("kind"), Attempts.key == bindparam("key")
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether an attempt may be judged, which number it is, and otherwise how long to wait."""

    allowed: bool
    attempts: int
    wait: timedelta = timedelta(0)


def key(tree: KeyTree, *parts: bytes) -> bytes:
    """Name a counter by a keyed digest, so that the table names nobody."""
    return tree.mac("attempts", b"|".join(part.hex().encode() for part in parts))


def count(db: Session, kind: str, name: bytes, ladder: Ladder, now: datetime) -> Verdict:
    """Count one attempt with one statement; a blocked counter does not move. Commit before judging."""
    waits = {f"until_{least}": now + wait for least, wait in ladder.steps()}
    first = now + ladder.wait(1) if ladder.wait(1) else None
    moments = {"now": now, "over": now - (ladder.window or FOREVER), "first": first}
    moved = db.execute(
        _counting(db.get_bind().dialect.name, ladder), {"kind": kind, "key": name, **moments, **waits}
    ).one_or_none()
    if moved is not None:
        return Verdict(True, moved.failures)
    row = db.execute(_STANDING, {"kind": kind, "key": name}).one()
    return Verdict(False, row.failures, max(timedelta(seconds=1), row.blocked_until - now))


@lru_cache
def _counting(dialect: str, ladder: Ladder) -> ReturningInsert[tuple[int]]:
    """Write the statement of a ladder once; guesses come in crowds."""
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    now, over = (bindparam(name, type_=UtcDateTime()) for name in ("now", "over"))
    starts_again = Attempts.window_started_at <= over
    attempts = case((starts_again, 1), else_=Attempts.failures + 1)
    until = [
        (attempts >= least, bindparam(f"until_{least}", type_=UtcDateTime())) for least, _ in ladder.steps()
    ]
    return (
        insert(Attempts)
        .values(
            kind=bindparam("kind"),
            key=bindparam("key"),
            failures=1,
            window_started_at=now,
            blocked_until=bindparam("first", type_=UtcDateTime()),
        )
        .on_conflict_do_update(
            index_elements=["kind", "key"],
            set_={
                "failures": attempts,
                "window_started_at": case((starts_again, now), else_=Attempts.window_started_at),
                "blocked_until": case(*until, else_=null()),
            },
            where=or_(Attempts.blocked_until.is_(None), Attempts.blocked_until <= now),
        )
        .returning(Attempts.failures)
    )


def failures(db: Session, kind: str, name: bytes) -> int:
    """Return what a counter stands at, without moving it."""
    row = db.execute(_STANDING, {"kind": kind, "key": name}).one_or_none()
    return row.failures if row is not None else 0


def seen(db: Session, kind: str, name: bytes, ladder: Ladder, now: datetime) -> int:
    """Return how many attempts a counter has seen in its window, without moving it."""
    row = db.execute(_STANDING, {"kind": kind, "key": name}).one_or_none()
    if row is None or (ladder.window is not None and row.window_started_at <= now - ladder.window):
        return 0
    return int(row.failures)


def begin(db: Session, kind: str, name: bytes, now: datetime) -> None:
    """Set a counter to nought, so that it is there to be counted on."""
    forget(db, kind, name)
    db.add(Attempts(kind=kind, key=name, failures=0, window_started_at=now))
    db.flush()


def begun_since(db: Session, kind: str, name: bytes, since: datetime) -> bool:
    """Tell whether a counter is there and was begun lately."""
    found = select(Attempts.kind).where(
        Attempts.kind == kind, Attempts.key == name, Attempts.window_started_at > since
    )
    return db.scalars(found).first() is not None


def forget(db: Session, kind: str, name: bytes) -> None:
    """Clear a counter after a success."""
    db.execute(delete(Attempts).where(Attempts.kind == kind, Attempts.key == name))


def give_back(db: Session, kind: str, name: bytes) -> None:
    """Take one attempt off a shared counter: it succeeded, or was never judged."""
    db.execute(
        update(Attempts)
        .where(Attempts.kind == kind, Attempts.key == name, Attempts.failures > 0)
        .values(failures=Attempts.failures - 1, blocked_until=None)
        .execution_options(synchronize_session=False)
    )

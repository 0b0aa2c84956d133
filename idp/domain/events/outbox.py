"""The transactional outbox: work is added with the act that causes it, claimed by one worker, settled once.

At least once: a worker that dies lets its claim run out and another delivers again, under the same `id`.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Final, Literal
from uuid import UUID, uuid4

import orjson
from sqlalchemy import func, or_, select, update

from idp.domain.events.models import Outbox
from idp.domain.store.database import Session
from keys import DataKey, Place

TABLE: Final = "outbox"
CLAIM: Final = timedelta(seconds=60)
NOTHING: Final = b""

State = Literal["done", "waiting", "failed"]

_OPEN: Final = (Outbox.done_at.is_(None), Outbox.failed_at.is_(None))


@dataclass(frozen=True, slots=True)
class Patience:
    """How often a kind of delivery is tried again, and how far apart."""

    first: timedelta
    longest: timedelta
    attempts: int

    def delay(self, attempts: int) -> timedelta:
        """Double the pause each time; half of it is chance, so that failures do not come back together."""
        full = min(self.first * float(2 ** min(attempts - 1, 20)), self.longest)
        return full / 2 + full / 2 * (secrets.randbelow(1001) / 1000)


PATIENCE: Final[Mapping[str, Patience]] = MappingProxyType(
    {
        "event": Patience(timedelta(seconds=2), timedelta(hours=1), 80),
        "fetch": Patience(timedelta(seconds=30), timedelta(hours=1), 48),
        "logo": Patience(timedelta(seconds=5), timedelta(hours=1), 24),
        "logout": Patience(timedelta(seconds=2), timedelta(minutes=15), 12),
        "message": Patience(timedelta(seconds=5), timedelta(minutes=30), 24),
        "ping": Patience(timedelta(seconds=1), timedelta(minutes=1), 8),
        "proofing": Patience(timedelta(seconds=10), timedelta(minutes=30), 400),
        "receipt": Patience(timedelta(seconds=15), timedelta(minutes=10), 10),
    }
)


@dataclass(frozen=True, slots=True)
class Delivery:
    """A claimed row. `attempts` counts this one too and tells whose claim it is."""

    id: UUID
    kind: str
    payload: Mapping[str, Any] = field(repr=False)
    client_id: str | None
    citizen_id: UUID | None
    session_id: UUID | None
    attempts: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one attempt; `error` names a kind of failure and no person."""

    done: bool
    final: bool = False
    error: str = ""


DONE: Final = Outcome(done=True)


def later(error: str) -> Outcome:
    """Try again after a pause."""
    return Outcome(done=False, error=error)


def skipped(reason: str) -> Outcome:
    """Close a delivery without making it: there is nobody to bring it to, or it may not go."""
    return Outcome(done=True, error=reason)


def never(error: str) -> Outcome:
    """Give up: trying again cannot help."""
    return Outcome(done=False, final=True, error=error)


def add(
    db: Session,
    seal: DataKey,
    kind: str,
    payload: Mapping[str, Any],
    now: datetime,
    *,
    client_id: str | None = None,
    citizen_id: UUID | None = None,
    session_id: UUID | None = None,
    not_before: datetime | None = None,
) -> UUID:
    """Add a delivery to the caller's transaction; its payload is sealed, since it may name people."""
    row_id = uuid4()
    sealed = seal.seal(orjson.dumps(dict(payload)), _place(row_id)) if payload else NOTHING
    db.add(
        Outbox(
            id=row_id,
            kind=kind,
            payload=sealed,
            client_id=client_id,
            citizen_id=citizen_id,
            session_id=session_id,
            created_at=now,
            not_before=not_before or now,
        )
    )
    return row_id


def add_plain(
    db: Session,
    kind: str,
    now: datetime,
    *,
    client_id: str,
    citizen_id: UUID | None = None,
    session_id: UUID | None = None,
) -> None:
    """Add a delivery whose columns say it all."""
    db.add(
        Outbox(
            kind=kind,
            payload=NOTHING,
            client_id=client_id,
            citizen_id=citizen_id,
            session_id=session_id,
            created_at=now,
            not_before=now,
        )
    )


def claim(
    db: Session,
    seal: DataKey,
    now: datetime,
    busy: Collection[str] = (),
    kinds: Collection[str] = tuple(PATIENCE),
) -> Delivery | None:
    """Take the delivery of one of `kinds` that has waited longest, skipping `busy` clients; one winner.

    PostgreSQL skips rows another worker is taking; SQLite has one writer at a time.
    """
    due = (
        select(Outbox.id)
        .where(
            Outbox.done_at.is_(None),
            Outbox.failed_at.is_(None),
            Outbox.kind.in_(kinds),
            Outbox.not_before <= now,
            or_(Outbox.claimed_until.is_(None), Outbox.claimed_until <= now),
            or_(Outbox.client_id.is_(None), Outbox.client_id.not_in(busy)),
        )
        .order_by(Outbox.not_before)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    row = db.execute(
        update(Outbox)
        .where(Outbox.id == due)
        .values(claimed_until=now + CLAIM, attempts=Outbox.attempts + 1)
        .returning(
            Outbox.id,
            Outbox.kind,
            Outbox.payload,
            Outbox.client_id,
            Outbox.citizen_id,
            Outbox.session_id,
            Outbox.attempts,
        )
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if row is None:
        return None
    payload = orjson.loads(seal.unseal(row.payload, _place(row.id))) if row.payload else {}
    return Delivery(
        row.id, row.kind, payload, row.client_id, row.citizen_id, row.session_id, attempts=row.attempts
    )


def settle(db: Session, delivery: Delivery, outcome: Outcome, now: datetime) -> State | None:
    """Write down what became of a claimed delivery; None when the claim has passed to another worker.

    A finished one loses its payload at once; one that is given up keeps it, with the kind of its last error.
    """
    patience = PATIENCE[delivery.kind]
    state: State = "done" if outcome.done else "waiting"
    values: dict[str, Any] = {"claimed_until": None, "last_error": outcome.error or None}
    if outcome.done:
        values |= {"done_at": now, "payload": NOTHING}
    elif outcome.final or delivery.attempts >= patience.attempts:
        values["failed_at"] = now
        state = "failed"
    else:
        values["not_before"] = now + patience.delay(delivery.attempts)
    settled = db.execute(
        update(Outbox)
        .where(
            Outbox.id == delivery.id,
            Outbox.attempts == delivery.attempts,
            Outbox.done_at.is_(None),
            Outbox.failed_at.is_(None),
        )
        .values(**values)
        .returning(Outbox.id)
        .execution_options(synchronize_session=False)
    )
    return state if settled.first() is not None else None


@dataclass(frozen=True, slots=True)
class Backlog:
    """How much waits, how much was given up, and since when the oldest due delivery waits."""

    open: int
    dead: int
    oldest: datetime | None


def backlog(db: Session, now: datetime) -> Backlog:
    """Count what is open and dead, and find the oldest delivery whose turn has come."""
    waiting = db.scalar(select(func.count()).select_from(Outbox).where(*_OPEN)) or 0
    dead = db.scalar(select(func.count()).select_from(Outbox).where(Outbox.failed_at.is_not(None))) or 0
    return Backlog(waiting, dead, oldest_due(db, now))


def oldest_due(db: Session, now: datetime) -> datetime | None:
    """Return since when the oldest due delivery waits; its index makes this cheap."""
    return db.scalar(select(func.min(Outbox.not_before)).where(*_OPEN, Outbox.not_before <= now))


def states(db: Session, session_id: UUID, kind: str) -> dict[str, State]:
    """Tell per client how the deliveries about a session stand."""
    rows = db.execute(
        select(Outbox.client_id, Outbox.done_at, Outbox.failed_at).where(
            Outbox.session_id == session_id, Outbox.kind == kind
        )
    )
    return {
        row.client_id: "done" if row.done_at else "failed" if row.failed_at else "waiting"
        for row in rows
        if row.client_id is not None
    }


def _place(row_id: UUID) -> Place:
    return Place(TABLE, "payload", row_id.hex)

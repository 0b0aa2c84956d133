"""Cooling-off: a grave change is asked for, told on every channel, and takes effect later unless it is cancelled.

What a change does is its applier's business; here it only waits (features D5, D7). Taking effect and being cancelled
are one statement each over the same row, so whoever comes first wins and the other finds nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, Literal
from uuid import UUID, uuid4

import orjson
from sqlalchemy import ColumnElement, select, update

from idp.domain.audit.record import record
from idp.domain.audit.recovery_events import ChangeApplied, ChangeAsked, ChangeCancelled
from idp.domain.citizens.models import PendingChange
from idp.domain.store.database import Session
from idp.protocol.oauth.values import Handle, HandleKind
from keys import DataKey, KeyTree, Place

TABLE: Final = "pending_change"
COOLING_OFF: Final = timedelta(hours=24)
FIRST_PAUSE: Final = timedelta(seconds=30)
LONGEST_PAUSE: Final = timedelta(hours=1)

Ending = Literal["link", "owner", "void"]
"""Who called a change off: the link in a letter, its owner at home, or nobody: it could not be done any more."""

_WAITS: Final = (PendingChange.applied_at.is_(None), PendingChange.cancelled_at.is_(None))
_COLUMNS: Final = (
    PendingChange.id,
    PendingChange.citizen_id,
    PendingChange.kind,
    PendingChange.payload,
    PendingChange.actor,
    PendingChange.asked_at,
    PendingChange.effective_at,
    PendingChange.attempts,
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A change that waits now; the token goes into the letters and nowhere else."""

    id: UUID
    cancel_token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Change:
    """A change. `attempts` counts the times it could not be applied because something was away."""

    id: UUID
    citizen_id: UUID
    kind: str
    sealed: bytes = field(repr=False)
    actor: str | None
    asked_at: datetime
    effective_at: datetime
    attempts: int

    def payload(self, seal: DataKey) -> Mapping[str, Any]:
        """Open what the change needs to be applied."""
        opened: dict[str, Any] = orjson.loads(seal.unseal(self.sealed, _place(self.id)))
        return opened


Applier = Callable[[Session, KeyTree, Change, datetime], bool]
"""Applies a change of one kind in the caller's transaction; False when it cannot be done any more."""


def ask(
    db: Session,
    seal: DataKey,
    *,
    citizen_id: UUID,
    kind: str,
    payload: Mapping[str, object],
    effective_at: datetime,
    now: datetime,
    actor: str | None,
) -> Asked:
    """Let a change wait until `effective_at`; telling the citizen is up to the caller, in the same transaction."""
    handle = Handle.mint(HandleKind.CHANGE, now, citizen_id.bytes)
    change_id = uuid4()
    db.add(
        PendingChange(
            id=change_id,
            citizen_id=citizen_id,
            kind=kind,
            payload=seal.seal(orjson.dumps(dict(payload)), _place(change_id)),
            digest=handle.digest,
            actor=actor,
            asked_at=now,
            effective_at=effective_at,
            due_at=effective_at,
        )
    )
    db.flush()
    event = ChangeAsked(
        citizen_id=citizen_id,
        change_id=change_id,
        kind=kind,
        effective_at=effective_at.isoformat(),
        actor=actor,
    )
    record(db, event, now)
    return Asked(change_id, handle.text)


def find(db: Session, token_text: str | None) -> Change | None:
    """Return the waiting change of a link, without doing anything to it."""
    handle = Handle.parse(token_text, HandleKind.CHANGE)
    if handle is None:
        return None
    return _one(db, _waiting(PendingChange.digest == handle.digest))


def cancel(db: Session, token_text: str | None, now: datetime) -> Change | None:
    """Call a change off by its link, once; None when it took effect, was called off, or never was."""
    handle = Handle.parse(token_text, HandleKind.CHANGE)
    return None if handle is None else _end(db, PendingChange.digest == handle.digest, "link", now)


def cancel_own(db: Session, citizen_id: UUID, change_id: UUID, now: datetime) -> Change | None:
    """Call a change of this very citizen off; None for anybody else's."""
    found = _end(db, (PendingChange.id == change_id) & (PendingChange.citizen_id == citizen_id), "owner", now)
    return found


def cancel_all(db: Session, citizen_id: UUID, now: datetime) -> tuple[Change, ...]:
    """Call off whatever waits for a citizen; return what that was."""
    ended = (cancel_own(db, citizen_id, change.id, now) for change in waiting(db, citizen_id, now))
    return tuple(change for change in ended if change is not None)


def waiting(db: Session, citizen_id: UUID, now: datetime) -> Sequence[Change]:
    """Return what waits for a citizen, what takes effect first in front; due ones too until they are applied."""
    rows = db.execute(
        _waiting(PendingChange.citizen_id == citizen_id, PendingChange.asked_at <= now).order_by(
            PendingChange.effective_at
        )
    )
    return [_change(row) for row in rows]


def claim_due(db: Session, now: datetime) -> Change | None:
    """Take the change that has been due longest, with one statement, for the transaction that applies it.

    It counts as applied when that transaction is committed; when it is rolled back the change waits as before.
    PostgreSQL skips rows another worker is applying; SQLite has one writer at a time.
    """
    due = (
        select(PendingChange.id)
        .where(*_WAITS, PendingChange.due_at <= now)
        .order_by(PendingChange.due_at)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    row = db.execute(
        update(PendingChange)
        .where(PendingChange.id == due, *_WAITS)
        .values(applied_at=now)
        .returning(*_COLUMNS)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    return _change(row) if row is not None else None


def note_applied(db: Session, change: Change, now: datetime) -> None:
    """Put on record that a claimed change was applied, and forget what it needed."""
    _set(db, change, payload=b"")
    event = ChangeApplied(citizen_id=change.citizen_id, change_id=change.id, kind=change.kind)
    record(db, event, now)


def note_void(db: Session, change: Change, now: datetime) -> None:
    """Put on record that a claimed change cannot be done any more: it ends as called off."""
    _set(db, change, applied_at=None, cancelled_at=now, ended_by="void", payload=b"")
    event = ChangeCancelled(
        citizen_id=change.citizen_id, change_id=change.id, kind=change.kind, reason="void"
    )
    record(db, event, now)


def postpone(db: Session, change: Change, now: datetime) -> None:
    """Try a change again later that could not be applied now; the pause grows."""
    pause = min(FIRST_PAUSE * float(2 ** min(change.attempts, 10)), LONGEST_PAUSE)
    db.execute(
        update(PendingChange)
        .where(PendingChange.id == change.id, PendingChange.attempts == change.attempts, *_WAITS)
        .values(attempts=change.attempts + 1, due_at=now + pause)
        .execution_options(synchronize_session=False)
    )


def _end(db: Session, which: ColumnElement[bool], by: Ending, now: datetime) -> Change | None:
    row = db.execute(
        update(PendingChange)
        .where(which, *_WAITS)
        .values(cancelled_at=now, ended_by=by)
        .returning(*_COLUMNS)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if row is None:
        return None
    change = _change(row)
    _set(db, change, payload=b"")
    event = ChangeCancelled(citizen_id=change.citizen_id, change_id=change.id, kind=change.kind, reason=by)
    record(db, event, now)
    return change


def _set(db: Session, change: Change, **values: object) -> None:
    db.execute(
        update(PendingChange)
        .where(PendingChange.id == change.id)
        .values(**values)
        .execution_options(synchronize_session=False)
    )


def _waiting(*criteria: ColumnElement[bool]) -> Any:
    return select(*_COLUMNS).where(*criteria, *_WAITS)


def _one(db: Session, query: Any) -> Change | None:
    row = db.execute(query).one_or_none()
    return _change(row) if row is not None else None


def _change(row: Any) -> Change:
    return Change(*row)


def _place(change_id: UUID) -> Place:
    return Place(TABLE, "payload", change_id.hex)

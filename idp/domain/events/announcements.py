"""What a client has been told of a citizen, by when it has to answer, and that it did (UU PDP art. 30, 40, 41).

An announcement is written in the transaction of the act that causes it and goes out by the outbox; its `id` is the
`jti` of the security event token. A duty with a deadline ends with the client's confirmation, else it is late.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

import orjson
from sqlalchemy import Select, func, literal, select, update

from idp.domain.events import outbox
from idp.domain.events.models import Announcement
from idp.domain.store.base import UtcDateTime
from idp.domain.store.database import Session
from idp.protocol.oidc.security_events import EventKind
from keys import DataKey, Place

KIND: Final = "event"
TABLE: Final = "announcement"
CLOCK: Final = timedelta(hours=72)
"""3 x 24 hours: how long the law gives whoever has to stop, correct or restrict (UU PDP art. 30, 40, 41)."""


def announce(
    db: Session,
    seal: DataKey,
    *,
    client_id: str,
    citizen_id: UUID,
    kind: EventKind | str,
    payload: Mapping[str, Any],
    now: datetime,
    answer_by: datetime | None = None,
    act: UUID | None = None,
) -> UUID:
    """Tell a client of an event, in the caller's transaction; return the `jti`.

    `payload` are the members of the event, sealed until it goes out: names of claims (`claims`, a list), never
    values. `answer_by` is when the client must have confirmed. `act` is shared by announcements of one act, which
    a citizen sees together; clients see a `txn` of their own each, which says nothing about the others.

    Raises:
        ValueError: for a kind that is not in the catalogue.
    """
    row_id = uuid4()
    db.add(
        Announcement(
            id=row_id,
            act=act or uuid4(),
            client_id=client_id,
            citizen_id=citizen_id,
            kind=EventKind(kind),
            claims=" ".join(payload.get("claims", ())),
            payload=seal.seal(orjson.dumps(dict(payload)), _place(row_id)) if payload else b"",
            occurred_at=now,
            answer_by=answer_by,
        )
    )
    told = {"announcement": row_id.hex}
    outbox.add(db, seal, KIND, told, now, client_id=client_id, citizen_id=citizen_id)
    return row_id


def payload_of(row: Announcement, seal: DataKey) -> dict[str, Any]:
    """Open the members of an event."""
    return dict(orjson.loads(seal.unseal(row.payload, _place(row.id)))) if row.payload else {}


def of_citizen(
    db: Session, citizen_id: UUID, client_id: str | None = None, limit: int | None = 200
) -> Sequence[Announcement]:
    """Return what clients were told of a citizen, the latest first; only one client's when it is named."""
    found = (
        select(Announcement)
        .where(Announcement.citizen_id == citizen_id)
        .order_by(Announcement.occurred_at.desc(), Announcement.client_id)
        .limit(limit)
    )
    if client_id is not None:
        found = found.where(Announcement.client_id == client_id)
    return db.scalars(found).all()


def delivered(db: Session, row_id: UUID, now: datetime) -> None:
    """Note that the client has received the event; its members are not needed here any more."""
    _set(db, row_id, delivered_at=now, failure=None, payload=b"")


def not_delivered(db: Session, row_id: UUID, failure: str) -> None:
    """Note why the client has not received the event: `no_address`, `refused`, `no_answer`, `unknown_client`."""
    _set(db, row_id, failure=failure)


def confirm(db: Session, row_id: UUID, client_id: str, now: datetime) -> Announcement | None:
    """Note a client's word that it has done what the event asks; once, and only its own (UU PDP art. 40).

    Returns None where there is no such announcement to this client, or it is confirmed already: look with `own`.
    """
    return db.scalars(
        update(Announcement)
        .where(
            Announcement.id == row_id,
            Announcement.client_id == client_id,
            Announcement.confirmed_at.is_(None),
        )
        .values(
            confirmed_at=now,
            delivered_at=func.coalesce(Announcement.delivered_at, literal(now, UtcDateTime())),
            failure=None,
            payload=b"",
        )
        .returning(Announcement)
    ).one_or_none()


def own(db: Session, row_id: UUID, client_id: str) -> Announcement | None:
    """Return an announcement to this client."""
    return db.scalars(
        select(Announcement).where(Announcement.id == row_id, Announcement.client_id == client_id)
    ).one_or_none()


def is_late(row: Announcement, now: datetime) -> bool:
    """Tell whether the client had to confirm and did not."""
    return row.answer_by is not None and row.confirmed_at is None and row.answer_by <= now


def late(
    db: Session, now: datetime, limit: int = 500, clients: Collection[str] | None = None
) -> Sequence[Announcement]:
    """Return what should have been confirmed by now, the longest overdue first; of some clients if they are named."""
    found = _unconfirmed(clients).where(Announcement.answer_by <= now).order_by(Announcement.answer_by)
    return db.scalars(found.limit(limit)).all()


def due(
    db: Session, now: datetime, limit: int = 500, clients: Collection[str] | None = None
) -> Sequence[Announcement]:
    """Return what has to be confirmed and is not late yet, the most pressing first."""
    found = _unconfirmed(clients).where(Announcement.answer_by > now).order_by(Announcement.answer_by)
    return db.scalars(found.limit(limit)).all()


def undelivered(
    db: Session, limit: int = 500, clients: Collection[str] | None = None
) -> Sequence[Announcement]:
    """Return what did not reach its client and was not confirmed all the same, the latest first."""
    found = _unconfirmed(clients).where(Announcement.failure.is_not(None))
    return db.scalars(found.order_by(Announcement.occurred_at.desc()).limit(limit)).all()


def counts(db: Session, now: datetime) -> tuple[int, int]:
    """Count what is late, and what has to be confirmed and is not late yet."""
    open_ones = select(func.count()).select_from(Announcement).where(Announcement.confirmed_at.is_(None))
    overdue = db.scalar(open_ones.where(Announcement.answer_by <= now)) or 0
    return overdue, db.scalar(open_ones.where(Announcement.answer_by > now)) or 0


def claim_late(db: Session, now: datetime, limit: int = 100) -> Sequence[Announcement]:
    """Take what has become late and nobody was alerted to; of two workers one gets each."""
    due = (
        select(Announcement.id)
        .where(
            Announcement.confirmed_at.is_(None),
            Announcement.late_noted_at.is_(None),
            Announcement.answer_by <= now,
        )
        .order_by(Announcement.answer_by)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return db.scalars(
        update(Announcement)
        .where(Announcement.id.in_(due), Announcement.late_noted_at.is_(None))
        .values(late_noted_at=now)
        .returning(Announcement)
    ).all()


def _unconfirmed(clients: Collection[str] | None) -> Select[Announcement]:
    found = select(Announcement).where(Announcement.confirmed_at.is_(None))
    return found if clients is None else found.where(Announcement.client_id.in_(clients))


def _set(db: Session, row_id: UUID, **values: object) -> None:
    db.execute(
        update(Announcement)
        .where(Announcement.id == row_id)
        .values(**values)
        .execution_options(synchronize_session=False)
    )


def _place(row_id: UUID) -> Place:
    return Place(TABLE, "payload", row_id.hex)

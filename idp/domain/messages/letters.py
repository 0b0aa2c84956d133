"""The sandbox's own mailbox: letters that no mail server takes, kept sealed for the outbox page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

import orjson
from sqlalchemy import select

from idp.domain.messages.models import SandboxMessage
from idp.domain.store.database import Session
from keys import DataKey, Place

TABLE: Final = "sandbox_message"


@dataclass(frozen=True, slots=True)
class Letter:
    """A rendered message as its reader would see it."""

    to: str = field(repr=False)
    subject: str = field(repr=False)
    text: str = field(repr=False)
    html: str = field(default="", repr=False)
    until: datetime | None = None
    """When it stops being of use; a gateway need not carry it after that."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A letter in the mailbox."""

    id: UUID
    channel: str
    delivered_at: datetime
    letter: Letter


def keep(
    db: Session, seal: DataKey, letter: Letter, *, channel: str, delivery_id: UUID, now: datetime
) -> None:
    """Put a letter in the mailbox under the id of its delivery, so that a second delivery adds nothing."""
    if db.get(SandboxMessage, delivery_id) is not None:
        return
    content = {"to": letter.to, "subject": letter.subject, "text": letter.text, "html": letter.html}
    db.add(
        SandboxMessage(
            id=delivery_id,
            channel=channel,
            sealed=seal.seal(orjson.dumps(content), _place(delivery_id)),
            delivered_at=now,
        )
    )


def latest(db: Session, seal: DataKey, limit: int = 50) -> Sequence[Kept]:
    """Return the newest letters first."""
    rows = db.scalars(select(SandboxMessage).order_by(SandboxMessage.delivered_at.desc()).limit(limit))
    return [_open(row, seal) for row in rows]


def one(db: Session, seal: DataKey, letter_id: UUID) -> Kept | None:
    """Return one letter."""
    row = db.get(SandboxMessage, letter_id)
    return _open(row, seal) if row is not None else None


def _open(row: SandboxMessage, seal: DataKey) -> Kept:
    content = orjson.loads(seal.unseal(row.sealed, _place(row.id)))
    return Kept(row.id, row.channel, row.delivered_at, Letter(**content))


def _place(letter_id: UUID) -> Place:
    return Place(TABLE, "sealed", letter_id.hex)

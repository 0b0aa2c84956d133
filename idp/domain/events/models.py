"""Work that must reach others, written in the transaction of the act that causes it."""

from __future__ import annotations

from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from idp.domain.store.base import Base, Moment, Name, SealedBytes, Small, Words

OPEN = text("done_at IS NULL AND failed_at IS NULL")
UNCONFIRMED = text("confirmed_at IS NULL AND answer_by IS NOT NULL")


class Outbox(Base):
    """One delivery, made at least once, under one `id`; `kind` says of what (`idp/deliveries.py`)."""

    __tablename__ = "outbox"
    __table_args__ = (
        CheckConstraint(
            "kind in ('event', 'fetch', 'logo', 'logout', 'message', 'ping', 'proofing', 'receipt')",
            name="kind",
        ),
        Index("ix_outbox_open", "not_before", sqlite_where=OPEN, postgresql_where=OPEN),
        Index("ix_outbox_session", "session_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    kind: Mapped[Name]
    payload: Mapped[SealedBytes]
    client_id: Mapped[Name | None]
    citizen_id: Mapped[UUID | None]
    session_id: Mapped[UUID | None]
    created_at: Mapped[Moment]
    not_before: Mapped[Moment]
    claimed_until: Mapped[Moment | None]
    attempts: Mapped[Small] = mapped_column(default=0)
    last_error: Mapped[Words | None]
    done_at: Mapped[Moment | None]
    failed_at: Mapped[Moment | None]


class Announcement(Base):
    """What a client was told of a citizen; `id` is the `jti` of the token, `act` what several were told of at once.

    `claims` are names; `payload`, the members of the event, is forgotten once it has arrived. `failure` says why it
    has not: `no_address`, `refused`, `no_answer`, `unknown_client`. `answer_by` is when `confirmed_at` is due.
    """

    __tablename__ = "announcement"
    __table_args__ = (
        Index("ix_announcement_citizen", "citizen_id", "occurred_at"),
        Index("ix_announcement_client", "client_id", "occurred_at"),
        Index("ix_announcement_due", "answer_by", sqlite_where=UNCONFIRMED, postgresql_where=UNCONFIRMED),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    act: Mapped[UUID]
    client_id: Mapped[Name]
    citizen_id: Mapped[UUID]
    kind: Mapped[Name]
    claims: Mapped[Words]
    payload: Mapped[SealedBytes]
    occurred_at: Mapped[Moment]
    answer_by: Mapped[Moment | None]
    delivered_at: Mapped[Moment | None]
    failure: Mapped[Name | None]
    confirmed_at: Mapped[Moment | None]
    late_noted_at: Mapped[Moment | None]

"""Work that must reach others, written in the transaction of the act that causes it."""

from __future__ import annotations

from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from idp.domain.store.base import Base, Moment, Name, SealedBytes, Small, Words

OPEN = text("done_at IS NULL AND failed_at IS NULL")


class Outbox(Base):
    """One delivery, made at least once, under one `id`; `kind` says of what (`idp/deliveries.py`)."""

    __tablename__ = "outbox"
    __table_args__ = (
        CheckConstraint("kind in ('logo', 'logout', 'message', 'ping', 'proofing', 'receipt')", name="kind"),
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

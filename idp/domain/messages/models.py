"""Messages as the sandbox keeps them, the citizen's inbox, and what sending has cost."""

from __future__ import annotations

from uuid import UUID, uuid4

from sqlalchemy import BigInteger, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from idp.domain.store.base import Base, Moment, Name, SealedBytes, Small


class SandboxMessage(Base):
    """A message delivered to the sandbox's outbox page because no gateway of its channel is configured there."""

    __tablename__ = "sandbox_message"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    channel: Mapped[Name]
    sealed: Mapped[SealedBytes]
    delivered_at: Mapped[Moment]


class InboxMessage(Base):
    """A notice in the citizen's own inbox, sealed with their data key: it is forgotten with them (features T2)."""

    __tablename__ = "inbox_message"
    __table_args__ = (Index("ix_inbox_message_citizen", "citizen_id", "created_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    citizen_id: Mapped[UUID] = mapped_column(ForeignKey("citizen.id"))
    template: Mapped[Name]
    sealed: Mapped[SealedBytes]
    created_at: Mapped[Moment]
    read_at: Mapped[Moment | None]


class MessageBudget(Base):
    """How many messages went towards a prefix, a country or everybody in one hour or one day (features M2).

    `scope` is `62812`, `62` or `all` behind its channel, `period` an hour `2026-11-24T15` or a day `2026-11-24` (UTC).
    """

    __tablename__ = "message_budget"
    __table_args__ = (Index("ix_message_budget_created", "created_at"),)

    scope: Mapped[Name] = mapped_column(primary_key=True)
    period: Mapped[Name] = mapped_column(primary_key=True)
    used: Mapped[Small]
    created_at: Mapped[Moment]


class MessageTally(Base):
    """What became of the messages of one day, by channel and gateway; `cost` is whole rupiah (features C5)."""

    __tablename__ = "message_tally"

    day: Mapped[Small] = mapped_column(primary_key=True)
    channel: Mapped[Name] = mapped_column(primary_key=True)
    gateway: Mapped[Name] = mapped_column(primary_key=True)
    sent: Mapped[Small]
    delivered: Mapped[Small]
    failed: Mapped[Small]
    refused: Mapped[Small]
    cost: Mapped[int] = mapped_column(BigInteger)

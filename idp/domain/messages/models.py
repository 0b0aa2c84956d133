"""Messages as the sandbox keeps them."""

from __future__ import annotations

from uuid import UUID, uuid4

from sqlalchemy.orm import Mapped, mapped_column

from idp.domain.store.base import Base, Moment, Name, SealedBytes


class SandboxMessage(Base):
    """A message delivered to the sandbox's outbox page because no mail server is configured there."""

    __tablename__ = "sandbox_message"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    channel: Mapped[Name]
    sealed: Mapped[SealedBytes]
    delivered_at: Mapped[Moment]

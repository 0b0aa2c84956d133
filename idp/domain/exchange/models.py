"""The ledger of releases."""

from __future__ import annotations

from uuid import UUID, uuid4

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from idp.domain.store.base import Base, Moment, Name, Words


class Release(Base):
    """One answer that carried citizen data: who received which claims, when, by which consent (UU PDP art. 31)."""

    __tablename__ = "release"
    __table_args__ = (Index("ix_release_citizen", "citizen_id", "at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    at: Mapped[Moment]
    citizen_id: Mapped[UUID]
    client_id: Mapped[Name]
    authorization_id: Mapped[UUID]
    family_id: Mapped[UUID]
    claims: Mapped[Words]
    channel: Mapped[Name]
    trace_id: Mapped[Name | None]

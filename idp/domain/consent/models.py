"""What a citizen gave a client."""

from __future__ import annotations

from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from idp.domain.store.base import Base, Digest, Moment, Name, SealedBytes, Words

STANDING = text("withdrawn_at IS NULL AND superseded_at IS NULL")


class Authorization(Base):
    """A consent act and what stands because of it (UU PDP art. 20-24). Never un-withdrawn: a new act is a new row.

    `granted` and `declined` are claim names, `resource` the services of others that may be called for the citizen
    (RFC 8707), `authorization_details` JSON text (RFC 9396); `record` is the exact text the citizen saw, sealed.
    """

    __tablename__ = "authorization"
    __table_args__ = (
        Index(
            "uq_authorization_standing",
            "citizen_id",
            "client_id",
            unique=True,
            sqlite_where=STANDING,
            postgresql_where=STANDING,
        ),
        Index("ix_authorization_citizen", "citizen_id"),
        Index("ix_authorization_subject", "client_id", "subject"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    citizen_id: Mapped[UUID] = mapped_column(ForeignKey("citizen.id"))
    client_id: Mapped[Name] = mapped_column(ForeignKey("client.id"))
    scope: Mapped[Words]
    granted: Mapped[Words]
    declined: Mapped[Words]
    resource: Mapped[Words | None]
    authorization_details: Mapped[Words | None]
    language: Mapped[Name]
    text_version: Mapped[Name]
    record: Mapped[SealedBytes]
    granted_at: Mapped[Moment]
    expires_at: Mapped[Moment]
    superseded_at: Mapped[Moment | None]
    withdrawn_at: Mapped[Moment | None]
    subject: Mapped[Digest | None]
    """A digest of the `sub` the client knows the citizen by: the way back from a hint (CIBA Core §7.1)."""
    email_contact: Mapped[UUID | None]
    phone_contact: Mapped[UUID | None]
    """The contact this client sees where it is not the primary one; one that is gone gives way to that."""


class ClientBlock(Base):
    """A citizen wants no more requests from a client (CIBA); lifting the block removes the row."""

    __tablename__ = "client_block"

    citizen_id: Mapped[UUID] = mapped_column(ForeignKey("citizen.id"), primary_key=True)
    client_id: Mapped[Name] = mapped_column(ForeignKey("client.id"), primary_key=True)
    blocked_at: Mapped[Moment]

"""Agencies, their client registrations, and changes that wait for a second pair of eyes."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from idp.domain.store.base import Base, Digest, Moment, Name, SealedBytes, Words


class Agency(Base):
    """A public body; the tenant to which clients and agency operators belong (decisions 1)."""

    __tablename__ = "agency"

    id: Mapped[Name] = mapped_column(primary_key=True)
    name_id: Mapped[Name]
    name_en: Mapped[Name]
    created_at: Mapped[Moment]


class ClientRegistration(Base):
    """A relying party: RFC 7591 metadata plus our members, its standing and its secret's digest."""

    __tablename__ = "client"
    __table_args__ = (
        CheckConstraint("environment in ('sandbox', 'production')", name="environment"),
        CheckConstraint("status in ('draft', 'approved', 'suspended', 'retired')", name="status"),
        Index("ix_client_agency", "agency_id"),
    )

    id: Mapped[Name] = mapped_column(primary_key=True)
    agency_id: Mapped[Name] = mapped_column(ForeignKey("agency.id"))
    environment: Mapped[Name]
    profile: Mapped[Name]
    status: Mapped[Name]
    client_metadata: Mapped[dict[str, Any]] = mapped_column("metadata", JSON)
    secret_digest: Mapped[Digest | None]
    secret_sealed: Mapped[SealedBytes | None]
    secret_issued_at: Mapped[Moment | None]
    registration_digest: Mapped[Digest | None]
    registered_for: Mapped[Name | None]
    logo_digest: Mapped[Digest | None]
    revision: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[Moment]
    updated_at: Mapped[Moment]


class Logo(Base):
    """A logo as we show it, named by its content: clients of one agency often share one."""

    __tablename__ = "logo"

    digest: Mapped[Digest] = mapped_column(primary_key=True)
    png: Mapped[bytes] = mapped_column(LargeBinary)
    fetched_at: Mapped[Moment]


class ClientChange(Base):
    """A proposed change to a production client; it takes effect when somebody else approves it."""

    __tablename__ = "client_change"
    __table_args__ = (
        CheckConstraint("kind in ('activate', 'amend', 'resume')", name="kind"),
        CheckConstraint(
            "decision is null or decision in ('approved', 'refused', 'replaced')", name="decision"
        ),
        Index("ix_client_change_client", "client_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    client_id: Mapped[Name] = mapped_column(ForeignKey("client.id"))
    kind: Mapped[Name]
    base_revision: Mapped[int]
    proposal: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    reason: Mapped[Words]
    proposed_by: Mapped[Name]
    proposed_at: Mapped[Moment]
    decided_by: Mapped[Name | None]
    decided_at: Mapped[Moment | None]
    decision: Mapped[Name | None]


class InitialAccessToken(Base):
    """Opens the registration endpoint for one agency and environment, a number of times until a day (RFC 7591 §3)."""

    __tablename__ = "initial_access_token"
    __table_args__ = (
        CheckConstraint("environment in ('sandbox', 'production')", name="environment"),
        CheckConstraint("uses_left >= 0", name="uses_left"),
        CheckConstraint("expires_at > created_at", name="lifetime"),
        Index("ix_initial_access_token_digest", "digest", unique=True),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    digest: Mapped[Digest]
    agency_id: Mapped[Name] = mapped_column(ForeignKey("agency.id"))
    environment: Mapped[Name]
    uses: Mapped[int]
    uses_left: Mapped[int]
    created_by: Mapped[Name]
    created_at: Mapped[Moment]
    expires_at: Mapped[Moment]
    revoked_at: Mapped[Moment | None]

"""The ledger of releases, and the agencies that publish attributes."""

from __future__ import annotations

from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from idp.domain.store.base import Base, Moment, Name, Words


class Release(Base):
    """One answer about a citizen: who received which claims, when, why, by which consent (UU PDP art. 31).

    A refusal has a row too, with its `reason` and the claims that were asked for and did not leave. `terms` is JSON:
    per claim its source, the legal basis and the purpose in both languages. The audit event of a row carries the digest
    of the row (`ledger.digest_of`), so that neither can change without the other.
    """

    __tablename__ = "release"
    __table_args__ = (
        CheckConstraint("outcome in ('released', 'refused')", name="outcome"),
        CheckConstraint("(outcome = 'refused') = (reason IS NOT NULL)", name="reason"),
        Index("ix_release_citizen", "citizen_id", "at"),
        Index("ix_release_client", "client_id", "at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    at: Mapped[Moment]
    citizen_id: Mapped[UUID]
    client_id: Mapped[Name]
    authorization_id: Mapped[UUID | None]
    family_id: Mapped[UUID | None]
    claims: Mapped[Words]
    channel: Mapped[Name]
    trace_id: Mapped[Name | None]
    outcome: Mapped[Name] = mapped_column(default="released")
    reason: Mapped[Name | None]
    terms: Mapped[Words | None]
    on_behalf_of: Mapped[Name | None]


class Publisher(Base):
    """An agency that serves attributes: where we ask, and by what it finds a person.

    `subject` is `nik`, where law lets the agency know people by it, or `sub`, its own pairwise subject of them. Without
    an `endpoint` it only pushes. `client_id` is the registration whose keys sign what it pushes.
    """

    __tablename__ = "publisher"
    __table_args__ = (
        CheckConstraint("subject in ('nik', 'sub')", name="subject"),
        CheckConstraint("status in ('active', 'proposed', 'suspended')", name="status"),
    )

    agency_id: Mapped[Name] = mapped_column(ForeignKey("agency.id"), primary_key=True)
    client_id: Mapped[Name] = mapped_column(ForeignKey("client.id"), unique=True)
    endpoint: Mapped[Words | None]
    subject: Mapped[Name]
    status: Mapped[Name] = mapped_column(default="active")
    proposed_by: Mapped[Name]
    created_at: Mapped[Moment]
    updated_at: Mapped[Moment]


class PublishedAttribute(Base):
    """One attribute and the only agency that may publish it; older than `max_age` seconds it is asked for again."""

    __tablename__ = "published_attribute"
    __table_args__ = (CheckConstraint("max_age > 0", name="max_age"),)

    attribute: Mapped[Name] = mapped_column(primary_key=True)
    agency_id: Mapped[Name] = mapped_column(ForeignKey("publisher.agency_id"))
    max_age: Mapped[int]


class SourceAnswer(Base):
    """What a publisher last said about a citizen's attribute, so that nobody waits twice for the same silence."""

    __tablename__ = "source_answer"
    __table_args__ = (
        CheckConstraint("outcome in ('known', 'unknown', 'failed', 'refused')", name="outcome"),
    )

    citizen_id: Mapped[UUID] = mapped_column(ForeignKey("citizen.id"), primary_key=True)
    attribute: Mapped[Name] = mapped_column(primary_key=True)
    agency_id: Mapped[Name]
    outcome: Mapped[Name]
    asked_at: Mapped[Moment]
    again_at: Mapped[Moment]


class ReleaseAlarm(Base):
    """A client received far more than usual in an hour; one row so that one worker rings once."""

    __tablename__ = "release_alarm"

    client_id: Mapped[Name] = mapped_column(ForeignKey("client.id"), primary_key=True)
    hour: Mapped[Moment] = mapped_column(primary_key=True)
    releases: Mapped[int]
    usual: Mapped[int]

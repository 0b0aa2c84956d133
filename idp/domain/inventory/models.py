"""The register of applications, the forms clients declare, and waivers for what is still asked."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import JSON, BigInteger, CheckConstraint, Date, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from idp.domain.store.base import Base, Digest, Moment, Name, Small, Words


class Application(Base):
    """One application of a public body, whether it signs people in here or not (features U2).

    `id` is derived from owner and slug, so that an import finds its rows again; decision 5 forbids that of people only.
    """

    __tablename__ = "application"
    __table_args__ = (
        CheckConstraint("users >= 0", name="users"),
        CheckConstraint("yearly_cost >= 0", name="yearly_cost"),
        Index("ix_application_owner", "owner_id", "slug"),
        Index("ix_application_users", "users", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    owner_id: Mapped[Name]
    owner: Mapped[Name]
    slug: Mapped[Name]
    name: Mapped[Name]
    url: Mapped[Words]
    purpose: Mapped[Words]
    users: Mapped[int] = mapped_column(BigInteger)
    yearly_cost: Mapped[int] = mapped_column(BigInteger)
    """In rupiah."""
    technology: Mapped[Words]
    retires_on: Mapped[date | None] = mapped_column(Date)
    digest: Mapped[Digest]
    vocabulary: Mapped[Digest]
    """Which vocabulary its fields were matched with."""
    revision: Mapped[Small]
    registered_at: Mapped[Moment]
    updated_at: Mapped[Moment]


class ApplicationField(Base):
    """One thing an application asks people for, and the attribute it was matched with."""

    __tablename__ = "application_field"
    __table_args__ = (
        CheckConstraint("confidence between 0 and 100", name="confidence"),
        Index("ix_application_field_concept", "concept", "application_id"),
    )

    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"), primary_key=True)
    position: Mapped[Small] = mapped_column(primary_key=True)
    name: Mapped[Name]
    label: Mapped[Words]
    concept: Mapped[Name]
    """The attribute, or `label:` and the normalised label where nothing matched."""
    known: Mapped[bool]
    """Whether the state holds it and can hand it over: asking for it is asking again."""
    confidence: Mapped[Small]


class ApplicationChange(Base):
    """What an import changed in an application: member by member, old and new."""

    __tablename__ = "application_change"
    __table_args__ = (Index("ix_application_change_application", "application_id", "revision"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"))
    revision: Mapped[Small]
    members: Mapped[dict[str, Any]] = mapped_column(JSON)
    changed_by: Mapped[Name]
    changed_at: Mapped[Moment]


class RetirementProposal(Base):
    """An application that another one could replace; made anew by every import that changes something."""

    __tablename__ = "retirement_proposal"

    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"), primary_key=True)
    keeper_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"))
    rank: Mapped[Small]
    shared: Mapped[Small]
    fields: Mapped[Small]
    likeness: Mapped[Small]
    """Of fields and purpose together, in percent."""
    saving: Mapped[int] = mapped_column(BigInteger)
    """Rupiah a year."""


class RegisterSummary(Base):
    """The register in numbers, as of the last import that changed something: pages read one row, not all of it."""

    __tablename__ = "register_summary"

    id: Mapped[Small] = mapped_column(primary_key=True, autoincrement=False)
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
    made_at: Mapped[Moment]


class DeclaredForm(Base):
    """A form a client says it shows to people; its lint decides whether the client reaches production (F9)."""

    __tablename__ = "declared_form"

    client_id: Mapped[Name] = mapped_column(ForeignKey("client.id"), primary_key=True)
    name: Mapped[Name] = mapped_column(primary_key=True)
    form: Mapped[dict[str, Any]] = mapped_column(JSON)
    declared_by: Mapped[Name]
    declared_at: Mapped[Moment]


class Waiver(Base):
    """Leave to ask for a known attribute in one form until a day; asked by one person, approved by another (F21)."""

    __tablename__ = "waiver"
    __table_args__ = (
        CheckConstraint("ends_on > starts_on", name="term"),
        CheckConstraint("approved_by IS NULL OR approved_by <> asked_by", name="two_people"),
        Index("ix_waiver_agency", "agency_id", "form"),
        Index("ix_waiver_ends", "ends_on"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    agency_id: Mapped[Name] = mapped_column(ForeignKey("agency.id"))
    client_id: Mapped[Name | None] = mapped_column(ForeignKey("client.id"))
    """Whose form; None: an application of the agency that is no client of ours."""
    form: Mapped[Name]
    attribute: Mapped[Name]
    reason: Mapped[Words]
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date] = mapped_column(Date)
    """The last day it holds."""
    asked_by: Mapped[Name]
    asked_at: Mapped[Moment]
    approved_by: Mapped[Name | None]
    approved_at: Mapped[Moment | None]
    ended_by: Mapped[Name | None]
    ended_at: Mapped[Moment | None]
    """Refused before it was approved, or ended before its day."""

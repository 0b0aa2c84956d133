"""Letters that lead back in, permits for a new factor, and cases."""

from __future__ import annotations

from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from idp.domain.store.base import Base, Digest, Moment, Name, SealedBytes, Words


class RecoveryLetter(Base):
    """Somebody asked for a way back; a worker finds out whose it is and writes the letter, or lets it be.

    The request writes the same row whether there is such an account or not (attacks O-091). `subject` is the keyed
    digest of what was typed. `digest` is of the link in the letter; it opens one thing, once, for one account.
    """

    __tablename__ = "recovery_letter"
    __table_args__ = (
        CheckConstraint("purpose in ('password', 'identity')", name="purpose"),
        Index(
            "ix_recovery_letter_waiting",
            "asked_at",
            sqlite_where=text("handled_at IS NULL"),
            postgresql_where=text("handled_at IS NULL"),
        ),
        Index("ix_recovery_letter_account", "account_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    purpose: Mapped[Name]
    kind: Mapped[Name]
    subject: Mapped[Digest]
    proved: Mapped[bool]
    """Whether the population registry agreed with what was typed; for `password` nothing is asked."""
    interaction: Mapped[Words | None]
    asked_at: Mapped[Moment]
    handled_at: Mapped[Moment | None]
    account_id: Mapped[UUID | None]
    citizen_id: Mapped[UUID | None]
    contact_id: Mapped[UUID | None]
    """Where the letter went: what came to a telephone proves that telephone and nothing else."""
    digest: Mapped[Digest | None] = mapped_column(unique=True)
    expires_at: Mapped[Moment | None]
    used_at: Mapped[Moment | None]
    retired_at: Mapped[Moment | None]


class SupportCase(Base):
    """Something people look after: a citizen at a counter, or an account its owner has locked.

    One of a kind is open per citizen. `digest` is of the link that opened it, so that a link opens one case.
    """

    __tablename__ = "support_case"
    __table_args__ = (
        CheckConstraint("kind in ('counter', 'not_me')", name="kind"),
        CheckConstraint("state in ('open', 'approved', 'refused', 'closed')", name="state"),
        CheckConstraint("decided_by IS NULL OR decided_by <> opened_by", name="two_people"),
        Index(
            "uq_support_case_open",
            "citizen_id",
            "kind",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        Index("ix_support_case_agency", "agency_id", "opened_at"),
        Index("ix_support_case_citizen", "citizen_id", "opened_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    kind: Mapped[Name]
    state: Mapped[Name] = mapped_column(default="open")
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    citizen_id: Mapped[UUID] = mapped_column(ForeignKey("citizen.id"))
    agency_id: Mapped[Name | None] = mapped_column(ForeignKey("agency.id"))
    reason: Mapped[Name]
    document: Mapped[Name | None]
    notes: Mapped[SealedBytes | None]
    opened_by: Mapped[Name | None]
    opened_at: Mapped[Moment]
    expires_at: Mapped[Moment | None]
    decided_by: Mapped[Name | None]
    decided_at: Mapped[Moment | None]
    digest: Mapped[Digest | None] = mapped_column(unique=True)


class EnrolmentPermit(Base):
    """Leave to set a new password and a new second factor, once, within a day; never a session by itself."""

    __tablename__ = "enrolment_permit"
    __table_args__ = (
        CheckConstraint("origin in ('counter', 'identity')", name="origin"),
        Index("ix_enrolment_permit_account", "account_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    citizen_id: Mapped[UUID] = mapped_column(ForeignKey("citizen.id"))
    origin: Mapped[Name]
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("support_case.id"))
    digest: Mapped[Digest] = mapped_column(unique=True)
    created_at: Mapped[Moment]
    expires_at: Mapped[Moment]
    used_at: Mapped[Moment | None]
    retired_at: Mapped[Moment | None]

"""What agencies report of values that others own, and the cases about data that may be wrong (features F12, G7)."""

from __future__ import annotations

from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from idp.domain.store.base import Base, Moment, Name, SealedBytes

CURRENT = text("superseded_at IS NULL")
UNDECIDED = text("decided_at IS NULL")
UNTOLD = text("told_at IS NULL")
REPORTED = text("reported_by IS NOT NULL")
REPLACED = text("superseded_at IS NOT NULL")


class Observation(Base):
    """What an agency holds of an attribute that another one owns; never released, only compared.

    `verdict` is what the owner said of it: `wrong` or `right`; `case_number` where.
    """

    __tablename__ = "observation"
    __table_args__ = (
        CheckConstraint("verdict in ('wrong', 'right')", name="verdict"),
        Index(
            "uq_observation_current",
            "citizen_id",
            "attribute",
            "source",
            unique=True,
            sqlite_where=CURRENT,
            postgresql_where=CURRENT,
        ),
        Index(
            "ix_observation_replaced",
            "superseded_at",
            sqlite_where=REPLACED,
            postgresql_where=REPLACED,
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    citizen_id: Mapped[UUID] = mapped_column(ForeignKey("citizen.id"))
    attribute: Mapped[Name]
    source: Mapped[Name]
    sealed: Mapped[SealedBytes]
    verified_at: Mapped[Moment | None]
    observed_at: Mapped[Moment]
    superseded_at: Mapped[Moment | None]
    verdict: Mapped[Name | None]
    case_number: Mapped[Name | None]
    settled_at: Mapped[Moment | None]


class DataCase(Base):
    """A value somebody says is wrong: another agency's record (`conflict`) or the citizen (`correction`).

    One of a kind is open per citizen and attribute. `owner_id` must answer until `due_at`: an agency, or
    `population_registry`, for which the national administrators answer. `reported_by` is the agency whose record
    differs, None for a citizen's request. `answered_by` has proposed the new value that `decided_by` confirms: two
    people. What was said, proposed and answered is sealed with the citizen's data key.

    `told_at` is when everybody concerned was told that it is open, `late_at` when operators were alerted.
    """

    __tablename__ = "data_case"
    __table_args__ = (
        CheckConstraint("kind in ('conflict', 'correction')", name="kind"),
        CheckConstraint("state in ('open', 'answered', 'closed')", name="state"),
        CheckConstraint(
            "outcome in ('kept', 'corrected', 'other_source_wrong', 'rejected', 'withdrawn')", name="outcome"
        ),
        CheckConstraint("(state = 'closed') = (decided_at IS NOT NULL)", name="decided"),
        CheckConstraint("outcome <> 'corrected' OR decided_by <> answered_by", name="two_people"),
        Index(
            "uq_data_case_open",
            "citizen_id",
            "attribute",
            "kind",
            unique=True,
            sqlite_where=UNDECIDED,
            postgresql_where=UNDECIDED,
        ),
        Index("uq_data_case_number", "number", unique=True),
        Index("ix_data_case_owner", "owner_id", "due_at", sqlite_where=UNDECIDED, postgresql_where=UNDECIDED),
        Index("ix_data_case_citizen", "citizen_id", "opened_at"),
        Index("ix_data_case_decided", "decided_at"),
        Index(
            "ix_data_case_reported",
            "opened_at",
            "reported_by",
            sqlite_where=REPORTED,
            postgresql_where=REPORTED,
        ),
        Index("ix_data_case_untold", "opened_at", sqlite_where=UNTOLD, postgresql_where=UNTOLD),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    number: Mapped[Name]
    kind: Mapped[Name]
    state: Mapped[Name] = mapped_column(default="open")
    citizen_id: Mapped[UUID] = mapped_column(ForeignKey("citizen.id"))
    attribute: Mapped[Name]
    owner_id: Mapped[Name]
    reported_by: Mapped[Name | None]
    opened_at: Mapped[Moment]
    due_at: Mapped[Moment]
    told_at: Mapped[Moment | None]
    late_at: Mapped[Moment | None]
    said: Mapped[SealedBytes | None]
    proposed: Mapped[SealedBytes | None]
    document: Mapped[SealedBytes | None]
    answer: Mapped[SealedBytes | None]
    new_value: Mapped[SealedBytes | None]
    answered_by: Mapped[Name | None]
    answered_at: Mapped[Moment | None]
    decided_by: Mapped[Name | None]
    decided_at: Mapped[Moment | None]
    outcome: Mapped[Name | None]


class ConflictAlarm(Base):
    """An agency opened far more conflicts than agencies do; one row so that one worker rings once a day."""

    __tablename__ = "conflict_alarm"

    agency_id: Mapped[Name] = mapped_column(ForeignKey("agency.id"), primary_key=True)
    day: Mapped[Moment] = mapped_column(primary_key=True)
    conflicts: Mapped[int]

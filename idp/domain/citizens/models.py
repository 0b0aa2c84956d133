"""Accounts, the citizens behind them, their identifiers and their sealed, dated attributes."""

from __future__ import annotations

from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from idp.domain.store.base import Base, Digest, Moment, Name, SealedBytes, Words


class Account(Base):
    """Credentials, throttle and sessions of one person; the person's data is the `Citizen` (decisions 2)."""

    __tablename__ = "account"
    __table_args__ = (
        CheckConstraint("kind in ('citizen', 'operator')", name="kind"),
        CheckConstraint("status in ('active', 'locked', 'closed')", name="status"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    kind: Mapped[Name]
    status: Mapped[Name] = mapped_column(default="active")
    password_hash: Mapped[Words | None]
    password_changed_at: Mapped[Moment | None]
    created_at: Mapped[Moment]


class Operator(Base):
    """An account that may use the console. Agency administrators are bound to one agency."""

    __tablename__ = "operator"
    __table_args__ = (CheckConstraint("role in ('super', 'agency', 'readonly', 'officer')", name="role"),)

    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), primary_key=True)
    display_name: Mapped[Name]
    role: Mapped[Name]
    agency_id: Mapped[Name | None] = mapped_column(ForeignKey("agency.id"))


class Citizen(Base):
    """One person. `data_key` opens their sealed values; destroying it forgets them (decisions 16)."""

    __tablename__ = "citizen"
    __table_args__ = (
        CheckConstraint("ial in ('ial0', 'ial1', 'ial2', 'ial3')", name="ial"),
        CheckConstraint("proofing in ('none', 'pending', 'verified', 'mismatch')", name="proofing"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), unique=True)
    data_key: Mapped[SealedBytes | None]
    ial: Mapped[Name] = mapped_column(default="ial0")
    proofing: Mapped[Name] = mapped_column(default="none")
    locale: Mapped[Name] = mapped_column(default="id")
    zoneinfo: Mapped[Name] = mapped_column(default="Asia/Jakarta")
    created_at: Mapped[Moment]
    updated_at: Mapped[Moment]
    erased_at: Mapped[Moment | None]


class Identifier(Base):
    """What a person can be found by, as a keyed digest: `nik`, `email`, `phone`, `username` or `nip`.

    `login` marks the one account that may sign in with a value; a shared phone or e-mail stays a contact of
    the others without ever being ambiguous. One NIK is one account, by construction.
    """

    __tablename__ = "identifier"
    __table_args__ = (
        Index(
            "uq_identifier_login",
            "kind",
            "digest",
            unique=True,
            sqlite_where=text("login"),
            postgresql_where=text("login"),
        ),
        Index("ix_identifier_account", "account_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    kind: Mapped[Name]
    digest: Mapped[Digest]
    login: Mapped[bool]
    created_at: Mapped[Moment]


class Contact(Base):
    """An e-mail address or phone number of a citizen; `id` is that of the identifier it is found by (ADR 0024).

    The value of the primary one is the attribute `email` or `phone_number`; the others keep theirs in `sealed`.
    `channels` are what a phone takes messages by: `sms`, `whatsapp`.
    """

    __tablename__ = "contact"
    __table_args__ = (
        CheckConstraint("kind in ('email', 'phone')", name="kind"),
        CheckConstraint("is_primary = (sealed IS NULL)", name="one_value"),
        Index(
            "uq_contact_primary",
            "citizen_id",
            "kind",
            unique=True,
            sqlite_where=text("is_primary"),
            postgresql_where=text("is_primary"),
        ),
        Index("ix_contact_citizen", "citizen_id"),
    )

    id: Mapped[UUID] = mapped_column(ForeignKey("identifier.id"), primary_key=True)
    citizen_id: Mapped[UUID] = mapped_column(ForeignKey("citizen.id"))
    kind: Mapped[Name]
    is_primary: Mapped[bool]
    sealed: Mapped[SealedBytes | None]
    channels: Mapped[Name]
    verified_at: Mapped[Moment | None]
    created_at: Mapped[Moment]


class AttributeValue(Base):
    """One dated value with its provenance: sealed JSON; superseded values are kept (features D12).

    `case_number` and `case_outcome` are of the case that looked at this very value, if one did (features F12).
    """

    __tablename__ = "attribute_value"
    __table_args__ = (
        Index(
            "uq_attribute_current",
            "citizen_id",
            "name",
            unique=True,
            sqlite_where=text("superseded_at IS NULL"),
            postgresql_where=text("superseded_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    citizen_id: Mapped[UUID] = mapped_column(ForeignKey("citizen.id"))
    name: Mapped[Name]
    sealed: Mapped[SealedBytes]
    source: Mapped[Name]
    level: Mapped[Name]
    verified_at: Mapped[Moment | None]
    valid_from: Mapped[Moment | None]
    valid_until: Mapped[Moment | None]
    recorded_at: Mapped[Moment]
    superseded_at: Mapped[Moment | None]
    case_number: Mapped[Name | None]
    case_outcome: Mapped[Name | None]


class Role(Base):
    """A role a public body vouches for, such as `civil_servant`; a client may require one."""

    __tablename__ = "role"
    __table_args__ = (Index("ix_role_citizen", "citizen_id", "name"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    citizen_id: Mapped[UUID] = mapped_column(ForeignKey("citizen.id"))
    name: Mapped[Name]
    source: Mapped[Name]
    valid_from: Mapped[Moment]
    valid_until: Mapped[Moment | None]


class RegistrationDraft(Base):
    """What a newcomer has entered so far, sealed, until the account exists or the draft expires."""

    __tablename__ = "registration_draft"

    digest: Mapped[Digest] = mapped_column(primary_key=True)
    step: Mapped[Name]
    sealed: Mapped[SealedBytes]
    interaction: Mapped[Words | None]
    created_at: Mapped[Moment]
    expires_at: Mapped[Moment]
    completed_at: Mapped[Moment | None]


class PendingChange(Base):
    """A grave change that waits. `digest` is of the token that cancels it; `payload` is forgotten when it ends.

    `due_at` is when a worker looks at it next: `effective_at` at first, later after a failed attempt.
    """

    __tablename__ = "pending_change"
    __table_args__ = (
        CheckConstraint("ended_by in ('link', 'owner', 'void')", name="ended_by"),
        CheckConstraint("applied_at IS NULL OR cancelled_at IS NULL", name="one_end"),
        Index(
            "ix_pending_change_due",
            "due_at",
            sqlite_where=text("applied_at IS NULL AND cancelled_at IS NULL"),
            postgresql_where=text("applied_at IS NULL AND cancelled_at IS NULL"),
        ),
        Index("ix_pending_change_citizen", "citizen_id", "asked_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    citizen_id: Mapped[UUID] = mapped_column(ForeignKey("citizen.id"))
    kind: Mapped[Name]
    payload: Mapped[SealedBytes]
    digest: Mapped[Digest] = mapped_column(unique=True)
    actor: Mapped[Name | None]
    asked_at: Mapped[Moment]
    effective_at: Mapped[Moment]
    due_at: Mapped[Moment]
    attempts: Mapped[int] = mapped_column(default=0)
    applied_at: Mapped[Moment | None]
    cancelled_at: Mapped[Moment | None]
    ended_by: Mapped[Name | None]

"""What one agency may read of another: agreements, and every step they went through."""

from __future__ import annotations

from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from idp.domain.store.base import Base, Moment, Name, Words


class Agreement(Base):
    """A consumer agency may read attributes of their owner, for one purpose and on one ground (UU PDP art. 20, 51).

    `agreed`: the owner has said yes and the platform has not yet. Only `in_force` lets anything flow, and only
    before `expires_at`. `resume_asked_by` has asked for a suspended one to work again; somebody else confirms it.
    """

    __tablename__ = "agreement"
    __table_args__ = (
        CheckConstraint(
            "status in ('requested', 'agreed', 'in_force', 'suspended', 'ended', 'refused')", name="status"
        ),
        CheckConstraint(
            "legal_basis in ('consent', 'contract', 'law', 'vital_interest', 'public_duty', 'legitimate_interest')",
            name="legal_basis",
        ),
        CheckConstraint("consumer_id <> owner_id", name="two_agencies"),
        CheckConstraint("approved_by IS NULL OR approved_by <> requested_by", name="two_people"),
        CheckConstraint("retention_days >= 0", name="retention"),
        CheckConstraint("expires_at > created_at", name="lifetime"),
        Index("ix_agreement_consumer", "consumer_id", "status"),
        Index("ix_agreement_owner", "owner_id", "status"),
        Index("ix_agreement_expires", "expires_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    consumer_id: Mapped[Name] = mapped_column(ForeignKey("agency.id"))
    owner_id: Mapped[Name] = mapped_column(ForeignKey("agency.id"))
    attributes: Mapped[Words]
    purpose_id: Mapped[Words]
    purpose_en: Mapped[Words]
    legal_basis: Mapped[Name]
    legal_reference: Mapped[Words]
    retention_days: Mapped[int]
    status: Mapped[Name]
    supersedes_id: Mapped[UUID | None] = mapped_column(ForeignKey("agreement.id"))
    requested_by: Mapped[Name]
    agreed_by: Mapped[Name | None]
    agreed_at: Mapped[Moment | None]
    approved_by: Mapped[Name | None]
    approved_at: Mapped[Moment | None]
    resume_asked_by: Mapped[Name | None]
    created_at: Mapped[Moment]
    expires_at: Mapped[Moment]


class AgreementStep(Base):
    """One thing somebody did to an agreement, with the reason they gave."""

    __tablename__ = "agreement_step"
    __table_args__ = (CheckConstraint("party in ('consumer', 'owner', 'platform')", name="party"),)

    agreement_id: Mapped[UUID] = mapped_column(ForeignKey("agreement.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[Moment]
    step: Mapped[Name]
    party: Mapped[Name]
    actor: Mapped[Name]
    reason: Mapped[Words]

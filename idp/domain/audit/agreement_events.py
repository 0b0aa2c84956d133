"""Events of agreements between agencies; `events.py` lists them with all others.

Reasons are words people wrote, so they stay in the agreement's own history and out of the audit log.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from idp.domain.audit.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementRequested(Event):
    """An agency asked to read attributes of another; `supersedes` names the agreement it would replace."""

    agreement_id: UUID
    consumer_id: str
    owner_id: str
    attributes: tuple[str, ...]
    supersedes: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementAgreed(Event):
    """The owner of the attributes said yes; the platform has yet to."""

    agreement_id: UUID
    consumer_id: str
    owner_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementInForce(Event):
    """The platform approved an agreement; from now on the attributes may flow."""

    agreement_id: UUID
    consumer_id: str
    owner_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementRefused(Event):
    """The owner or the platform said no."""

    agreement_id: UUID
    consumer_id: str
    owner_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementSuspended(Event):
    """An agreement was stopped; nothing flows under it until two people let it work again."""

    agreement_id: UUID
    consumer_id: str
    owner_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementResumeAsked(Event):
    """Somebody asked for a suspended agreement to work again; somebody else has to confirm it."""

    agreement_id: UUID
    consumer_id: str
    owner_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementResumed(Event):
    """A second person confirmed; a suspended agreement works again."""

    agreement_id: UUID
    consumer_id: str
    owner_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementEndAsked(Event):
    """The agency that asked for an agreement needs it no more; it stands until somebody ends it."""

    agreement_id: UUID
    consumer_id: str
    owner_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementEnded(Event):
    """An agreement is over for good; `superseded_by` names the one that took its place."""

    agreement_id: UUID
    consumer_id: str
    owner_id: str
    superseded_by: UUID | None = None

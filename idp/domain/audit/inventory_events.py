"""Events of the inventory: the application register, declared forms and waivers."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from idp.domain.audit.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationsImported(Event):
    """A file of applications was brought into the register; counts of what it did."""

    added: int
    changed: int
    same: int
    skipped: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FormDeclared(Event):
    """A client declared a form it shows to people, anew or changed; `asks_known` counts fields the state holds."""

    form: str
    fields: int
    asks_known: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FormWithdrawn(Event):
    """A client shows a form no more."""

    form: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WaiverAsked(Event):
    """Somebody asked for leave to ask for a known attribute in one form, until a day."""

    waiver_id: UUID
    agency_id: str
    attribute: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WaiverApproved(Event):
    """A second person gave that leave."""

    waiver_id: UUID
    agency_id: str
    attribute: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WaiverEnded(Event):
    """A waiver was refused, or ended before its day."""

    waiver_id: UUID
    agency_id: str
    attribute: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GoLiveRefused(Event):
    """A production client was not approved because its forms ask for what the state holds (features F9)."""

    forms: tuple[str, ...]

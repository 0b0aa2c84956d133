"""Events of the exchange: what agencies publish, what was asked of them, what did not leave."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from idp.domain.audit.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseRefused(Event):
    """A client asked for citizen data and did not get it; the ledger row `release_id` names claims and reason."""

    IN_HISTORY: ClassVar[bool] = True
    release_id: UUID
    claims: tuple[str, ...]
    reason: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributesFetched(Event):
    """A publisher answered about a citizen; what it said is kept with its source."""

    agency_id: str
    attributes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributesPushed(Event):
    """A publisher sent values of a citizen by itself."""

    IN_HISTORY: ClassVar[bool] = True
    agency_id: str
    attributes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PublisherFailed(Event):
    """A publisher gave no usable answer about a citizen: `reason` says which rule it broke, or that it is away."""

    agency_id: str
    attributes: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PublisherRegistered(Event):
    """An agency publishes these attributes from now on."""

    agency_id: str
    attributes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PublisherSuspended(Event):
    """Nothing is asked of a publisher, nor taken from it, until it is resumed."""

    agency_id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PublisherResumed(Event):
    """A publisher is asked again."""

    agency_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleasesUnusual(Event):
    """A client received far more data in an hour than it is used to: somebody should look."""

    hour: str
    releases: int
    usual: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictsUnusual(Event):
    """An agency disagreed with other owners very often within a day: somebody should look."""

    agency_id: str
    conflicts: int

"""Events of cases about data that may be wrong; `events.py` lists them with all others (features F12, G7, G14)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from idp.domain.audit.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class DataDisputed(Event):
    """Two agencies hold different values; nobody receives either until the owner has answered."""

    IN_HISTORY: ClassVar[bool] = True
    case_id: UUID
    attribute: str
    owner: str
    reported_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionAsked(Event):
    """The citizen says that a value is wrong; its owner must answer in 3 x 24 hours (UU PDP art. 30)."""

    IN_HISTORY: ClassVar[bool] = True
    case_id: UUID
    attribute: str
    owner: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionWithdrawn(Event):
    """The citizen called a request for correction off."""

    IN_HISTORY: ClassVar[bool] = True
    case_id: UUID
    attribute: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DataCaseViewed(Event):
    """An officer opened a case and saw the values in it, and said why (features G14)."""

    IN_HISTORY: ClassVar[bool] = True
    case_id: UUID
    attribute: str
    agency_id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DataCaseAnswered(Event):
    """An officer of the owner proposed a new value; a second one of the same agency has to confirm it."""

    IN_HISTORY: ClassVar[bool] = True
    case_id: UUID
    attribute: str
    agency_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DataCaseReturned(Event):
    """A second officer did not confirm a proposed value; the case is open again."""

    IN_HISTORY: ClassVar[bool] = True
    case_id: UUID
    attribute: str
    agency_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DataCaseDecided(Event):
    """The owner answered: `kept`, `corrected`, `other_source_wrong` or `rejected`."""

    IN_HISTORY: ClassVar[bool] = True
    case_id: UUID
    attribute: str
    outcome: str
    agency_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DataCaseLate(Event):
    """The owner of a value has not answered within 3 x 24 hours."""

    IN_HISTORY: ClassVar[bool] = True
    case_id: UUID
    attribute: str
    owner: str

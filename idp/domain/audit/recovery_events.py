"""Events of ways back into an account and of grave changes that wait; `events.py` lists them with all others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from idp.domain.audit.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeAsked(Event):
    """A grave change was asked for; it waits until `effective_at` and can be cancelled until then."""

    IN_HISTORY: ClassVar[bool] = True
    change_id: UUID
    kind: str
    effective_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeCancelled(Event):
    """A waiting change was called off: by its link, by its owner, or because it had become void."""

    IN_HISTORY: ClassVar[bool] = True
    change_id: UUID
    kind: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeApplied(Event):
    """A change took effect after its waiting time."""

    IN_HISTORY: ClassVar[bool] = True
    change_id: UUID
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryLetterWritten(Event):
    """Somebody asked for a way back; a link was sent to the citizen's confirmed addresses."""

    IN_HISTORY: ClassVar[bool] = True
    purpose: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountLocked(Event):
    """The citizen said "that was not me"; sessions and tokens ended, nobody signs in until a way back is taken."""

    IN_HISTORY: ClassVar[bool] = True
    account_id: UUID
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountUnlocked(Event):
    """An account its owner had locked was opened by a way back: `card`, `counter` or `identity`."""

    IN_HISTORY: ClassVar[bool] = True
    account_id: UUID
    way: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CitizenLookedUp(Event):
    """An officer opened the file of a citizen and said why; without a citizen: nobody was found (features G14)."""

    IN_HISTORY: ClassVar[bool] = True
    reason: str
    agency_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseOpened(Event):
    """A case was opened: at a counter by an officer, or by the citizen who locked the account."""

    IN_HISTORY: ClassVar[bool] = True
    case_id: UUID
    kind: str
    agency_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseDecided(Event):
    """A second officer approved or refused a case."""

    IN_HISTORY: ClassVar[bool] = True
    case_id: UUID
    decision: str
    agency_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PermitIssued(Event):
    """Leave was given to set a new password and factor once within a day, by a counter or an identity check."""

    IN_HISTORY: ClassVar[bool] = True
    origin: str
    case_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRenewed(Event):
    """A permit was used: new password, new second factor, new recovery card; the level of identity stays."""

    IN_HISTORY: ClassVar[bool] = True
    origin: str
    case_id: UUID | None = None

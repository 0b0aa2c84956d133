"""Events of registrations, operators and keys; `events.py` lists them with all others."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from idp.domain.audit.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientRegistered(Event):
    """A client registration was made; production ones start as drafts."""

    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientAmended(Event):
    """A client registration changed; `members` are the metadata names that differ."""

    revision: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientChangeProposed(Event):
    """A change to a production client waits for a second administrator."""

    change_id: UUID
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientChangeDecided(Event):
    """A second administrator approved or refused a change."""

    change_id: UUID
    decision: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientSuspended(Event):
    """A client was stopped; nothing is issued to it any more."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientResumed(Event):
    """A suspended client may work again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientRetired(Event):
    """A client ended for good; its id is never given to another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientSecretIssued(Event):
    """A client secret was made and shown once; the earlier one is void."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InitialAccessTokenCreated(Event):
    """An administrator let clients of an agency register themselves, a number of times (RFC 7591 §3)."""

    token_id: UUID
    agency_id: str
    environment: str
    uses: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InitialAccessTokenUsed(Event):
    """A client registered itself by an initial access token."""

    token_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class InitialAccessTokenRevoked(Event):
    """An initial access token was ended before its time."""

    token_id: UUID
    agency_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgencyRegistered(Event):
    """An agency joined."""

    agency_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgencyRenamed(Event):
    """The names of an agency changed."""

    agency_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorCreated(Event):
    """An administrator's account was made."""

    account_id: UUID
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorSignedIn(Event):
    """An administrator signed in to the console."""

    account_id: UUID
    session_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessRefused(Event):
    """Somebody asked for something of the console outside their role or agency; `what` is a word for it."""

    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeysRotated(Event):
    """Signing keys changed state; `moves` name kid and new state."""

    moves: tuple[str, ...]

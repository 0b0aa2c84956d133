"""Events of what citizens manage themselves: contacts, language, factors, their copy of the data, the end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from idp.domain.audit.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactAdded(Event):
    """A citizen proved by a code that an e-mail address or phone number (`kind`) is theirs."""

    IN_HISTORY: ClassVar[bool] = True
    kind: str
    contact_id: UUID
    signs_in: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactMadePrimary(Event):
    """Another contact of its kind is the one that is used and shared unless something else was chosen."""

    IN_HISTORY: ClassVar[bool] = True
    kind: str
    contact_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactRemoved(Event):
    """A contact is gone; it opens nothing and nothing is sent to it any more."""

    IN_HISTORY: ClassVar[bool] = True
    kind: str
    contact_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginMoved(Event):
    """A value that was never confirmed here signs in somebody else, who confirmed it; it stays a contact."""

    account_id: UUID
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelsChosen(Event):
    """A citizen chose what a phone number takes messages by."""

    IN_HISTORY: ClassVar[bool] = True
    contact_id: UUID
    channels: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AgencyContactChosen(Event):
    """A citizen chose which contact a client sees; `kinds` are those that differ from the primary one."""

    IN_HISTORY: ClassVar[bool] = True
    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageChosen(Event):
    """A citizen chose the language of letters, which is also the claim `locale`."""

    IN_HISTORY: ClassVar[bool] = True
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfStated(Event):
    """A citizen let a service keep what they said of themselves for other services; `claims` are names."""

    IN_HISTORY: ClassVar[bool] = True
    claims: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfStatedRemoved(Event):
    """A citizen took back what they had said of themselves; `claims` are names."""

    IN_HISTORY: ClassVar[bool] = True
    claims: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorRemoved(Event):
    """A factor was taken off an account; another one was there."""

    IN_HISTORY: ClassVar[bool] = True
    account_id: UUID
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordRefused(Event):
    """Somebody in a fresh session did not know the password they wanted to change."""

    account_id: UUID
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DataExported(Event):
    """A citizen took a copy of everything held about them (UU PDP art. 32)."""

    IN_HISTORY: ClassVar[bool] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountClosed(Event):
    """A citizen's account ended at their wish: the key of their data is destroyed, a tombstone stays."""

    IN_HISTORY: ClassVar[bool] = True
    account_id: UUID

"""Every audit event: a documented class with fields, no free text, no personal data (style 21).

`citizen_id`, `client_id` and `actor` become columns of the record, all other fields its detail. Identifiers of ours
are random (decisions 5), so a record names nobody to an outsider.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from idp.domain.audit import (
    abuse_events,
    account_events,
    agreement_events,
    announcement_events,
    case_events,
    decoupled_events,
    device_events,
    exchange_events,
    inventory_events,
    message_events,
    passkey_events,
    recovery_events,
)
from idp.domain.audit.admin_events import (
    AccessRefused as AccessRefused,
    AgencyRegistered as AgencyRegistered,
    AgencyRenamed as AgencyRenamed,
    ClientAmended as ClientAmended,
    ClientChangeDecided as ClientChangeDecided,
    ClientChangeProposed as ClientChangeProposed,
    ClientRegistered as ClientRegistered,
    ClientResumed as ClientResumed,
    ClientRetired as ClientRetired,
    ClientSecretIssued as ClientSecretIssued,
    ClientSuspended as ClientSuspended,
    InitialAccessTokenCreated as InitialAccessTokenCreated,
    InitialAccessTokenRevoked as InitialAccessTokenRevoked,
    InitialAccessTokenUsed as InitialAccessTokenUsed,
    KeysRotated as KeysRotated,
    OperatorCreated as OperatorCreated,
    OperatorSignedIn as OperatorSignedIn,
)
from idp.domain.audit.event import Event as Event


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRegistered(Event):
    """A citizen account came into being."""

    IN_HISTORY: ClassVar[bool] = True
    account_id: UUID
    channel: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityVerified(Event):
    """The population registry confirmed who this is; the identity assurance level rose."""

    IN_HISTORY: ClassVar[bool] = True
    level: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityMismatched(Event):
    """The registry did not confirm every field; `fields` are field names, never values."""

    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofingDeferred(Event):
    """The registry did not answer; the check is queued and resumes by itself."""

    IN_HISTORY: ClassVar[bool] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordSet(Event):
    """A password was set or changed."""

    IN_HISTORY: ClassVar[bool] = True
    account_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorEnrolled(Event):
    """A second factor was confirmed."""

    IN_HISTORY: ClassVar[bool] = True
    account_id: UUID
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryCardIssued(Event):
    """Ten recovery codes were made; an earlier card is void."""

    IN_HISTORY: ClassVar[bool] = True
    account_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryCodeUsed(Event):
    """A line of the recovery card opened the second step; `left` remain."""

    IN_HISTORY: ClassVar[bool] = True
    account_id: UUID
    left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn(Event):
    """A first factor was right and a session started or rose."""

    IN_HISTORY: ClassVar[bool] = True
    account_id: UUID
    session_id: UUID
    acr: str
    amr: str
    device: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInRefused(Event):
    """A sign-in failed: `reason` is password, locked, throttled or unknown (then nobody is named)."""

    reason: str
    account_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondFactorRefused(Event):
    """A second factor was wrong, replayed or throttled."""

    account_id: UUID
    kind: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionEnded(Event):
    """A session ended: by logout, by its owner elsewhere, by a limit or by a lock."""

    IN_HISTORY: ClassVar[bool] = True
    session_id: UUID
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentGranted(Event):
    """The citizen allowed a client to read claims (UU PDP art. 20)."""

    IN_HISTORY: ClassVar[bool] = True
    authorization_id: UUID
    granted: tuple[str, ...]
    declined: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentDenied(Event):
    """The citizen said no on the consent page (RFC 6749 §4.1.2.1)."""

    IN_HISTORY: ClassVar[bool] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentWithdrawn(Event):
    """The citizen took a consent back; its tokens died with it (UU PDP art. 9, 40)."""

    IN_HISTORY: ClassVar[bool] = True
    authorization_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizationRefused(Event):
    """An authorization request ended in an error at the client or on a page; `error` is the registered code."""

    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestPushed(Event):
    """A client pushed an authorization request (RFC 9126)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeIssued(Event):
    """An authorization code was issued to a client."""

    authorization_id: UUID
    session_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class TokensIssued(Event):
    """A code was redeemed; a family of tokens started."""

    IN_HISTORY: ClassVar[bool] = True
    family_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class TokensRefreshed(Event):
    """A refresh token was used; `generation` is the family's new one."""

    generation: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRefused(Event):
    """A client that proved who it is asked for tokens and got none; `error` is the registered code."""

    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofReplayed(Event):
    """A DPoP proof of this client came a second time; it was refused (RFC 9449 §11.1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientTokenIssued(Event):
    """A client received a token of its own (RFC 6749 §4.4)."""

    scope: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenExchanged(Event):
    """A client received a token to call another client's service for a citizen (RFC 8693); `towards` is that client."""

    IN_HISTORY: ClassVar[bool] = True
    family_id: UUID
    towards: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeReplayed(Event):
    """A spent code was presented again; what its first use issued is revoked (RFC 6749 §4.1.2)."""

    family_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshTokenReused(Event):
    """A refresh token of an earlier generation came back; the family is revoked (RFC 9700 §4.14.2)."""

    IN_HISTORY: ClassVar[bool] = True
    family_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRevoked(Event):
    """A client revoked a token of its own (RFC 7009)."""

    family_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientAuthenticationFailed(Event):
    """A client did not prove who it is (RFC 6749 §5.2)."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DataReleased(Event):
    """Citizen data left to a client (UU PDP art. 31).

    The ledger row `release_id` names the claims and `digest` is its SHA-256.
    """

    IN_HISTORY: ClassVar[bool] = True
    release_id: UUID
    claims: tuple[str, ...]
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LogoutDelivered(Event):
    """A client confirmed the end of a session (OIDC Back-Channel Logout §2.5)."""

    session_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class LogoutUndelivered(Event):
    """A client never confirmed the end of a session; retries are exhausted."""

    session_id: UUID
    attempts: int


ELSEWHERE = (
    abuse_events,
    account_events,
    case_events,
    agreement_events,
    announcement_events,
    decoupled_events,
    device_events,
    exchange_events,
    inventory_events,
    message_events,
    passkey_events,
    recovery_events,
)
"""Where events live that are imported from their own module."""

EVENTS: tuple[type[Event], ...] = tuple(
    sorted(
        {
            found
            for names in (vars(), *map(vars, ELSEWHERE))
            for found in names.copy().values()
            if isinstance(found, type) and issubclass(found, Event) and found is not Event
        },
        key=lambda event: event.__name__,
    )
)
"""All event classes, for documentation and for the citizen's history."""

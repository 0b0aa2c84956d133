"""Events of requests that wait at another screen (RFC 8628, CIBA)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from idp.domain.audit.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceRequestStarted(Event):
    """A client asked for a sign-in on another screen and got a code to show (RFC 8628 §3.2)."""

    request_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class UserCodeRefused(Event):
    """Somebody typed a code that no device waits with: `reason` is unknown or throttled (RFC 8628 §5.1)."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DecoupledRequestApproved(Event):
    """A citizen approved a request that waits on another screen; its client may redeem it once.

    `by` is `citizen`, or `command` where `idp ciba approve` of a sandbox stood in for the tap.
    """

    IN_HISTORY: ClassVar[bool] = True
    request_id: UUID
    authorization_id: UUID
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DecoupledRequestDenied(Event):
    """A request that waits on another screen was refused; nobody is named where nobody had signed in yet."""

    IN_HISTORY: ClassVar[bool] = True
    request_id: UUID
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CitizenAsked(Event):
    """A client asked a citizen to sign in, and got a request id to poll with (CIBA Core §7.3)."""

    IN_HISTORY: ClassVar[bool] = True
    request_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class AskingRefused(Event):
    """A client could not ask: `reason` is unknown, blocked, too_often or suspended; only who was found is named."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestsBlocked(Event):
    """A citizen wants no more requests from a client."""

    IN_HISTORY: ClassVar[bool] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestsUnblocked(Event):
    """A citizen allows requests from a client again."""

    IN_HISTORY: ClassVar[bool] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class PingUndelivered(Event):
    """A client was never reached to say that a request is decided; it may still poll (CIBA Core §10.2)."""

    attempts: int

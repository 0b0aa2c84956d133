"""Events of what clients are told of citizens, and of what they answer (RFC 8417; UU PDP art. 40)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from idp.domain.audit.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceTold(Event):
    """A client has received a security event; `kind` says which."""

    jti: UUID
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceNotTold(Event):
    """A security event did not reach a client: `reason` is no_address, unknown_client, refused or no_answer."""

    jti: UUID
    kind: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceConfirmed(Event):
    """A client gave its word that it has done what a security event asks."""

    IN_HISTORY: ClassVar[bool] = True
    jti: UUID
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceLate(Event):
    """A client has not confirmed within 3 x 24 hours; the operators were alerted (UU PDP art. 30, 40, 41)."""

    IN_HISTORY: ClassVar[bool] = True
    jti: UUID
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributesChanged(Event):
    """Values of a citizen changed; `told` is how many services were told. `claims` are names, never values."""

    IN_HISTORY: ClassVar[bool] = True
    claims: tuple[str, ...]
    told: int

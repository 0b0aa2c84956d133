"""Events of passkeys and security keys, and of accounts without a password."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from idp.domain.audit.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class PasskeyAdded(Event):
    """A passkey was added to an account; `kind` is passkey or security_key, `attestation` who vouches for it."""

    IN_HISTORY: ClassVar[bool] = True
    account_id: UUID
    factor_id: UUID
    kind: str
    attestation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PasskeyRemoved(Event):
    """A passkey was taken off an account and opens nothing any more."""

    IN_HISTORY: ClassVar[bool] = True
    account_id: UUID
    factor_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class PasskeyRefused(Event):
    """A passkey did not open a door or was not added.

    `reason` is challenge, unknown, holder, invalid, copied, taken, kind, locked or attestation.
    """

    purpose: str
    reason: str
    account_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PasskeyCopied(Event):
    """The counter of a passkey went backwards: somebody may have copied it (WebAuthn L3 §6.1.1); it was refused."""

    IN_HISTORY: ClassVar[bool] = True
    account_id: UUID
    factor_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordRemoved(Event):
    """An account gave up its password; passkeys alone open it."""

    IN_HISTORY: ClassVar[bool] = True
    account_id: UUID

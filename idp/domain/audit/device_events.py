"""Events of devices: remembered ones, and sign-ins that another device approved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from idp.domain.audit.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceRemembered(Event):
    """A citizen need not prove a second factor on a device for 30 days."""

    IN_HISTORY: ClassVar[bool] = True
    account_id: UUID
    device_id: UUID
    device: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceForgotten(Event):
    """A device is not remembered any more: `reason` is renewed, ended_by_owner, credentials_changed, locked, ..."""

    IN_HISTORY: ClassVar[bool] = True
    account_id: UUID
    device_id: UUID
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossDeviceApproved(Event):
    """A citizen approved on their phone that a computer is signed in (by the QR code it shows)."""

    IN_HISTORY: ClassVar[bool] = True
    account_id: UUID
    session_id: UUID
    device: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossDeviceDenied(Event):
    """A sign-in of a computer was refused on the phone: `reason` is refused or number (the wrong one was picked)."""

    IN_HISTORY: ClassVar[bool] = True
    account_id: UUID
    device: str
    reason: str

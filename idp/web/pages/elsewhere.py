"""Signing in for another screen: enter a code, say that it is yours, and be told that it is done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from idp.web.pages.base import Page


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceCodePage(Page):
    """Which code does the device show? Posts `user_code` (contract.md 6)."""

    template: ClassVar[str] = "elsewhere/code.html"
    data_page: ClassVar[str] = "device"

    action: str
    user_code: str = ""
    wait_seconds: int = 0
    sign_in_url: str = ""
    """Where typing is slowed down for everybody: who signs in first need not wait."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceConfirmPage(Page):
    """Is this your device? Posts `action` = `allow` or `deny`; nothing was given before (RFC 8628 §3.3)."""

    template: ClassVar[str] = "elsewhere/confirm.html"
    data_page: ClassVar[str] = "device"

    action: str
    user_code: str
    citizen_name: str
    asked_at: datetime
    device: str = ""
    network: str = ""
    same_network: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovePage(Page):
    """A client asks without a browser (CIBA Core §9). Posts `action` = `allow`, `deny` or `block`.

    `items` are the labels of the data asked for; their values follow on the consent page where one is due.
    """

    template: ClassVar[str] = "elsewhere/approve.html"
    data_page: ClassVar[str] = "approve"

    action: str
    citizen_name: str
    asked_at: datetime
    expires_at: datetime
    binding_message: str = ""
    items: tuple[str, ...] = ()
    network: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidedPage(Page):
    """It is decided; the other screen goes on by itself."""

    template: ClassVar[str] = "elsewhere/decided.html"
    data_page: ClassVar[str] = "decided"

    approved: bool
    history_url: str = "/me/history"

"""Signing a computer in with a phone: the code on the computer, the question on the phone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from idp.web.pages.base import Page


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossDevicePage(Page):
    """The code, then the number to pick on the phone. `state`: waiting, opened, denied, or slow (too many codes)."""

    template: ClassVar[str] = "auth/qr.html"
    data_page: ClassVar[str] = "qr"

    uid: str
    state: str
    address: str = ""
    qr_uri: str = ""
    number: int = 0
    left_seconds: int = 60
    wait_seconds: int = 0

    @property
    def back_url(self) -> str:
        """Where the other ways to sign in are."""
        return f"/interaction/{self.uid}"

    @property
    def own_url(self) -> str:
        """This page: it goes on by itself, or by a tap."""
        return f"{self.back_url}/qr"


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossDeviceApprovePage(Page):
    """Is that your computer? Posts `number`, `shared` and `action` = `allow` or `deny` (contract.md 6)."""

    template: ClassVar[str] = "elsewhere/approve_computer.html"
    data_page: ClassVar[str] = "approve"

    action: str
    citizen_name: str
    device: str
    network: str
    own_network: str
    asked_at: datetime
    choices: tuple[int, ...]

    @property
    def same_network(self) -> bool:
        """The computer is where the phone is, as far as that can be told."""
        return bool(self.network) and self.network == self.own_network

"""A second factor for an account that has none, on the way to a service that needs one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from idp.web.pages.base import Page


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolStartPage(Page):
    """Where may a code go? Posts `contact` = an id, and `action` = `send` or `cancel` (#enrol-submit)."""

    template: ClassVar[str] = "auth/enrol_start.html"
    data_page: ClassVar[str] = "mfa-enrol"

    action: str
    contacts: tuple[tuple[str, str], ...]
    """Id and masked value of each confirmed contact."""
    wait_seconds: int = 0
    help_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolCodePage(Page):
    """The code that was sent. Posts `code`, `contact` and `action` = `code`, `send` (again) or `cancel`."""

    template: ClassVar[str] = "auth/enrol_code.html"
    data_page: ClassVar[str] = "mfa-enrol"

    action: str
    sent_to: str
    valid_minutes: int = 10
    outbox_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolAuthenticatorPage(Page):
    """The application itself. Posts `otp`, the hidden sealed secret, and `action` = `otp` or `cancel`.

    Or `action` = `messages`: the telephone whose code was right gets the codes from now on (#enrol-messages).
    """

    template: ClassVar[str] = "auth/enrol_authenticator.html"
    data_page: ClassVar[str] = "mfa-enrol"

    action: str
    qr_uri: str
    secret: str
    otpauth_uri: str
    message_channel: str = ""
    """What the telephone takes messages by; empty where none was proved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoFactorPage(Page):
    """No second factor, and none can be added here. Posts `action` = `cancel` (#mfa-cancel)."""

    template: ClassVar[str] = "auth/no_factor.html"
    data_page: ClassVar[str] = "mfa-none"

    action: str

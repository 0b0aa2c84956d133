"""Pages that exist in the sandbox only: the start page and the message outbox."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from idp.web.pages.base import Page, Pagination


@dataclass(frozen=True, slots=True)
class PersonaLine:
    """A synthetic person with its fixed secrets (contract.md 7)."""

    name: str
    identifier: str
    password: str
    totp_secret: str
    special: str = ""


@dataclass(frozen=True, slots=True)
class AddressLine:
    """One address of the running sandbox."""

    label: str
    href: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxStartPage(Page):
    """`/` of a sandbox: where everything is, and who can sign in."""

    template: ClassVar[str] = "sandbox/start.html"
    data_page: ClassVar[str] = "sandbox"

    addresses: tuple[AddressLine, ...]
    personas: tuple[PersonaLine, ...]
    outbox_url: str = ""


@dataclass(frozen=True, slots=True)
class OutboxLine:
    """One message the sandbox kept instead of sending."""

    href: str
    recipient: str
    subject: str
    at: datetime
    sent: bool = True
    channel: str = ""
    """In words, where it is no letter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxPage(Page):
    """The messages, newest first."""

    template: ClassVar[str] = "sandbox/outbox.html"
    data_page: ClassVar[str] = "outbox"

    messages: tuple[OutboxLine, ...]
    pagination: Pagination | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxMessagePage(Page):
    """One message as plain text; the HTML part is not run here."""

    template: ClassVar[str] = "sandbox/message.html"
    data_page: ClassVar[str] = "outbox-message"

    recipient: str
    subject: str
    at: datetime
    text: str
    outbox_url: str

"""Pages about messages: codes to a telephone, the citizen's inbox, and which senders are ours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from idp.web.pages.account import AccountPage
from idp.web.pages.base import Page, Pagination


@dataclass(frozen=True, slots=True)
class TelephoneLine:
    """One number on one channel. `switch` is posted to turn it on, `factor` to turn it off; `address` is masked."""

    address: str
    channel: str
    switch: str
    factor: str = ""
    last_used: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountMessagesPage(AccountPage):
    """Codes by message. Posts `on` = a line's switch (#message-on), or `off` = its factor (#message-off)."""

    template: ClassVar[str] = "selfservice/messages.html"
    data_page: ClassVar[str] = "account-security-messages"

    action: str
    telephones: tuple[TelephoneLine, ...]
    unconfirmed: int = 0
    """Numbers that were never confirmed and get no codes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountMessageCodePage(AccountPage):
    """The first code, which shows that messages arrive. Posts `otp`, or `action` = `resend`."""

    template: ClassVar[str] = "selfservice/message_code.html"
    data_page: ClassVar[str] = "account-security-message-code"

    action: str
    channel: str
    address: str
    valid_minutes: int = 10
    resend_wait_seconds: int = 0
    outbox_url: str = ""


@dataclass(frozen=True, slots=True)
class InboxLine:
    """One notice of the inbox."""

    title: str
    href: str
    at: datetime
    read: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountInboxPage(AccountPage):
    """What we told the citizen, newest first. Posts `action` = `read` to mark all of it read (#inbox-read)."""

    template: ClassVar[str] = "selfservice/inbox.html"
    data_page: ClassVar[str] = "account-inbox"

    action: str
    notices: tuple[InboxLine, ...]
    unread: int = 0
    pagination: Pagination | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountInboxMessagePage(AccountPage):
    """One notice in full."""

    template: ClassVar[str] = "selfservice/inbox_message.html"
    data_page: ClassVar[str] = "account-inbox-message"

    title: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SendersPage(Page):
    """Which addresses write in our name, and what we never ask for; public (features M6)."""

    template: ClassVar[str] = "senders.html"
    data_page: ClassVar[str] = "senders"

    host: str
    email: str
    sms: str = ""
    whatsapp: str = ""

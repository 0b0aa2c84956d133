"""Pages about consents given: adding what was left out, receipts, and checking one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar, Literal

from idp.web.pages.account import AccountPage
from idp.web.pages.base import Agency, Page
from idp.web.pages.signing_in import ClaimLine

ConsentState = Literal["standing", "renewed", "withdrawn", "expired"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountServiceAddPage(AccountPage):
    """What was left out and can be added. Posts one `claim` per ticked item (#add-submit)."""

    template: ClassVar[str] = "selfservice/service_add.html"
    data_page: ClassVar[str] = "account-service-add"

    service: Agency
    action: str
    back_url: str
    optional: tuple[ClaimLine, ...]


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """One consent act; `url` without its ending: `.pdf` or `.jwt`."""

    service: str
    at: datetime
    until: date
    state: ConsentState
    items: tuple[str, ...]
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountReceiptsPage(AccountPage):
    """Every consent act with its receipt."""

    template: ClassVar[str] = "selfservice/receipts.html"
    data_page: ClassVar[str] = "account-receipts"

    lines: tuple[ReceiptLine, ...]
    service: str = ""
    """The service whose acts these are; empty for all."""
    check_url: str = ""


@dataclass(frozen=True, slots=True)
class ReceiptReading:
    """What a receipt says, in words."""

    agency: str
    service: str
    granted: tuple[str, ...]
    told: tuple[str, ...]
    declined: tuple[str, ...]
    given_at: datetime
    until: datetime
    over: bool
    withdrawn_at: datetime | None
    language: str
    text_version: str
    id: str
    kid: str
    published: bool
    purposes: tuple[tuple[str, str, str], ...] = ()
    """Item, purpose and ground, where the receipt has them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptCheckPage(Page):
    """Checking a receipt. Posts `receipt` = its text, or `file` (#check-submit). The outcome is #check-outcome."""

    template: ClassVar[str] = "receipt_check.html"
    data_page: ClassVar[str] = "receipt-check"

    action: str
    receipt: str = ""
    reading: ReceiptReading | None = None
    refused: bool = False
    jwks_url: str = ""

"""The citizen's ledger: who read which field, when, why, on which ground, for whom (UU PDP art. 31, 32)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from idp.web.pages.account import AccountPage
from idp.web.pages.base import Pagination


@dataclass(frozen=True, slots=True)
class UsedField:
    """One field of a line; `href` leads to everything that was read of it."""

    label: str
    href: str = ""
    purpose: str = ""
    legal_basis: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class UseLine:
    """One reading, or one that was refused with its reason in words."""

    id: str
    at: datetime
    service: str
    agency: str
    fields: tuple[UsedField, ...]
    occasion: str = ""
    on_behalf_of: str = ""
    refused: bool = False
    reason: str = ""

    @property
    def items(self) -> str:
        """The fields in one breath."""
        return ", ".join(field.label for field in self.fields)

    @property
    def why(self) -> tuple[tuple[str, str], ...]:
        """Each purpose with its ground, once."""
        pairs = ((field.purpose, field.legal_basis) for field in self.fields)
        return tuple(dict.fromkeys(pair for pair in pairs if any(pair)))


@dataclass(frozen=True, slots=True)
class UseReader:
    """A service that read something: how often, and when last."""

    service: str
    times: int
    last: datetime


@dataclass(frozen=True, slots=True)
class UseOption:
    """One entry of a filter."""

    value: str
    label: str
    chosen: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountUsesPage(AccountPage):
    """The ledger, filtered by plain GET: `agency`, `field`, `month` (#filter-form); as files: `json_url`, `pdf_url`."""

    template: ClassVar[str] = "selfservice/uses.html"
    data_page: ClassVar[str] = "account-uses"

    lines: tuple[UseLine, ...]
    readers: tuple[UseReader, ...] = ()
    agencies: tuple[UseOption, ...] = ()
    fields: tuple[UseOption, ...] = ()
    month: str = ""
    about: str = ""
    """The one field this page is about, by label; empty for all."""
    action: str = ""
    filtered: bool = False
    json_url: str = ""
    pdf_url: str = ""
    total: int = 0
    pagination: Pagination | None = None

"""The console's pages of messages: what was sent and what it cost, which budgets are left, the templates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from idp.web.pages.admin import AdminPage, Option


@dataclass(frozen=True, slots=True)
class TallyLine:
    """The messages of one gateway on one day."""

    day: date
    channel: str
    gateway: str
    sent: int
    delivered: int
    failed: int
    refused: int
    cost: int


@dataclass(frozen=True, slots=True)
class BudgetLine:
    """One budget of the present hour or day."""

    channel: str
    scope: str
    period: str
    used: int
    limit: int

    @property
    def left(self) -> int:
        """How many messages it still allows."""
        return max(0, self.limit - self.used)


@dataclass(frozen=True, slots=True)
class TemplateLine:
    """One template and where it can be looked at."""

    name: str
    href: str
    to_all: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminMessagesPage(AdminPage):
    """Counts of the last days, budgets of now, and every template."""

    template: ClassVar[str] = "admin/messages.html"
    data_page: ClassVar[str] = "admin-messages"

    tallies: tuple[TallyLine, ...]
    budgets: tuple[BudgetLine, ...]
    templates: tuple[TemplateLine, ...]
    today: int = 0
    """Rupiah spent today."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminTemplatePage(AdminPage):
    """One template with invented values; posts `address`, which must be the operator's own (#try-form, #try-submit)."""

    template: ClassVar[str] = "admin/message_template.html"
    data_page: ClassVar[str] = "admin-messages-template"

    name: str
    action: str
    back_url: str
    channels: tuple[Option, ...]
    languages: tuple[Option, ...]
    subject: str
    text: str
    parts: int = 0
    """Of a short text, how many an operator bills."""
    may_try: bool = False

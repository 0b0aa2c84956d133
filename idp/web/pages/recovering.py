"""Ways back into an account, and the pages its owner reaches without signing in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from idp.web.pages.base import Page, Way


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomePage(Page):
    """What came of something, and the ways on."""

    template: ClassVar[str] = "recover/outcome.html"
    data_page: ClassVar[str] = "outcome"

    title: str
    text: str
    ways: tuple[Way, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeCancelPage(Page):
    """What waits and when it takes effect. Posts `token` (#change-cancel); works signed out."""

    template: ClassVar[str] = "recover/cancel_change.html"
    data_page: ClassVar[str] = "change-cancel"

    action: str
    kind: str
    asked_at: datetime
    effective_at: datetime

"""What services were told of a citizen, as its citizen reads it: who, when, and whether it is done (F11, G5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from idp.web.pages.account import AccountPage, ToldLine


@dataclass(frozen=True, slots=True)
class ToldAct:
    """One thing that happened and everybody who was told of it."""

    at: datetime
    title: str
    detail: str
    lines: tuple[ToldLine, ...]

    @property
    def confirmed(self) -> int:
        """How many have confirmed."""
        return sum(line.state == "confirmed" for line in self.lines)

    @property
    def late(self) -> int:
        """How many are late."""
        return sum(line.state == "late" for line in self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountToldPage(AccountPage):
    """Every notice to services about this citizen, the latest first."""

    template: ClassVar[str] = "selfservice/told.html"
    data_page: ClassVar[str] = "account-told"

    acts: tuple[ToldAct, ...]

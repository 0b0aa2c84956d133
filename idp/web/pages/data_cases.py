"""Cases about data that may be wrong: asking for a correction, following it, and two sources side by side."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from idp.web.pages.account import AccountPage, DataLine
from idp.web.pages.admin import Badge, Option


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountCorrectionPage(AccountPage):
    """A value that is wrong: posts `proposed`, `reason`, `document` (#correction-form, #correction-submit)."""

    template: ClassVar[str] = "selfservice/correction.html"
    data_page: ClassVar[str] = "account-correction"

    action: str
    line: DataLine
    owner: str
    input: str = "text"
    """How it is typed: `text`, `date`, `lines` or `choice`."""
    options: tuple[Option, ...] = ()
    proposed: str = ""
    reason: str = ""
    document: str = ""


@dataclass(frozen=True, slots=True)
class DataCaseLine:
    """One case as its citizen follows it; `late` ones should have been answered by now."""

    number: str
    href: str
    kind: str
    attribute: str
    owner: str
    state: Badge
    opened_at: datetime
    due_at: datetime
    decided_at: datetime | None = None
    late: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountCasesPage(AccountPage):
    """The citizen's cases about data, those that wait first."""

    template: ClassVar[str] = "selfservice/cases.html"
    data_page: ClassVar[str] = "account-cases"

    cases: tuple[DataCaseLine, ...]


@dataclass(frozen=True, slots=True)
class Side:
    """What one source holds; `owner` tells whose answer counts, `verdict` what was said of it in the end."""

    key: str
    source: str
    value: str
    since: date | None = None
    owner: bool = False
    sensitive: bool = False
    verdict: Badge | None = None

    @property
    def label(self) -> str:
        """What the value is called where it can be opened."""
        return self.source


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountCasePage(AccountPage):
    """One case: an own request can be called off (#withdraw-submit), of a conflict one may say more (#say-form)."""

    template: ClassVar[str] = "selfservice/case.html"
    data_page: ClassVar[str] = "account-case"

    case: DataCaseLine
    story: str
    """The template's name of what happens now: `disputed`, `asked`, `late` or the outcome."""
    sides: tuple[Side, ...]
    proposed: str = ""
    said: str = ""
    document: str = ""
    answer: str = ""
    right: str = ""
    withdraw_action: str = ""
    say_action: str = ""

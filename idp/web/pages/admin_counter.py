"""The console's counter: finding a citizen with a reason, a case, a second officer, the code to print."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from idp.web.pages.admin import AdminPage, Badge, Option


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One case in a list or on its own page; names are of officers, never of the citizen."""

    id: str
    href: str
    kind: str
    state: Badge
    reason: str
    opened_at: datetime
    opened_by: str
    decided_by: str = ""
    decided_at: datetime | None = None
    own: bool = False


@dataclass(frozen=True, slots=True)
class MaskedCitizen:
    """What an officer compares with the document."""

    name: str
    nik_end: str
    birth_year: str
    ial: str
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterPage(AdminPage):
    """Cases, and for officers the search: posts `reason`, then `nik` (#find-submit)."""

    template: ClassVar[str] = "admin/counter.html"
    data_page: ClassVar[str] = "admin-counter"

    action: str
    reasons: tuple[Option, ...]
    cases: tuple[CaseLine, ...]
    nik: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterCitizenPage(AdminPage):
    """The citizen who was found. Posts `document` and `checked` (#case-submit)."""

    template: ClassVar[str] = "admin/counter_citizen.html"
    data_page: ClassVar[str] = "admin-counter-citizen"

    action: str
    citizen: MaskedCitizen
    documents: tuple[Option, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterCasePage(AdminPage):
    """One case. Posts `decision` = `approved` (#case-approve) or `refused` (#case-refuse)."""

    template: ClassVar[str] = "admin/counter_case.html"
    data_page: ClassVar[str] = "admin-counter-case"

    action: str
    case: CaseLine
    citizen: MaskedCitizen | None
    document: str
    may_decide: bool
    code: str = ""
    """The permit, shown once to print it for the citizen."""

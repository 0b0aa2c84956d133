"""The console's desk for cases about data: what is due, opening one with a reason, answering it with two people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from idp.web.pages.admin import AdminPage, Badge, Option
from idp.web.pages.data_cases import Side


@dataclass(frozen=True, slots=True)
class DeskCaseLine:
    """One case on the desk: no value and no name of a citizen."""

    number: str
    href: str
    kind: str
    attribute: str
    owner: str
    state: Badge
    opened_at: datetime
    due_at: datetime
    decided_at: datetime | None = None
    decided_by: str = ""
    answered_by: str = ""
    late: bool = False
    reported_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminCasesPage(AdminPage):
    """The cases of an agency, what is due first on top; `decided` shows the answered ones instead."""

    template: ClassVar[str] = "admin/cases.html"
    data_page: ClassVar[str] = "admin-cases"

    cases: tuple[DeskCaseLine, ...]
    late: int = 0
    decided: bool = False
    other_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminCasePage(AdminPage):
    """One case, still closed. Posts `reason` (#open-form, #open-submit); what is in it shows only after that."""

    template: ClassVar[str] = "admin/case.html"
    data_page: ClassVar[str] = "admin-case"

    action: str
    case: DeskCaseLine
    reasons: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class ValueField:
    """One part of a new value; `input` is `text`, `date` or `choice`."""

    name: str
    label: str
    value: str
    input: str = "text"
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminOpenCasePage(AdminPage):
    """What is in a case. Posts `answer` with `text` (#answer-form), or `confirm` / `return` (#second-form)."""

    template: ClassVar[str] = "admin/case_open.html"
    data_page: ClassVar[str] = "admin-case-open"

    action: str
    case: DeskCaseLine
    person: str
    subject: str
    """By what the agency finds the person in its own register."""
    sides: tuple[Side, ...]
    proposed: str = ""
    said: str = ""
    right: str = ""
    document: str = ""
    answers: tuple[Option, ...] = ()
    """What this officer may answer; empty: nothing, or nothing any more."""
    fields: tuple[ValueField, ...] = ()
    text: str = ""
    new_value: str = ""
    may_confirm: bool = False
    own: bool = False

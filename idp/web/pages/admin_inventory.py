"""The console's pages of the inventory: the register of applications, declared forms with their lint, waivers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from idp.web.pages.admin import AdminPage, Badge, Option
from idp.web.pages.figures import ClusterLine, Overview, RetirementLine


@dataclass(frozen=True, slots=True)
class ApplicationLine:
    """One application of the list."""

    id: str
    name: str
    owner: str
    purpose: str
    users: str
    cost: str
    href: str
    retires_on: date | None = None


@dataclass(frozen=True, slots=True)
class FieldLine:
    """One thing an application asks, and how many others ask it too."""

    label: str
    asks: str
    owner: str
    known: bool
    others: str
    href: str


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """What one import changed in an application."""

    at: datetime
    by: str
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminApplicationsPage(AdminPage):
    """What the register says of all applications; the search is a GET form (#filter-form)."""

    template: ClassVar[str] = "admin/applications.html"
    data_page: ClassVar[str] = "admin-applications"

    overview: Overview
    list_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminApplicationListPage(AdminPage):
    """The applications, those with the most users first; the search is a GET form (#filter-form)."""

    template: ClassVar[str] = "admin/application_list.html"
    data_page: ClassVar[str] = "admin-applications-list"

    applications: tuple[ApplicationLine, ...]
    text: str
    list_url: str
    back_url: str
    next_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminApplicationPage(AdminPage):
    """One application: what it asks, who else asks it, what could replace it, what changed."""

    template: ClassVar[str] = "admin/application.html"
    data_page: ClassVar[str] = "admin-applications-one"

    name: str
    owner: str
    purpose: str
    url: str
    users: str
    cost: str
    technology: str
    retires_on: date | None
    fields: tuple[FieldLine, ...]
    history: tuple[HistoryLine, ...]
    retirement: RetirementLine | None
    back_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminConceptPage(AdminPage):
    """Who else stores one thing, and where it should come from."""

    template: ClassVar[str] = "admin/application_concept.html"
    data_page: ClassVar[str] = "admin-applications-concept"

    cluster: ClusterLine
    applications: tuple[ApplicationLine, ...]
    agencies: tuple[tuple[str, tuple[ApplicationLine, ...]], ...]
    back_url: str


@dataclass(frozen=True, slots=True)
class LintLine:
    """What the linter says of one field."""

    name: str
    label: str
    verdict: Badge
    asks: str
    confidence: str
    owner: str
    because: tuple[str, ...]
    advice: str
    attribute: str = ""


@dataclass(frozen=True, slots=True)
class FormLint:
    """One declared form and its lint."""

    name: str
    title: str
    state: Badge
    asked: int
    lines: tuple[LintLine, ...]
    new: int
    declared_at: datetime
    waivable: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class WaiverLine:
    """One waiver."""

    id: str
    client_id: str
    form: str
    attribute: str
    reason: str
    agency: str
    starts_on: date
    ends_on: date
    state: Badge
    asked_by: str
    approved_by: str = ""
    may_approve: bool = False
    may_end: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminFormsPage(AdminPage):
    """The forms a client declares. Posts `file` (#declare-form), `form` (#withdraw-…), a waiver (#waiver-form-…)."""

    template: ClassVar[str] = "admin/forms.html"
    data_page: ClassVar[str] = "admin-client-forms"

    name: str
    client_id: str
    client_url: str
    action: str
    production: bool
    forms: tuple[FormLint, ...]
    waivers: tuple[WaiverLine, ...]
    reason: str = ""
    starts: str = ""
    ends: str = ""
    longest: str = ""
    """The last day a waiver that starts today may hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminWaiversPage(AdminPage):
    """All waivers this operator may see; posts `decision` = `approve` or `end` (#waiver-…)."""

    template: ClassVar[str] = "admin/waivers.html"
    data_page: ClassVar[str] = "admin-waivers"

    waivers: tuple[WaiverLine, ...]
    action: str

"""The console's pages of agreements between agencies."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from idp.web.pages.admin import AdminPage, Badge, Option


@dataclass(frozen=True, slots=True)
class AgreementLine:
    """One agreement of a list; `waits` when this operator can decide something about it."""

    id: str
    href: str
    consumer: str
    owner: str
    attributes: tuple[str, ...]
    purpose: str
    status: Badge
    until: date
    waits: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminAgreementsPage(AdminPage):
    """All agreements an operator may see; GET `q`, `status`, `agency`, `soon` narrows them (#filter-form)."""

    template: ClassVar[str] = "admin/agreements.html"
    data_page: ClassVar[str] = "admin-agreements"

    agreements: tuple[AgreementLine, ...]
    text: str = ""
    statuses: tuple[Option, ...] = ()
    agencies: tuple[Option, ...] = ()
    soon: int = 0
    """How many end within thirty days."""
    only_soon: bool = False
    filtered: bool = False


@dataclass(frozen=True, slots=True)
class AttributeLink:
    """One attribute of an agreement, with its page in the catalogue."""

    name: str
    label: str
    meaning: str
    href: str


@dataclass(frozen=True, slots=True)
class StepLine:
    """One thing somebody did to an agreement."""

    text: str
    by: str
    party: str
    at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Act:
    """One thing this operator may do; those that need a reason post `reason` beside `action`."""

    value: str
    title: str
    text: str
    button: str
    reasoned: bool = False
    grave: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminAgreementPage(AdminPage):
    """One agreement, its history, and what one may do (#act-<action>)."""

    template: ClassVar[str] = "admin/agreement.html"
    data_page: ClassVar[str] = "admin-agreement"

    action: str
    consumer: str
    owner: str
    status: Badge
    status_note: str
    attributes: tuple[AttributeLink, ...]
    purpose_id: str
    purpose_en: str
    basis: str
    reference: str
    retention_days: int
    until: date
    history: tuple[StepLine, ...]
    acts: tuple[Act, ...] = ()
    renew_url: str = ""
    supersedes_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminAgreementFormPage(AdminPage):
    """Asks for an agreement (#agreement-form); without an owner it lets one choose the owner first."""

    template: ClassVar[str] = "admin/agreement_form.html"
    data_page: ClassVar[str] = "admin-agreement-form"

    action: str
    owners: tuple[Option, ...]
    owner: str = ""
    owner_name: str = ""
    consumers: tuple[Option, ...] = ()
    attributes: tuple[Option, ...] = ()
    grounds: tuple[Option, ...] = ()
    purpose_id: str = ""
    purpose_en: str = ""
    legal_reference: str = ""
    retention_days: str = "365"
    until: str = ""
    longest: date | None = None
    renews: str = ""

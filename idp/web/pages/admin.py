"""The pages of the operators' console."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal

from idp.web.pages.base import Page

Tone = Literal["", "good", "warn", "bad"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminLoginPage(Page):
    """First factor of an operator. Posts `identifier` and `password` (#login-form, #login-submit)."""

    template: ClassVar[str] = "admin/login.html"
    data_page: ClassVar[str] = "admin-login"

    action: str
    identifier: str = ""
    passkey_action: str = ""
    """Where a passkey's answer is posted; empty: none can be used here."""
    wait_seconds: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminMfaPage(Page):
    """Second factor of an operator. Posts `otp` and `action` = `submit` or `cancel` (#mfa-form)."""

    template: ClassVar[str] = "admin/mfa.html"
    data_page: ClassVar[str] = "admin-mfa"

    action: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminPage(Page):
    """What every page behind the sign-in shares: who is at work, in which role, what waits."""

    operator_name: str
    role: str
    agency_name: str = ""
    may_change: bool = False
    waiting: int = 0
    at_counter: bool = False
    sees_cases: bool = False
    late_cases: int = 0
    """Cases about data that should have been answered by now (features F12, G7)."""


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a list or one box to tick; `label` is localised."""

    value: str
    label: str
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Badge:
    """A state in words and a colour."""

    label: str
    tone: Tone = ""


@dataclass(frozen=True, slots=True)
class ClientLine:
    """One client of the list."""

    client_id: str
    name: str
    agency: str
    environment: str
    status: Badge
    href: str
    updated: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminClientsPage(AdminPage):
    """The clients, by their id; the filter is a GET form (#filter-form)."""

    template: ClassVar[str] = "admin/clients.html"
    data_page: ClassVar[str] = "admin-clients"

    clients: tuple[ClientLine, ...]
    text: str = ""
    statuses: tuple[Option, ...] = ()
    environments: tuple[Option, ...] = ()
    agencies: tuple[Option, ...] = ()
    filtered: bool = False
    previous_url: str = ""
    next_url: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of a registration in readable form; `code` values are shown in a fixed-width face."""

    label: str
    values: tuple[str, ...]
    code: bool = False


@dataclass(frozen=True, slots=True)
class FactGroup:
    """Facts that belong together."""

    title: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class PurposeLine:
    """Why a client reads one item."""

    label: str
    name: str
    required: bool
    purpose: str
    legal_basis: str


@dataclass(frozen=True, slots=True)
class EventLine:
    """One audit event: what it means, by whom, and its detail as (name, value) pairs."""

    at: datetime
    event: str
    text: str
    actor: str = ""
    client_id: str = ""
    client_url: str = ""
    citizen_id: str = ""
    trace_id: str = ""
    trace_url: str = ""
    seq: int | None = None
    detail: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminClientPage(AdminPage):
    """One client: its registration, its standing, what was done to it, and what may be done now.

    Forms: #suspend-form (`reason`), #resume-form (`reason`), #secret-form, #retire-form (`confirm`).
    """

    template: ClassVar[str] = "admin/client.html"
    data_page: ClassVar[str] = "admin-client"

    client_id: str
    name: str
    owner: str
    status: Badge
    url: str
    groups: tuple[FactGroup, ...]
    purposes: tuple[PurposeLine, ...] = ()
    events: tuple[EventLine, ...] = ()
    audit_url: str = ""
    change_url: str = ""
    """The change of this client that waits, if there is one."""
    reasons: tuple[Option, ...] = ()
    production: bool = False
    may_edit: bool = False
    may_suspend: bool = False
    may_resume: bool = False
    may_rotate: bool = False
    may_retire: bool = False
    secret_seen: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminSecretPage(AdminPage):
    """A secret, this once (ASVS 13.3.1)."""

    template: ClassVar[str] = "admin/secret.html"
    data_page: ClassVar[str] = "admin-secret"

    client_id: str
    name: str
    secret: str
    client_url: str
    waits: bool = False


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One change that waits."""

    href: str
    client_id: str
    name: str
    agency: str
    kind: str
    proposed_by: str
    proposed_at: datetime
    own: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminApprovalsPage(AdminPage):
    """What waits for a second person, the oldest first."""

    template: ClassVar[str] = "admin/approvals.html"
    data_page: ClassVar[str] = "admin-approvals"

    changes: tuple[ChangeLine, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """One member before and after; an empty side means it was or will be absent."""

    label: str
    name: str
    old: str
    new: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminApprovalPage(AdminPage):
    """One change with what differs. Posts `decision` = `approve` or `refuse` (#approval-form)."""

    template: ClassVar[str] = "admin/approval.html"
    data_page: ClassVar[str] = "admin-approval"

    action: str
    client_id: str
    name: str
    owner: str
    client_url: str
    kind: str
    proposed_by: str
    proposed_at: datetime
    reason: str = ""
    differences: tuple[Difference, ...] = ()
    first_time: bool = False
    """The client is new: there is no old side."""
    decision: str = ""
    decided_by: str = ""
    decided_at: datetime | None = None
    may_approve: bool = False
    may_refuse: bool = False


@dataclass(frozen=True, slots=True)
class AgencyLine:
    """One agency."""

    id: str
    name: str
    other_name: str
    clients: int
    clients_url: str
    edit_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminAgenciesPage(AdminPage):
    """The agencies; posts `agency`, `name_id`, `name_en` (#agency-form)."""

    template: ClassVar[str] = "admin/agencies.html"
    data_page: ClassVar[str] = "admin-agencies"

    agencies: tuple[AgencyLine, ...]
    action: str = ""
    editing: bool = False
    agency_id: str = ""
    name_id: str = ""
    name_en: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminAuditPage(AdminPage):
    """What is on record, the newest first; the search is a GET form (#filter-form)."""

    template: ClassVar[str] = "admin/audit.html"
    data_page: ClassVar[str] = "admin-audit"

    events: tuple[EventLine, ...]
    kinds: tuple[Option, ...] = ()
    client_id: str = ""
    actor: str = ""
    trace: str = ""
    since: str = ""
    until: str = ""
    filtered: bool = False
    previous_url: str = ""
    next_url: str = ""

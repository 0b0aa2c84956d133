"""The citizen's own pages ("Akun saya"): data, services, devices and sessions, history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar, Literal

from idp.web.pages.base import Agency, Page, Pagination
from idp.web.pages.signing_in import ClaimLine, ContactChoice

ToldState = Literal["waiting", "told", "confirmed", "late", "no_address", "refused", "no_answer"]
HistoryKind = Literal["sign_in", "sign_out", "consent", "data", "security", "account"]


@dataclass(frozen=True, slots=True)
class AccountLinks:
    """Where the account area's pages are."""

    home: str = "/me"
    data: str = "/me/data"
    cases: str = "/me/cases"
    contacts: str = "/me/contacts"
    services: str = "/me/services"
    uses: str = "/me/uses"
    security: str = "/me/security"
    sessions: str = "/me/sessions"
    history: str = "/me/history"
    inbox: str = "/me/inbox"
    told: str = "/me/told"
    download: str = "/me/download"
    sign_out: str = "/me/sign-out"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountPage(Page):
    """What the account pages share."""

    citizen_name: str
    links: AccountLinks = AccountLinks()
    offer_end_others: bool = False
    """After a change of what guards the account: a button that ends the other sessions (ASVS 7.4.3)."""


@dataclass(frozen=True, slots=True)
class RequestLine:
    """A request that waits for the citizen's word."""

    agency: str
    href: str
    asked_at: datetime
    binding_message: str = ""


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """A grave change that takes effect at `effective_at` unless it is cancelled by posting to `action`."""

    kind: str
    effective_at: datetime
    action: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountHomePage(AccountPage):
    """Four tiles: every action is at most two taps away."""

    template: ClassVar[str] = "selfservice/home.html"
    data_page: ClassVar[str] = "account"

    data_count: int
    service_count: int
    session_count: int
    last_event: str = ""
    last_event_at: datetime | None = None
    identity_checked: bool = True
    requests: tuple[RequestLine, ...] = ()
    changes: tuple[ChangeLine, ...] = ()
    unread: int = 0
    """Notices in the inbox that were not opened yet."""


@dataclass(frozen=True, slots=True)
class DataLine:
    """One thing we know: value, who vouches for it and since when."""

    label: str
    value: str
    source: str
    verified_on: date | None = None
    sensitive: bool = False
    removable: str = ""
    """The claim, where the citizen said it and may take it back (#data-remove-…, posts `claim`)."""
    uses_url: str = ""
    """Where everything is that was read of it."""
    name: str = ""
    others: tuple[DataLine, ...] = ()
    """What other sources hold instead, while they are in conflict."""
    case_number: str = ""
    case_url: str = ""
    wrong_url: str = ""
    """Where its citizen says that it is wrong; empty where they change it themselves."""
    change_url: str = ""


@dataclass(frozen=True, slots=True)
class DataGroup:
    """Lines that belong together under one localised heading."""

    title: str
    lines: tuple[DataLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountDataPage(AccountPage):
    """Everything we hold, with its source (UU PDP art. 32)."""

    template: ClassVar[str] = "selfservice/data.html"
    data_page: ClassVar[str] = "account-data"

    groups: tuple[DataGroup, ...]
    recheck_action: str = ""
    """Posting there asks the population registry again (#recheck-submit)."""
    remove_action: str = "/me/data/remove"


@dataclass(frozen=True, slots=True)
class ServiceCard:
    """One agency application the citizen gave something to."""

    agency: Agency
    href: str
    since: datetime
    item_count: int
    last_used: datetime | None = None


@dataclass(frozen=True, slots=True)
class ToldLine:
    """One service: `at` is when it was told or has confirmed, `due` when it has to have confirmed."""

    service: str
    state: ToldState
    at: datetime | None = None
    due: datetime | None = None
    confirmed_late: bool = False


@dataclass(frozen=True, slots=True)
class BlockedLine:
    """A service the citizen wants no requests from; posting to `action` allows them again."""

    name: str
    action: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountServicesPage(AccountPage):
    """The services with a standing consent, and those whose requests are blocked (#unblock)."""

    template: ClassVar[str] = "selfservice/services.html"
    data_page: ClassVar[str] = "account-services"

    services: tuple[ServiceCard, ...]
    blocked: tuple[BlockedLine, ...] = ()
    withdrawn: tuple[ToldLine, ...] = ()
    """Services whose consent was withdrawn, and whether they have stopped (UU PDP art. 40)."""
    receipts_url: str = "/me/receipts"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountServicePage(AccountPage):
    """One service: what is shared, and the way to stop. Posts to `withdraw_action` (#withdraw-submit)."""

    template: ClassVar[str] = "selfservice/service.html"
    data_page: ClassVar[str] = "account-service"

    service: Agency
    since: datetime
    shared: tuple[ClaimLine, ...]
    withdraw_action: str
    until: date | None = None
    last_used: datetime | None = None
    offline: bool = False
    contacts: tuple[ContactChoice, ...] = ()
    contacts_action: str = ""
    """Where the choice of address and number is posted (#contacts-submit)."""
    declined: tuple[str, ...] = ()
    """What was offered and not taken, by label; `add_url` leads to where it can be added (#declined-add)."""
    add_url: str = ""
    receipt_url: str = ""
    """Without its ending: `.pdf` (#receipt-pdf) or `.jwt` (#receipt-jwt)."""
    receipts_url: str = ""
    uses_url: str = ""
    """What this service has read (#service-uses)."""


@dataclass(frozen=True, slots=True)
class SessionLine:
    """One browser session; `place` is coarse and may be empty."""

    id: str
    device: str
    started: datetime
    last_seen: datetime
    place: str = ""
    current: bool = False
    services: tuple[str, ...] = ()
    methods: str = ""
    """How the citizen signed in, in words."""
    level: int = 0
    shared: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountSessionsPage(AccountPage):
    """Devices and sessions. Posts `session` = an id (#session-end) or `all` (#session-end-all)."""

    template: ClassVar[str] = "selfservice/sessions.html"
    data_page: ClassVar[str] = "account-sessions"

    action: str
    sessions: tuple[SessionLine, ...]


@dataclass(frozen=True, slots=True)
class RememberedLine:
    """One device that needs no second factor until `until`."""

    id: str
    device: str
    since: datetime
    last_used: datetime
    until: datetime
    place: str = ""
    current: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountDevicesPage(AccountPage):
    """Remembered devices. Posts `device` = an id (#device-forget) or `all` (#device-forget-all)."""

    template: ClassVar[str] = "selfservice/devices.html"
    data_page: ClassVar[str] = "account-devices"

    action: str
    devices: tuple[RememberedLine, ...]


@dataclass(frozen=True, slots=True)
class SecurityRow:
    """One thing that guards the account: what it is, how it stands, and the page that manages it (`#name`)."""

    name: str
    title: str
    status: str
    href: str
    icon: str = "shield"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountSecurityPage(AccountPage):
    """How the citizen signs in and gets back in; every row leads to the page that manages it."""

    template: ClassVar[str] = "selfservice/security.html"
    data_page: ClassVar[str] = "account-security"

    rows: tuple[SecurityRow, ...]


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One event in plain words, already localised."""

    at: datetime
    text: str
    detail: str = ""
    kind: HistoryKind = "account"
    not_me_url: str = ""
    """Beside a sign-in: where "that was not me" leads."""
    receipt_url: str = ""
    """Beside a consent: its receipt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountHistoryPage(AccountPage):
    """What happened, newest first."""

    template: ClassVar[str] = "selfservice/history.html"
    data_page: ClassVar[str] = "account-history"

    events: tuple[HistoryLine, ...]
    pagination: Pagination | None = None

"""The pages of an interaction: who are you, prove it, what do you give."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from idp.web.pages.base import Page


@dataclass(frozen=True, slots=True)
class AccountChoice:
    """One account of this browser: `name` is shortened, `hint` a masked contact or when it was used, never a NIK."""

    id: str
    name: str
    hint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginPage(Page):
    """First factor. Posts `identifier`, `password` and `action` = `submit` or `cancel` (contract.md 6).

    And `shared` = `yes` where the citizen ticks that several people use the device.
    """

    template: ClassVar[str] = "auth/login.html"
    data_page: ClassVar[str] = "login"

    action: str
    identifier: str = ""
    register_url: str = ""
    expected: AccountChoice | None = None
    """The account that was picked; its identifier is neither asked nor shown."""
    accounts_url: str = ""
    """Where the accounts of this browser are."""
    qr_url: str = ""
    """Where a phone that is signed in may help; empty where that would not be enough."""
    forgot_url: str = ""
    cancellable: bool = False
    passkey_action: str = ""
    """Where the passkey's answer is posted; its challenges are at `/options` below. Empty: none can be used here."""
    wait_seconds: int = 0
    """More than 0 while attempts are slowed down: the page says how long and keeps the form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MfaPage(Page):
    """Second factor: the six digits of the authenticator application.

    Posts `otp`, hidden `method` = `authenticator`, and `action` = `submit`, `other` (another way) or `cancel`; and
    `remember` = `yes` where that is offered and ticked.
    """

    template: ClassVar[str] = "auth/mfa.html"
    data_page: ClassVar[str] = "mfa"

    action: str
    cancellable: bool = False
    other_available: bool = True
    help_url: str = ""
    wait_seconds: int = 0
    remember_offered: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryCodePage(Page):
    """Second factor from the recovery card.

    Posts `recovery_code`, hidden `method` = `recovery`, and `action` = `submit`, `other` (another way) or `cancel`.
    """

    template: ClassVar[str] = "auth/recovery.html"
    data_page: ClassVar[str] = "mfa"

    action: str
    codes_left: int = 0
    cancellable: bool = False
    other_available: bool = True
    help_url: str = ""
    wait_seconds: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PasskeyPage(Page):
    """Second factor by passkey. Posts `credential`, which the script fills in, and hidden `method` = `passkey`."""

    template: ClassVar[str] = "auth/passkey.html"
    data_page: ClassVar[str] = "mfa"

    action: str
    options_url: str
    hardware: bool = False
    """Only a security key is enough."""
    cancellable: bool = False
    other_available: bool = True
    help_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageCodePage(Page):
    """Second factor by message: first a button that sends (#mfa-send), then the six digits.

    Posts `otp`, hidden `method` = `sms` or `whatsapp`, and `action` = `send`, `submit`, `other` or `cancel`; and
    `remember` = `yes` where that is offered and ticked.
    """

    template: ClassVar[str] = "auth/message_code.html"
    data_page: ClassVar[str] = "mfa"

    action: str
    method: str
    channel: str
    address: str
    """Masked."""
    sent: bool = False
    resend_wait_seconds: int = 0
    valid_minutes: int = 10
    outbox_url: str = ""
    cancellable: bool = False
    other_available: bool = True
    help_url: str = ""
    wait_seconds: int = 0
    remember_offered: bool = False


@dataclass(frozen=True, slots=True)
class WayLink:
    """One way to prove a second factor: its name (a hook, `#way-<name>`), its label and where it leads."""

    name: str
    label: str
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MfaWaysPage(Page):
    """The ways this account has to prove a second factor."""

    template: ClassVar[str] = "auth/ways.html"
    data_page: ClassVar[str] = "mfa-ways"

    ways: tuple[WayLink, ...]
    help_url: str = ""


@dataclass(frozen=True, slots=True)
class ClaimLine:
    """One item of data on its way to an agency: value, source, purpose, legal basis; all localised.

    An empty `value` is shown as "not known to us"; a `sensitive` one stays closed until the citizen opens it.
    """

    name: str
    label: str
    value: str
    source: str
    purpose: str
    legal_basis: str = ""
    verified_on: date | None = None
    sensitive: bool = False
    checked: bool = False
    """Only for optional items shown again after an error; off at first sight (UU PDP art. 22)."""
    until: date | None = None
    """Asked, or told, again on this day."""


@dataclass(frozen=True, slots=True)
class DetailLine:
    """One thing the agency wants to do exactly (RFC 9396), in words: what, for what, who gets it, from where."""

    items: tuple[str, ...]
    purpose: str
    recipient: str
    sources: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """The whole line as one text, kept as evidence."""
        return " | ".join((", ".join(self.items), self.purpose, self.recipient, ", ".join(self.sources)))


@dataclass(frozen=True, slots=True)
class ContactOption:
    """One confirmed address or number to choose."""

    id: str
    value: str
    primary: bool = False
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class ContactChoice:
    """Which one a service sees, where there are several: a select named `field`; `kind` is `email` or `phone`."""

    kind: str
    field: str
    options: tuple[ContactOption, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentPage(Page):
    """What the agency gets. Posts one `claim` per ticked optional item and `action` = `allow` or `deny`.

    Where there are several addresses or numbers it also posts `email_contact`, `phone_contact`.
    """

    template: ClassVar[str] = "consent/consent.html"
    data_page: ClassVar[str] = "consent"

    action: str
    citizen_name: str
    notices: tuple[ClaimLine, ...] = ()
    """Given on another ground than consent: the citizen is told, once, apart from what is asked."""
    required: tuple[ClaimLine, ...] = ()
    optional: tuple[ClaimLine, ...] = ()
    details: tuple[DetailLine, ...] = ()
    services: tuple[str, ...] = ()
    """Services of others that the agency may call in the citizen's name, in words (RFC 8707)."""
    contacts: tuple[ContactChoice, ...] = ()
    until: date | None = None
    """None: until the citizen withdraws it."""
    offline: bool = False
    """The agency may fetch the data again while the citizen is away (offline_access)."""

    @property
    def asks(self) -> bool:
        """Whether the service needs a yes; else the citizen is told, may add something, and goes on or not."""
        return not self.notices or bool(self.required or self.services or self.details)


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectAccountPage(Page):
    """Which account. Posts `account` = an id, or `other`; or `remove` = an id, to take it off this browser."""

    template: ClassVar[str] = "auth/select_account.html"
    data_page: ClassVar[str] = "select-account"

    action: str
    accounts: tuple[AccountChoice, ...]
    removable: bool = False
    removing: bool = False
    remove_url: str = ""
    back_url: str = ""

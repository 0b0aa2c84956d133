"""Pages where citizens change what guards their account: password, authenticator applications, recovery card."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from idp.web.pages.account import AccountPage


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountPasswordPage(AccountPage):
    """Another password. Posts `current_password` where there is one, and `password` (#password-submit)."""

    template: ClassVar[str] = "selfservice/password.html"
    data_page: ClassVar[str] = "account-password"

    action: str
    username: str
    """Shown nowhere; lets password managers store the pair."""
    has_password: bool = True
    min_length: int = 8
    wait_seconds: int = 0


@dataclass(frozen=True, slots=True)
class ApplicationLine:
    """One authenticator application; posting its id to the page's action takes it off."""

    id: str
    name: str
    added: datetime
    last_used: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountAuthenticatorPage(AccountPage):
    """The authenticator applications. Posts `remove` = an id (#authenticator-remove); `add_url` leads on."""

    template: ClassVar[str] = "selfservice/authenticator.html"
    data_page: ClassVar[str] = "account-authenticator"

    action: str
    applications: tuple[ApplicationLine, ...]
    removable: bool = False
    """Another factor is there; the last one stays."""
    add_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountAuthenticatorAddPage(AccountPage):
    """A further application. Posts `name`, `otp` and the hidden sealed secret (#authenticator-submit)."""

    template: ClassVar[str] = "selfservice/authenticator_add.html"
    data_page: ClassVar[str] = "account-authenticator-add"

    action: str
    qr_uri: str
    secret: str
    otpauth_uri: str
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRecoveryCardPage(AccountPage):
    """The recovery card: how many codes are left, a new card (#recovery-new), and that card once."""

    template: ClassVar[str] = "selfservice/recovery_card.html"
    data_page: ClassVar[str] = "account-recovery-card"

    action: str
    left: int
    codes: tuple[str, ...] = ()
    """Only in the answer that made them."""
    made_on: date | None = None
    issuer_host: str = ""
    qr_uri: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountLanguagePage(AccountPage):
    """The language of letters and of `locale`. Posts `language` (#language-submit)."""

    template: ClassVar[str] = "selfservice/language.html"
    data_page: ClassVar[str] = "account-language"

    action: str
    languages: tuple[tuple[str, str, bool], ...]
    """Code, own name, and whether it is the account's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountCopyPage(AccountPage):
    """A copy of everything. The button (#copy-submit) answers with a file."""

    template: ClassVar[str] = "selfservice/copy.html"
    data_page: ClassVar[str] = "account-copy"

    action: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountClosePage(AccountPage):
    """What closing the account means. Posts `understood` (checkbox, #close-submit)."""

    template: ClassVar[str] = "selfservice/close.html"
    data_page: ClassVar[str] = "account-close"

    action: str
    hours: int
    service_count: int = 0
    waiting: bool = False
    """It is asked for already and waits; home has the button that calls it off."""

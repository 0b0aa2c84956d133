"""Pages about e-mail addresses and phone numbers: which there are, adding one, changing one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from idp.web.pages.account import AccountPage


@dataclass(frozen=True, slots=True)
class ContactLine:
    """One address or number as its owner sees it; `kind` is `email` or `phone`."""

    kind: str
    value: str
    href: str
    primary: bool = False
    confirmed: bool = True
    signs_in: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountContactsPage(AccountPage):
    """Every address and number; links add another (#contact-add-email, #contact-add-phone)."""

    template: ClassVar[str] = "selfservice/contacts.html"
    data_page: ClassVar[str] = "account-contacts"

    contacts: tuple[ContactLine, ...]
    add_email_url: str = ""
    add_phone_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountContactAddPage(AccountPage):
    """A further one. Posts `email` or `phone_number`, after `kind` (#contact-submit)."""

    template: ClassVar[str] = "selfservice/contact_add.html"
    data_page: ClassVar[str] = "account-contact-add"

    action: str
    kind: str
    value: str = ""
    channels: tuple[str, ...] = ()
    """For a phone: what a code can be sent by; posts `channel` where there are several."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountContactCodePage(AccountPage):
    """The code that was sent. Posts `code` and `action` = `submit` or `resend` (#contact-submit, #contact-resend)."""

    template: ClassVar[str] = "selfservice/contact_code.html"
    data_page: ClassVar[str] = "account-contact-code"

    action: str
    kind: str
    value: str
    valid_minutes: int = 10
    resend_wait_seconds: int = 0
    outbox_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountContactPage(AccountPage):
    """One of them. Posts `action` = `confirm`, `primary`, `remove` or `channels` with `channel`."""

    template: ClassVar[str] = "selfservice/contact.html"
    data_page: ClassVar[str] = "account-contact"

    action: str
    contact: ContactLine
    channels: tuple[tuple[str, str, bool], ...] = ()
    """For a phone: name, label and whether messages go there."""
    removable: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountContactHoldPage(AccountPage):
    """Confirm a change by a code to what it takes away, or wait. Posts `action` = `code` or `wait`."""

    template: ClassVar[str] = "selfservice/contact_hold.html"
    data_page: ClassVar[str] = "account-contact-hold"

    action: str
    removal: bool
    contact: ContactLine
    """What the change is about."""
    old: str
    """What it takes away, masked or not: its owner looks at it."""
    hours: int

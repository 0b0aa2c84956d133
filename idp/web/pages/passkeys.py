"""Passkeys in "Akun saya": the list, a new one, one of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from idp.web.pages.account import AccountPage


@dataclass(frozen=True, slots=True)
class PasskeyLine:
    """One passkey of the account; `hardware` ones are security keys."""

    id: str
    name: str
    href: str
    added: datetime
    last_used: datetime | None = None
    hardware: bool = False
    backed_up: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountPasskeysPage(AccountPage):
    """The passkeys, and whether the password can go (#passwordless-submit posts to `password_action`)."""

    template: ClassVar[str] = "selfservice/passkeys.html"
    data_page: ClassVar[str] = "account-passkeys"

    passkeys: tuple[PasskeyLine, ...]
    password_action: str
    new_url: str = ""
    has_password: bool = True
    may_do_without: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountNewPasskeyPage(AccountPage):
    """Add a passkey. Posts `name`, `kind` = `security_key` if ticked, and `credential`, which the script fills in."""

    template: ClassVar[str] = "selfservice/passkey_new.html"
    data_page: ClassVar[str] = "account-passkey-new"

    action: str
    options_url: str
    back_url: str
    name: str = ""
    hardware: bool = False
    """A security key that reaches the highest level can be added too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountPasskeyPage(AccountPage):
    """One passkey. Posts `name` and `action` = `rename` (#passkey-rename) or `remove` (#passkey-remove)."""

    template: ClassVar[str] = "selfservice/passkey.html"
    data_page: ClassVar[str] = "account-passkey"

    action: str
    back_url: str
    passkey: PasskeyLine

"""The steps of registration: one question per page, all `data-page="register"`, told apart by `step`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Literal

from idp.web.pages.base import Page, Steps, Way
from idp.web.pages.signing_in import WayLink

MatchState = Literal["match", "near", "mismatch", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterPage(Page):
    """What the steps share: where the form goes, where we are in the sequence, the ways back and out."""

    data_page: ClassVar[str] = "register"
    step: ClassVar[str]

    action: str
    steps: Steps | None = None
    cancel_url: str = ""
    back_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterIdentityPage(RegisterPage):
    """Who are you. Posts `nik`, `name`, `birth_day`, `birth_month`, `birth_year`.

    Errors may name these fields or `birthdate` for the date as a whole.
    """

    template: ClassVar[str] = "register/identity.html"
    step: ClassVar[str] = "identity"

    nik: str = ""
    name: str = ""
    birth_day: str = ""
    birth_month: str = ""
    birth_year: str = ""
    sign_in_url: str = ""


@dataclass(frozen=True, slots=True)
class FieldMatch:
    """What the population registry said about one typed field; it never gives its own value away."""

    label: str
    typed: str
    state: MatchState


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterMismatchPage(RegisterPage):
    """The registry does not agree: per field, with ways on. The link `edit_url` leads back to the form."""

    template: ClassVar[str] = "register/mismatch.html"
    step: ClassVar[str] = "mismatch"

    results: tuple[FieldMatch, ...]
    edit_url: str
    attempts_left: int | None = None
    ways: tuple[Way, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterLaterPage(RegisterPage):
    """The registry is down: registration goes on and is checked later. Posts only `step`."""

    template: ClassVar[str] = "register/later.html"
    step: ClassVar[str] = "later"


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterContactPage(RegisterPage):
    """How do we reach you. Posts `email` and, if wished, `phone_number`."""

    template: ClassVar[str] = "register/contact.html"
    step: ClassVar[str] = "contact"

    email: str = ""
    phone_number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterCodePage(RegisterPage):
    """The code sent by e-mail. Posts `code` and `action` = `submit` or `resend` (#register-resend)."""

    template: ClassVar[str] = "register/code.html"
    step: ClassVar[str] = "code"

    email: str
    valid_minutes: int = 10
    resend_wait_seconds: int = 0
    change_url: str = ""
    outbox_url: str = ""
    """Sandbox only: where the message can be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterPasswordPage(RegisterPage):
    """A password of one's own. Posts `password` (one field, with a show switch)."""

    template: ClassVar[str] = "register/password.html"
    step: ClassVar[str] = "password"

    username: str
    """Shown nowhere; lets password managers store the pair (`autocomplete="username"`)."""
    min_length: int = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterFactorPage(RegisterPage):
    """One way to prove a second factor; `others` lead to the pages of the other ways (#way-<name>)."""

    others: tuple[WayLink, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterAuthenticatorPage(RegisterFactorPage):
    """An application that shows codes. Posts `otp`; `qr_uri` is a data: image, `secret` is for typing."""

    template: ClassVar[str] = "register/authenticator.html"
    step: ClassVar[str] = "authenticator"

    qr_uri: str
    secret: str
    otpauth_uri: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterPasskeyPage(RegisterFactorPage):
    """A passkey of this device. Posts `credential`, which the script fills in."""

    template: ClassVar[str] = "register/passkey.html"
    step: ClassVar[str] = "passkey"

    options_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterMessagePage(RegisterFactorPage):
    """Codes by SMS instead of an application. Posts `action` = `send` (#register-send), or `otp`."""

    template: ClassVar[str] = "register/message.html"
    step: ClassVar[str] = "sms"

    number: str
    """Masked."""
    sent: bool = False
    valid_minutes: int = 10
    resend_wait_seconds: int = 0
    outbox_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterRecoveryPage(RegisterPage):
    """The recovery card, printable. Posts `saved` (checkbox). `qr_uri` is a data: image with the codes."""

    template: ClassVar[str] = "register/recovery_card.html"
    step: ClassVar[str] = "recovery"

    codes: tuple[str, ...]
    citizen_name: str
    made_on: date
    issuer_host: str
    qr_uri: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterDonePage(RegisterPage):
    """The account is ready. Posts only `step`, or links to `continue_url` when there is no form to post."""

    template: ClassVar[str] = "register/done.html"
    step: ClassVar[str] = "done"

    citizen_name: str
    continue_url: str = ""
    checked: bool = True
    """False while the population registry has still to confirm."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterStopPage(RegisterPage):
    """Registration ends here (account exists, record not active, too many tries): why, and the ways on."""

    template: ClassVar[str] = "register/stop.html"
    step: ClassVar[str] = "stop"

    title: str
    text: str
    ways: tuple[Way, ...] = ()

"""Ways back into an account, and the pages its owner reaches without signing in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from idp.web.pages.base import Page, Steps, Way


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomePage(Page):
    """What came of something, and the ways on."""

    template: ClassVar[str] = "recover/outcome.html"
    data_page: ClassVar[str] = "outcome"

    title: str
    text: str
    ways: tuple[Way, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoverPage(Page):
    """Forgotten password: who is it? Posts `identifier` (#recover-submit); other ways back are links."""

    template: ClassVar[str] = "recover/recover.html"
    data_page: ClassVar[str] = "recover"

    action: str
    identifier: str = ""
    back_url: str = ""
    wait_seconds: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoverSentPage(Page):
    """The same answer to everybody: a letter is under way if there is such an account (ASVS 6.3.8)."""

    template: ClassVar[str] = "recover/sent.html"
    data_page: ClassVar[str] = "recover-sent"

    valid_minutes: int
    again_url: str
    outbox_url: str = ""
    identity: bool = False
    """The letter leads to the confirmation of an identity check instead of to a new password."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPasswordPage(Page):
    """A new password. Posts `password`, and `recovery_code` where a code of the card is needed too (#password-submit).

    With `wait_hours` the password may be left to wait instead (#password-wait).
    """

    template: ClassVar[str] = "recover/password.html"
    data_page: ClassVar[str] = "new-password"

    action: str
    min_length: int
    card_needed: bool = False
    wait_hours: int = 0
    steps: Steps | None = None
    wait_seconds: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PermitPage(Page):
    """The code from the counter or the letter. Posts `nik` and `permit` (#permit-submit)."""

    template: ClassVar[str] = "recover/permit.html"
    data_page: ClassVar[str] = "permit"

    action: str
    nik: str = ""
    permit: str = ""
    wait_seconds: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAuthenticatorPage(Page):
    """A new second factor. Posts `otp` (#authenticator-submit), or `credential` of a passkey (#passkey-start).

    Or `way` = `sms`, which leads to `NewPhonePage` (#way-sms).
    """

    template: ClassVar[str] = "recover/authenticator.html"
    data_page: ClassVar[str] = "new-authenticator"

    action: str
    qr_uri: str
    secret: str
    otpauth_uri: str
    passkey_options_url: str = ""
    phone_offered: bool = False
    steps: Steps | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPhonePage(Page):
    """A number that gets the codes from now on. Posts `phone_number` and `action` = `send` (#phone-send), or `back`.

    Once a code is under way: `otp` and `action` = `submit` (#phone-submit), `send` (again) or `open` (another number).
    """

    template: ClassVar[str] = "recover/phone.html"
    data_page: ClassVar[str] = "new-phone"

    action: str
    number: str = ""
    sent_to: str = ""
    """Masked."""
    valid_minutes: int = 10
    resend_wait_seconds: int = 0
    outbox_url: str = ""
    steps: Steps | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCardPage(Page):
    """The new recovery card, shown once; then the way to the sign-in (#card-done)."""

    template: ClassVar[str] = "recover/card.html"
    data_page: ClassVar[str] = "new-card"

    codes: tuple[str, ...]
    made_on: date
    issuer_host: str
    sign_in_url: str
    qr_uri: str = ""
    steps: Steps | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoverIdentityPage(Page):
    """Proving who one is again. Posts `nik`, `name`, `birth_day`, `birth_month`, `birth_year` (#identity-submit)."""

    template: ClassVar[str] = "recover/identity.html"
    data_page: ClassVar[str] = "recover-identity"

    action: str
    nik: str = ""
    name: str = ""
    birth_day: str = ""
    birth_month: str = ""
    birth_year: str = ""
    wait_seconds: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoverConfirmPage(Page):
    """The link of the letter was opened: start the waiting time? (#confirm-submit)."""

    template: ClassVar[str] = "recover/confirm.html"
    data_page: ClassVar[str] = "recover-confirm"

    action: str
    hours: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NotMePage(Page):
    """Somebody says "that was not me": what the button does (#not-me-submit); works signed out."""

    template: ClassVar[str] = "recover/not_me.html"
    data_page: ClassVar[str] = "not-me"

    action: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeCancelPage(Page):
    """What waits and when it takes effect. Posts `token` (#change-cancel); works signed out."""

    template: ClassVar[str] = "recover/cancel_change.html"
    data_page: ClassVar[str] = "change-cancel"

    action: str
    kind: str
    asked_at: datetime
    effective_at: datetime

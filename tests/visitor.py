"""A person at our pages, without scripts: reads the page, fills its form, presses a button."""

from __future__ import annotations

import html
import re
from typing import Any

from werkzeug.datastructures import MultiDict

from idp.domain.authenticators import totp
from idp.domain.events import outbox
from tests.factories import TestCitizen
from tests.forms import Form, read
from tests.rp import Answer, Browser, Provider

MAIN = {
    "login": "login-form",
    "select-account": "account-form",
    "mfa": "mfa-form",
    "register": "register-form",
    "consent": "consent-form",
    "account-password": "password-form",
    "account-authenticator": "authenticator-form",
    "account-authenticator-add": "authenticator-form",
    "account-recovery-card": "recovery-form",
    "mfa-enrol": "enrol-form",
    "mfa-none": "mfa-form",
    "account-contact-add": "contact-form",
    "account-contact-code": "contact-form",
    "account-contact-hold": "hold-form",
}


class Visitor:
    """One browser and the page it shows."""

    def __init__(self, provider: Provider, browser: Browser | None = None) -> None:
        self.provider = provider
        self.browser = browser or provider.browser()
        self.answer: Answer | None = None
        self.sent: Answer | None = None
        """The answer to the last form, before it was followed."""
        self.path = ""

    def open(self, path: str, **kwargs: Any) -> Visitor:
        """Go to an address and follow where it leads within the provider."""
        return self._arrive(path, self.browser.get(path, **kwargs))

    @property
    def page(self) -> str:
        return read(self.text)[0]

    @property
    def status(self) -> int:
        assert self.answer is not None
        return self.answer.status

    @property
    def text(self) -> str:
        assert self.answer is not None
        return html.unescape(self.answer.response.get_data(as_text=True))

    @property
    def form(self) -> Form:
        assert self.answer is not None
        return read(self.answer.response.get_data(as_text=True))[1][MAIN[self.page]]

    @property
    def step(self) -> str:
        """Which step of registration the page asks for."""
        found = re.search(r'name="step" value="([^"]+)"', self.text)
        return found[1] if found else ""

    def press(self, button: str, tick: tuple[str, ...] = (), **typed: str) -> Visitor:
        """Fill the main form, press a button, follow."""
        form = self.form
        return self.send(form.action, form.filled(button, tick, **typed))

    def send(self, path: str, pairs: list[tuple[str, str]], **kwargs: Any) -> Visitor:
        """Post a form as it is, follow."""
        self.sent = self.browser.post(path, MultiDict(pairs), **kwargs)
        return self._arrive(path, self.sent)

    def password(self, identifier: str, password: str) -> Visitor:
        if self.page == "select-account":
            self.press("account-other")
        return self.press("login-submit", identifier=identifier, password=password)

    def code(self, citizen: TestCitizen, drift: int = 0) -> Visitor:
        assert citizen.totp_secret is not None
        step = totp.step_at(self.provider.services.clock()) + drift
        return self.press("mfa-submit", otp=totp.code_at(citizen.totp_secret, step))

    def sign_in(self, citizen: TestCitizen) -> Visitor:
        """Do both factors from the sign-in page."""
        return self.password(citizen.email, citizen.password).code(citizen)

    def _arrive(self, path: str, answer: Answer) -> Visitor:
        for _hop in range(6):
            location = answer.location
            if location is None or not location.startswith("/"):
                break
            path, answer = location, self.browser.get(location)
        self.path, self.answer = path, answer
        return self


def letters(provider: Provider) -> list[dict[str, Any]]:
    """Take every letter out of the outbox, oldest first."""
    services, found = provider.services, []
    seal = services.tree.vault.system("pii")
    while True:
        with services.database.unit_of_work() as db:
            delivery = outbox.claim(db, seal, services.clock())
            if delivery is None:
                return found
            outbox.settle(db, delivery, outbox.DONE, services.clock())
            if delivery.kind == "message":
                found.append(dict(delivery.payload))


def changes(provider: Provider) -> list[str]:
    """Take every letter out of the outbox and name the changes they tell of."""
    found = letters(provider)
    return [letter["context"]["change"] for letter in found if letter["template"] == "account_change"]

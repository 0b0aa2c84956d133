"""Operators at the console: people with a role, and a browser that signs in as they do."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from werkzeug.datastructures import MultiDict

from idp.domain.authenticators import totp
from idp.domain.citizens.enrolment import create_operator
from idp.domain.registry import agencies
from idp.protocol.oauth.values import b64url
from idp.services import Services
from idp.web.cookies import BROWSER, OPERATOR
from tests import factories
from tests.rp import Answer, Browser, Provider

PASSWORD = "kapal layar menuju timur"


@dataclass(frozen=True)
class TestOperator:
    """Somebody who works at the console."""

    __test__ = False

    account_id: UUID
    identifier: str
    name: str
    password: str = field(default=PASSWORD, repr=False)
    totp_secret: str = field(default="", repr=False)

    @property
    def actor(self) -> str:
        return str(self.account_id)


def an_agency(services: Services, agency_id: str, name: str = "") -> str:
    """A registered agency."""
    with services.database.unit_of_work() as db:
        agencies.put(
            db,
            agency_id,
            name or f"Dinas {agency_id}",
            f"Office {agency_id}",
            by="test",
            now=services.clock(),
        )
    return agency_id


def an_operator(
    services: Services, name: str = "Rina Hartati", role: str = "super", agency_id: str | None = None
) -> TestOperator:
    """An operator with password and authenticator."""
    identifier = f"{name.split()[0].lower()}@contoh.go.id"
    secret = totp.new_secret()
    now = services.clock()
    with services.database.unit_of_work() as db:
        account_id = create_operator(
            db,
            services.tree,
            display_name=name,
            role=role,
            agency_id=agency_id,
            identifier=identifier,
            password_hash=factories.a_hash(services, PASSWORD),
            now=now,
        )
        totp.enrol(db, services.tree.vault.system("factor"), account_id, secret, now)
    return TestOperator(account_id, identifier, name, PASSWORD, secret)


class Console:
    """One browser at the console, and the page it shows."""

    def __init__(self, provider: Provider, operator: TestOperator | None = None) -> None:
        self.provider = provider
        self.browser: Browser = provider.browser()
        self.operator = operator
        self.answer: Answer
        if operator is not None:
            self.sign_in(operator)

    @property
    def page(self) -> str:
        return self.answer.page

    @property
    def status(self) -> int:
        return self.answer.status

    @property
    def text(self) -> str:
        """What the page says, without its tags."""
        return html.unescape(re.sub(r"<[^>]+>", " ", self.answer.text))

    def open(self, path: str, **kwargs: Any) -> Console:
        """Go to an address and follow where it leads."""
        self.answer = self.browser.follow(self.browser.get(path, **kwargs))
        return self

    def send(self, form: str, button: str | None = None, tick: tuple[str, ...] = (), **typed: str) -> Console:
        """Fill a form of this page, press its button, follow."""
        fields = {name.replace("__", "-"): value for name, value in typed.items()}
        self.answer = self.browser.submit(self.answer, form, button, tick, **fields)
        return self

    def post(self, path: str, **fields: str) -> Console:
        """Send something no form of this page offers, with this browser's CSRF token."""
        secret = self.browser.cookie(BROWSER)
        assert secret is not None
        token = b64url(self.provider.services.tree.mac("csrf", secret.encode()))
        self.answer = self.browser.post(path, data=MultiDict({"csrf_token": token, **fields}))
        return self

    def give_password(self, operator: TestOperator, password: str | None = None) -> Console:
        return self.send(
            "login-form",
            "login-submit",
            identifier=operator.identifier,
            password=password or operator.password,
        )

    def give_code(self, operator: TestOperator) -> Console:
        return self.send("mfa-form", "mfa-submit", otp=code(operator, self.provider.services.clock()))

    def sign_in(self, operator: TestOperator, at: str = "/admin/clients") -> Console:
        """Both steps; the clock moves on, as a code opens one door only."""
        clock: Any = self.provider.services.clock
        self.open(at).give_password(operator)
        assert self.page == "admin-mfa", self.text
        self.give_code(operator)
        clock.advance(seconds=totp.SECONDS)
        return self

    @property
    def cookie(self) -> str | None:
        return self.browser.cookie(OPERATOR)

    def set_cookie(self, value: str) -> None:
        self.browser.http.set_cookie(OPERATOR, value, domain="localhost")


def code(operator: TestOperator, now: datetime) -> str:
    """The code of an operator's authenticator."""
    return totp.code_at(operator.totp_secret, totp.step_at(now))

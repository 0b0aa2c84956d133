"""What people do to get back in, page by page, and what the worker does meanwhile."""

from __future__ import annotations

import re

from idp import recovering
from idp.domain.authenticators import totp
from idp.domain.cases import permits
from idp.services import Services
from tests.answers import Answer
from tests.factories import TestCitizen
from tests.rp import Browser
from tests.support.letters import delivered, link

NEW_PASSWORD = "kopi pahit di beranda rumah"
NIK = "9933744501900001"


def ask(browser: Browser, identifier: str, path: str = "/recover", **kwargs: object) -> Answer:
    """Ask for a link at the page of the forgotten password."""
    return browser.submit(
        browser.get(path, **kwargs), "recover-form", "recover-submit", identifier=identifier
    )


def letter_link(services: Services, path: str = "/recover/password") -> str:
    """Let the worker write what waits, and return the link of the newest letter."""
    recovering.write_letters(services)
    found = [letter for letter in delivered(services) if path in letter.text]
    assert found, "no letter"
    return link(found[0], path)


def set_password(browser: Browser, address: str, password: str = NEW_PASSWORD, **more: str) -> Answer:
    """Open the link and set a password."""
    page = browser.get(address)
    assert page.page == "new-password", page.page
    return browser.submit(page, "password-form", "password-submit", (), password=password, **more)


def a_permit(services: Services, citizen: TestCitizen) -> str:
    """A permit as the counter gives it."""
    with services.database.unit_of_work() as db:
        return permits.issue(
            db,
            services.tree,
            account_id=citizen.account_id,
            citizen_id=citizen.citizen_id,
            origin="counter",
            now=services.clock(),
        )


def give_permit(browser: Browser, code: str, nik: str = NIK) -> Answer:
    """Type NIK and code."""
    return browser.submit(
        browser.get("/recover/permit"), "permit-form", "permit-submit", nik=nik, permit=code
    )


def enrol(browser: Browser, page: Answer, password: str = NEW_PASSWORD) -> tuple[Answer, str]:
    """Set password and authenticator with a permit; the last page and the secret of the application."""
    page = browser.submit(page, "password-form", "password-submit", password=password)
    secret = secret_of(page)
    code = totp.code_at(secret, totp.step_at(browser.provider.services.clock()))
    return browser.submit(page, "authenticator-form", "authenticator-submit", otp=code), secret


def secret_of(page: Answer) -> str:
    """Read the secret a page shows."""
    found = re.search(r'id="totp-secret">([^<]+)<', page.text)
    assert found, page.page
    return found[1].replace(" ", "")

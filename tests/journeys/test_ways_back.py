"""Getting back in: a forgotten password, a counter with two officers, and "that was not me"."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys import provider
from tests.journeys.conftest import Begin
from tests.journeys.people import Account, Authenticator
from tests.journeys.town import Town
from tests.journeys.walk import DESKTOP, PHONE, Walk

NEW_PASSWORD = "kopi-pahit-di-beranda-rumah"
LINK = re.compile(r"/recover/password\?token=\S+")
OFFICERS = ("laras@loket.contoh.id", "bayu@loket.contoh.id")


def letter(walk: Walk, town: Town, address: str) -> str:
    """Wait for the letter of the forgotten password and return its link."""
    page = walk.page.context.new_page()
    try:
        for _ in range(60):
            page.goto(f"{town.issuer}/sandbox/outbox")
            found = page.locator("a.row-link").filter(has_text=address).first
            if found.count():
                found.click()
                link = LINK.search(page.locator("#message-text").inner_text())
                if link:
                    return link[0]
            page.wait_for_timeout(250)
    finally:
        page.close()
    raise AssertionError("no letter came")


def forget(walk: Walk, town: Town, email: str) -> None:
    """Ask for a link from the sign-in page, follow it, choose another password."""
    walk.page.goto(f"{town.issuer}/signin")
    walk.at("login")
    walk.press("a[href^='/recover']")
    walk.at("recover", "recover")
    walk.write(identifier=email)
    walk.press("#recover-submit")
    walk.at("recover-sent", "recover-sent")
    walk.page.goto(town.issuer + letter(walk, town, email))
    walk.at("new-password", "new-password")
    walk.tell_secret("password", NEW_PASSWORD)
    walk.press("#password-submit")
    walk.at("outcome", "recover-done")


@pytest.mark.parametrize(("language", "script", "key"), [("id", True, "mahasiswa"), ("en", False, "kitap")])
def test_a_forgotten_password_then_not_me(
    language: str, script: bool, key: str, town: Town, begin: Begin
) -> None:
    walk, known = begin(language, script=script, size=PHONE), town.persona(key)
    forget(walk, town, f"{key}@contoh.id")
    walk.press("a.button")
    provider.sign_in(walk, Account(known.identifier, NEW_PASSWORD, known.authenticator))
    walk.at("account")
    walk.page.goto(f"{town.issuer}/me/history")
    walk.press("[data-not-me] >> nth=0")
    walk.at("not-me", "not-me")
    walk.press("#not-me-submit")
    walk.at("outcome", "locked")
    walk.page.goto(f"{town.issuer}/me")
    walk.at("login")


def enter(walk: Walk, town: Town, identifier: str) -> None:
    """Sign an officer in."""
    account = town.operator(identifier)
    walk.page.goto(f"{town.issuer}/admin")
    walk.at("admin-login")
    walk.write(identifier=account.identifier, password=account.password)
    walk.press("#login-submit")
    walk.at("admin-mfa")
    walk.write(otp=account.authenticator.code())
    walk.press("#mfa-submit")
    walk.at("admin-counter", "admin-counter")


def test_two_officers_at_a_counter(town: Town, begin: Begin) -> None:
    one, other = (begin("id", size=DESKTOP) for _ in range(2))
    nik = town.persona("nakes").identifier
    enter(one, town, OFFICERS[0])
    one.find("[name=reason]").select_option("lost_everything")
    one.write(nik=nik)
    one.press("#find-submit")
    one.at("admin-counter-citizen", "admin-counter-citizen")
    one.find("[name=checked]").check()
    one.press("#case-submit")
    one.at("admin-counter-case", "admin-counter-case")
    expect(one.find("#case-approve")).to_have_count(0)
    enter(other, town, OFFICERS[1])
    other.press("#cases a >> nth=0")
    other.at("admin-counter-case")
    other.press("#case-approve")
    other.at("admin-counter-case", "admin-counter-code")
    code = other.find("#permit-code").inner_text()
    citizen = begin("id", script=False)
    citizen.page.goto(f"{town.issuer}/recover/permit")
    citizen.at("permit", "permit")
    citizen.write(nik=nik, permit=code)
    citizen.press("#permit-submit")
    citizen.at("new-password")
    citizen.tell_secret("password", NEW_PASSWORD)
    citizen.press("#password-submit")
    citizen.at("new-authenticator", "new-authenticator")
    citizen.find("details summary").click()
    authenticator = Authenticator(citizen.find("#totp-secret").inner_text())
    citizen.tell_secret("otp", authenticator.code())
    citizen.press("#authenticator-submit")
    citizen.at("new-card", "new-card")
    citizen.press("#card-done")
    provider.sign_in(citizen, Account(nik, NEW_PASSWORD, authenticator))
    citizen.at("account")

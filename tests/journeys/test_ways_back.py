"""Getting back in: a forgotten password, a counter with two officers, and "that was not me"."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys import provider
from tests.journeys.conftest import Begin
from tests.journeys.people import Account, Authenticator, person
from tests.journeys.town import Town
from tests.journeys.walk import DESKTOP, PHONE, Walk

NEW_PASSWORD = "kopi-pahit-di-beranda-rumah"
LINK = re.compile(r"/recover/password\?token=\S+")
CONFIRM = re.compile(r"/recover/confirm\?token=\S+")
PERMIT = re.compile(r"/recover/permit\?permit=\S+")
OFFICERS = ("laras@loket.contoh.id", "bayu@loket.contoh.id")


def letter(walk: Walk, town: Town, address: str, wanted: re.Pattern[str] = LINK) -> str:
    """Wait for a letter to an address with a link of this kind and return the link."""
    page = walk.page.context.new_page()
    try:
        for _ in range(60):
            page.goto(f"{town.issuer}/sandbox/outbox")
            found = page.locator("a.row-link").filter(has_text=address)
            for number in range(found.count()):
                found.nth(number).click()
                link = wanted.search(page.locator("#message-text").inner_text())
                if link:
                    return link[0]
                page.go_back()
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


@pytest.mark.parametrize(("language", "key"), [("id", "nakes"), ("en", "asn-pppk")])
def test_two_officers_at_a_counter(language: str, key: str, town: Town, begin: Begin) -> None:
    one, other = (begin(language, size=DESKTOP) for _ in range(2))
    nik = town.persona(key).identifier
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
    citizen = begin(language, script=False)
    citizen.page.goto(f"{town.issuer}/recover/permit")
    citizen.at("permit", "permit")
    citizen.write(permit=code)
    account = renew(citizen, nik)
    provider.sign_in(citizen, account)
    at_home(citizen)


def renew(citizen: Walk, nik: str) -> Account:
    """Use the permit that stands on the page: new password, new application, new card."""
    citizen.write(nik=nik)
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
    return Account(nik, NEW_PASSWORD, authenticator)


@pytest.mark.parametrize(("language", "script", "key"), [("id", False, "jawa"), ("en", True, "sunda")])
def test_who_one_is_proved_again_and_a_day_of_waiting(
    language: str, script: bool, key: str, town: Town, begin: Begin
) -> None:
    walk, someone = begin(language, script=script, size=PHONE), person(key)
    walk.page.goto(f"{town.issuer}/recover/identity")
    walk.at("recover-identity", "recover-identity")
    day, month, year = someone.birth_numbers
    walk.write(nik=someone.nik, name=someone.name, birth_day=day, birth_month=month, birth_year=year)
    walk.press("#identity-submit")
    walk.at("recover-sent")
    walk.page.goto(town.issuer + letter(walk, town, someone.email, CONFIRM))
    walk.at("recover-confirm", "recover-confirm")
    walk.press("#confirm-submit")
    walk.at("outcome", "recover-waits")
    town.let_changes_wait(hours=24)
    walk.page.goto(town.issuer + letter(walk, town, someone.email, PERMIT))
    walk.at("permit")
    provider.sign_in(walk, renew(walk, someone.nik))
    at_home(walk)


def at_home(walk: Walk) -> None:
    """Be on one's own pages, which speak the language of the account."""
    expect(walk.find("body[data-page=account]")).to_be_visible()

"""Getting back in: a letter, the card after "that was not me", a counter with two officers, a new proof."""

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
NOT_ME = re.compile(r"/not-me\?token=\S+")
PERMIT = re.compile(r"/recover/permit\?permit=\S+")
OFFICERS = ("laras@loket.contoh.id", "bayu@loket.contoh.id")


def forget(walk: Walk, town: Town, email: str, *, earlier: str = "", card: str = "") -> str:
    """Ask for a link from the sign-in page, follow it, choose another password; return the link."""
    walk.page.goto(f"{town.issuer}/signin")
    walk.at("login")
    walk.press("a[href^='/recover']")
    walk.at("recover", "recover")
    walk.write(identifier=email)
    walk.press("#recover-submit")
    walk.at("recover-sent", "recover-sent")
    link = provider.letter(walk, town.issuer, email, LINK, not_this=earlier)
    walk.page.goto(link)
    walk.at("new-password", "new-password-with-card" if card else "new-password")
    walk.tell_secret("password", NEW_PASSWORD)
    if card:
        walk.tell_secret("recovery_code", card)
    walk.press("#password-submit")
    walk.at("outcome", "recover-done")
    return link


@pytest.mark.parametrize(("language", "script", "key"), [("id", True, "mahasiswa"), ("en", False, "kitap")])
def test_a_forgotten_password_then_not_me_then_the_card(
    language: str, script: bool, key: str, town: Town, begin: Begin
) -> None:
    walk, known, email = begin(language, script=script, size=PHONE), town.persona(key), f"{key}@contoh.id"
    renewed = Account(known.identifier, NEW_PASSWORD, known.authenticator)
    link = forget(walk, town, email)
    walk.press("a.button")
    provider.sign_in(walk, renewed)
    walk.at("account")
    walk.page.goto(f"{town.issuer}/me/security/recovery-card")
    walk.press("#recovery-new")
    walk.at("account-recovery-card")
    card = walk.find("#recovery-codes li").first.inner_text()

    anywhere = begin(language, script=script, size=PHONE)
    anywhere.page.goto(provider.letter(walk, town.issuer, email, NOT_ME))
    anywhere.at("not-me")
    walk.page.goto(f"{town.issuer}/me/history")
    walk.press("[data-not-me] >> nth=0")
    walk.at("not-me", "not-me")
    at_hand = walk if script else anywhere
    at_hand.press("#not-me-submit")
    at_hand.at("outcome", "locked")
    walk.page.goto(f"{town.issuer}/me")
    walk.at("login")

    forget(walk, town, email, earlier=link, card=card)
    walk.press("a.button")
    provider.sign_in(walk, renewed)
    walk.at("account")


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


@pytest.mark.parametrize(("language", "script", "key"), [("id", False, "nakes"), ("en", True, "asn-pppk")])
def test_two_officers_at_a_counter(language: str, script: bool, key: str, town: Town, begin: Begin) -> None:
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
    citizen = begin(language, script=script)
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
    walk.page.goto(provider.letter(walk, town.issuer, someone.email, CONFIRM))
    walk.at("recover-confirm", "recover-confirm")
    walk.press("#confirm-submit")
    walk.at("outcome", "recover-waits")
    town.let_changes_wait(hours=24)
    walk.page.goto(provider.letter(walk, town.issuer, someone.email, PERMIT))
    walk.at("permit")
    provider.sign_in(walk, renew(walk, someone.nik))
    at_home(walk)


def at_home(walk: Walk) -> None:
    """Be on one's own pages, which speak the language of the account."""
    expect(walk.find("body[data-page=account]")).to_be_visible()

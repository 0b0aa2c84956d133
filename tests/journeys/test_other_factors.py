"""A phone that knows no applications: a code by SMS, and a line of the recovery card, in place of an authenticator."""

import pytest
from playwright.sync_api import expect

from tests.journeys import provider
from tests.journeys.conftest import Begin
from tests.journeys.people import Account
from tests.journeys.town import Town
from tests.journeys.walk import PHONE, Walk

WHO = {"id": ("tanpa-surel", "+6281200000102"), "en": ("wali", "+6281200000107")}


@pytest.mark.parametrize(("language", "script"), [("id", False), ("en", True)])
def test_a_code_by_sms_and_a_line_of_the_card_are_second_factors(
    language: str, script: bool, town: Town, begin: Begin
) -> None:
    key, number = WHO[language]
    account = town.persona(key)
    walk = begin(language, script=script, size=PHONE)
    walk.page.goto(f"{town.issuer}/help?ui_locales={language}")
    walk.page.goto(f"{town.issuer}/signin?next=/me/security/messages")
    provider.sign_in(walk, account)
    walk.at("account-security-messages", "my-codes-by-message")
    walk.press("#message-on")
    walk.at("account-security-message-code", "my-first-code-by-message")
    first = provider.mailed_code(walk, number)
    walk.tell_secret("otp", first)
    walk.press("#message-code-submit")
    walk.at("account-security-messages")
    expect(walk.find("#message-off")).to_be_visible()
    walk.page.goto(f"{town.issuer}/me/security/recovery-card")
    walk.at("account-recovery-card")
    walk.press("#recovery-new")
    walk.at("account-recovery-card")
    card = walk.find("#recovery-codes li").first.inner_text()
    sign_out(walk)

    first_factor(walk, town, account)
    walk.press("#mfa-other")
    walk.at("mfa-ways", "ways")
    walk.press("#way-sms")
    walk.at("mfa", "code-by-sms")
    walk.press("#mfa-send")
    walk.at("mfa", "code-by-sms-sent")
    walk.tell_secret("otp", provider.mailed_code(walk, number, not_this=first))
    walk.press("#mfa-submit")
    walk.at("account-security")
    sign_out(walk)

    first_factor(walk, town, account)
    walk.press("#mfa-other")
    walk.at("mfa-ways")
    walk.press("#way-recovery")
    walk.at("mfa", "recovery-card")
    walk.tell_secret("recovery_code", card)
    walk.press("#mfa-submit")
    walk.at("outcome", "recovery-card-used")
    walk.press("a[href^='/interaction/']")
    walk.at("account-security", "my-security")


def first_factor(walk: Walk, town: Town, account: Account) -> None:
    """Tell who it is, with the password."""
    walk.page.goto(f"{town.issuer}/signin?next=/me/security")
    walk.at("login")
    walk.write(identifier=account.identifier)
    walk.tell_secret("password", account.password)
    walk.press("#login-submit")
    walk.at("mfa")


def sign_out(walk: Walk) -> None:
    """Leave by the link in sight."""
    walk.press("#sign-out")
    walk.at("logout")
    walk.press("#logout-confirm")
    walk.at("logged-out")

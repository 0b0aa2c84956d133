"""A phone that knows no applications: codes by message, and a line of the card, in place of an authenticator."""

from dataclasses import replace

import pytest
from playwright.sync_api import expect

from tests.journeys import provider
from tests.journeys.conftest import Begin
from tests.journeys.people import Account
from tests.journeys.town import Town
from tests.journeys.walk import PHONE, Walk

WHO = {"id": ("tanpa-surel", "81200000102"), "en": ("wali", "81200000107")}


@pytest.mark.parametrize(("language", "script"), [("id", False), ("en", True)])
def test_codes_by_message_and_a_line_of_the_card_are_second_factors(
    language: str, script: bool, town: Town, begin: Begin
) -> None:
    key, number = WHO[language]
    account = town.persona(key)
    walk = begin(language, script=script, size=PHONE)
    walk.page.goto(f"{town.issuer}/help?ui_locales={language}")
    walk.page.goto(f"{town.issuer}/signin?next=/me/security/messages")
    provider.sign_in(walk, account)
    walk.at("account-security-messages", "my-codes-by-message")
    last = switch_on(walk, "#message-on", number)
    last = switch_on(walk, "#message-on-2", number, last)
    expect(walk.find("#message-off-2")).to_be_visible()
    walk.page.goto(f"{town.issuer}/me/security/recovery-card")
    walk.at("account-recovery-card")
    walk.press("#recovery-new")
    walk.at("account-recovery-card")
    card = walk.find("#recovery-codes li").first.inner_text()
    provider.sign_out(walk)

    for way, spelling in (("sms", f"0{number}"), ("whatsapp", f"62{number}")):
        first_factor(walk, town, replace(account, identifier=spelling))
        other_way(walk, way)
        walk.at("mfa", f"code-by-{way}")
        walk.press("#mfa-send")
        walk.at("mfa", f"code-by-{way}-sent")
        last = provider.mailed_code(walk, number, not_this=last)
        walk.tell_secret("otp", last)
        walk.press("#mfa-submit")
        walk.at("account-security")
        provider.sign_out(walk)

    first_factor(walk, town, replace(account, identifier=f"+62 {number[:3]}-{number[3:7]}-{number[7:]}"))
    other_way(walk, "recovery")
    walk.at("mfa", "recovery-card")
    walk.tell_secret("recovery_code", card)
    walk.press("#mfa-submit")
    walk.at("outcome", "recovery-card-used")
    walk.press("a[href^='/interaction/']")
    walk.at("account-security", "my-security")


def switch_on(walk: Walk, button: str, number: str, last: str = "") -> str:
    """Let a channel reach the telephone; return its first code."""
    walk.press(button)
    walk.at("account-security-message-code", "my-first-code-by-message")
    first = provider.mailed_code(walk, number, not_this=last)
    walk.tell_secret("otp", first)
    walk.press("#message-code-submit")
    walk.at("account-security-messages")
    return first


def first_factor(walk: Walk, town: Town, account: Account) -> None:
    """Tell who it is, with the password."""
    walk.page.goto(f"{town.issuer}/signin?next=/me/security")
    walk.at("login")
    walk.write(identifier=account.identifier)
    walk.tell_secret("password", account.password)
    walk.press("#login-submit")
    walk.at("mfa")


def other_way(walk: Walk, name: str) -> None:
    """Choose another second factor than the first that is offered."""
    walk.press("#mfa-other")
    walk.at("mfa-ways", "ways")
    walk.press(f"#way-{name}")

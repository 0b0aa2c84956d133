"""A computer in a village office is signed in by the phone in a pocket: a code, a number, a decision."""

import pytest
from playwright.sync_api import expect

from tests.journeys import provider
from tests.journeys.conftest import Begin
from tests.journeys.town import Town
from tests.journeys.walk import DESKTOP


@pytest.mark.parametrize(("language", "script"), [("id", True), ("en", False)])
def test_a_phone_signs_a_shared_computer_in(language: str, script: bool, town: Town, begin: Begin) -> None:
    phone, computer = begin(language, script=not script), begin(language, script=script, size=DESKTOP)
    phone.page.goto(f"{town.issuer}/signin?ui_locales={language}")
    provider.sign_in(phone, town.persona("suharto"))
    phone.at("account")
    computer.page.goto(f"{town.issuer}/signin?ui_locales={language}")
    computer.at("login", "phone-1-login")
    computer.press("#login-phone")
    computer.at("qr", "phone-2-code")
    phone.page.goto(computer.find("#qr-code").get_attribute("data-address") or "")
    phone.at("approve", "phone-3-approve")
    if not script:
        computer.press("#qr-continue")
    number = computer.find("#qr-number").inner_text()
    computer.at("qr", "phone-4-number")
    phone.page.locator(f"input[name=number][value='{number}']").check()
    phone.page.locator("input[name=shared]").check()
    phone.press("#approve-allow")
    phone.at("decided", "phone-5-decided")
    if not script:
        computer.press("#qr-continue")
    computer.at("account", "phone-6-account")
    expect(computer.find("#shared-device")).to_be_visible()
    assert computer.secrets_typed == 0
    provider.sign_out(computer)
    computer.page.goto(f"{town.issuer}/signin?ui_locales={language}")
    computer.at("login")
    expect(computer.find("#login-accounts")).to_have_count(0)  # it knows nobody

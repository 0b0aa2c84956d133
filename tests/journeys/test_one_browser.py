"""A family at one browser: who is who there, what is remembered and what is not (features B5, C12)."""

import pytest
from playwright.sync_api import expect

from tests.journeys import provider
from tests.journeys.conftest import Begin
from tests.journeys.people import Account
from tests.journeys.town import Town
from tests.journeys.walk import PHONE, Walk

FAMILIES = {
    "id": ("ibu-telepon-bersama", "0812-0000-0915", "anak-telepon-bersama"),
    "en": ("pindah-daerah", "62 812 0000 0105", "nik-aneh"),
}


@pytest.mark.parametrize(("language", "script"), [("id", False), ("en", True)])
def test_a_family_signs_in_at_one_browser(language: str, script: bool, town: Town, begin: Begin) -> None:
    one, number, other = FAMILIES[language]
    mother, son = town.persona(one), town.persona(other)
    walk = begin(language, script=script, size=PHONE)
    walk.page.goto(f"{town.issuer}/help?ui_locales={language}")
    come(walk, town)
    walk.at("login")
    password(walk, mother, number)
    walk.at("mfa")
    walk.find("[name=remember]").check()
    code(walk, mother)
    walk.at("account-devices", "my-devices")
    expect(walk.find("#device-forget")).to_be_visible()
    provider.sign_out(walk)

    come(walk, town)
    walk.at("login")
    walk.press("#login-accounts")
    walk.at("select-account", "accounts-one")
    walk.press("#account-other")
    provider.sign_in(walk, son)
    walk.at("account-devices")
    expect(walk.find("#no-devices")).to_be_visible()
    provider.sign_out(walk)

    come(walk, town)
    walk.at("select-account", "accounts")
    names = walk.find("#account-form").inner_text()
    assert not {mother.identifier, son.identifier} & set(names.split())
    walk.press("[name=account] >> nth=1")
    walk.at("login", "login-expected")
    password(walk, mother)
    walk.at("account-devices")  # no second factor: she had it remembered
    walk.press("#device-forget")
    walk.at("account-devices", "my-devices-none")
    provider.sign_out(walk)

    come(walk, town)
    walk.press("[name=account] >> nth=0")
    walk.at("login")
    walk.find("[name=shared]").check()
    password(walk, mother)
    walk.at("mfa")
    expect(walk.find("[name=remember]")).to_have_count(0)
    code(walk, mother)
    walk.at("account-devices", "my-devices-shared")
    expect(walk.find("#shared-device")).to_be_visible()
    provider.sign_out(walk)

    come(walk, town)
    walk.at("login")  # of two there is one left
    walk.press("#login-accounts")
    walk.press("#account-remove")
    walk.at("select-account", "accounts-remove")
    walk.press("[name=remove]")
    walk.at("login")
    expect(walk.find("#login-accounts")).to_have_count(0)


def come(walk: Walk, town: Town) -> None:
    """Want to see the devices that are remembered."""
    walk.page.goto(f"{town.issuer}/signin?next=/me/security/devices")


def password(walk: Walk, account: Account, identifier: str = "") -> None:
    """Tell the password, and who it is where that is not known."""
    if identifier:
        walk.write(identifier=identifier)
    walk.tell_secret("password", account.password)
    walk.press("#login-submit")


def code(walk: Walk, account: Account) -> None:
    """Tell the code of the application."""
    walk.tell_secret("otp", account.authenticator.code())
    walk.press("#mfa-submit")

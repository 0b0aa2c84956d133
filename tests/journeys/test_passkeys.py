"""Passkeys in Chromium with its virtual authenticator: add, sign in, confirm a password, do without one, remove."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.journeys import provider
from tests.journeys.conftest import Begin
from tests.journeys.devices import Device
from tests.journeys.people import Account
from tests.journeys.town import Town
from tests.journeys.walk import PHONE, Walk

WHO = {"id": "kembar-nama-1", "en": "kembar-nama-2"}
NEW = "pelangi di atas ladang jagung"


@pytest.mark.parametrize("language", ["id", "en"])
def test_a_passkey_from_the_first_to_the_last_day(language: str, town: Town, begin: Begin) -> None:
    walk = begin(language, size=PHONE)
    device, account = Device(walk), town.persona(WHO[language])
    walk.page.goto(f"{town.issuer}/help?ui_locales={language}")
    walk.page.goto(f"{town.issuer}/signin?next=/me/security/passkeys")
    provider.sign_in(walk, account)
    add(walk, device)
    by_button(walk, town, device)
    by_autofill(walk, town, device)
    after_the_password(walk, town, device, account)
    without_a_password(walk, town, device, account)
    remove(walk, town)


def add(walk: Walk, device: Device) -> None:
    """Add one; somebody else's finger does not."""
    walk.at("account-passkeys", "account-passkeys-none")
    walk.press("#passkey-new")
    walk.at("account-passkey-new", "account-passkey-new")
    walk.write(name="Ponsel saya")
    device.finger(right=False)
    walk.press("#passkey-create")
    expect(walk.find("[data-passkey-says]")).to_be_visible()
    device.finger(right=True)
    walk.press("#passkey-create")
    walk.at("account-passkeys", "account-passkeys")
    assert len(device.passkeys()) == 1
    expect(walk.find("#passkey-1")).to_contain_text("Ponsel saya")


def at_the_door(walk: Walk, town: Town, device: Device) -> None:
    """Leave the account and stand before it."""
    with device.left_alone():
        provider.sign_out(walk)
        walk.page.goto(f"{town.issuer}/signin?next=/me/security/passkeys")
    walk.at("login", "login-passkey")


def by_button(walk: Walk, town: Town, device: Device) -> None:
    """Sign in with one button."""
    at_the_door(walk, town, device)
    device.attended(there=True)
    walk.press("#login-passkey")
    walk.at("account-passkeys")
    assert device.passkeys()[0]["signCount"] >= 1


def by_autofill(walk: Walk, town: Town, device: Device) -> None:
    """Conditional mediation: nothing is typed or pressed (WebAuthn L3 §5.1.4)."""
    provider.sign_out(walk)
    walk.page.goto(f"{town.issuer}/signin?next=/me/security/passkeys")
    walk.at("account-passkeys")


def after_the_password(walk: Walk, town: Town, device: Device, account: Account) -> None:
    """The passkey is the second step, in place of a code."""
    at_the_door(walk, town, device)
    walk.write(identifier=account.identifier)
    walk.tell_secret("password", account.password)
    walk.press("#login-submit")
    walk.at("mfa", "mfa-passkey")
    device.attended(there=True)
    walk.press("#credential")
    walk.at("account-passkeys")


def without_a_password(walk: Walk, town: Town, device: Device, account: Account) -> None:
    """With the card put away the password can go; then it opens nothing, and the last passkey stays."""
    walk.page.goto(f"{town.issuer}/me/security/recovery-card")
    walk.press("#recovery-new")
    walk.at("account-recovery-card")
    walk.page.goto(f"{town.issuer}/me/security/passkeys")
    walk.press("#passwordless-submit")
    walk.at("account-passkeys", "account-passkeys-only")
    expect(walk.find("#passwordless-submit")).to_have_count(0)
    at_the_door(walk, town, device)
    walk.write(identifier=account.identifier, password=account.password)
    walk.press("#login-submit")
    walk.at("login", "login-no-password")
    expect(walk.find("#error-summary")).to_be_visible()
    device.attended(there=True)
    walk.page.goto(f"{town.issuer}/signin?next=/me/security/passkeys")
    walk.at("account-passkeys")
    walk.press("#passkey-1")
    walk.press("#passkey-remove")
    walk.at("account-passkey", "account-passkey-last")
    expect(walk.find("#error-summary")).to_be_visible()


def remove(walk: Walk, town: Town) -> None:
    """Make a password again; then the passkey can go."""
    walk.page.goto(f"{town.issuer}/me/security/password")
    walk.at("account-password", "account-password-new")
    walk.tell_secret("password", NEW)
    walk.press("#password-submit")
    walk.at("account-security")
    walk.press("#passkeys")
    walk.press("#passkey-1")
    walk.at("account-passkey", "account-passkey")
    walk.press("#passkey-remove")
    walk.at("account-passkeys")
    expect(walk.find("#passkey-1")).to_have_count(0)

"""Passkeys in Chromium with its virtual authenticator: add, sign in, step up, remove; and the console."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.journeys import provider
from tests.journeys.conftest import Begin
from tests.journeys.test_administrators_day import enter
from tests.journeys.town import Town
from tests.journeys.walk import DESKTOP, PHONE, Walk

WHO = {"id": "lansia", "en": "kitap"}
DIMAS = "dimas@gerbang.contoh.id"


class Device:
    """What a phone or laptop is to a passkey: it asks for a finger, and gets it."""

    def __init__(self, walk: Walk) -> None:
        self.session = walk.page.context.new_cdp_session(walk.page)
        self.session.send("WebAuthn.enable", {"enableUI": False})
        options = {
            "protocol": "ctap2",
            "ctap2Version": "ctap2_1",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        made = self.session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        self.id = made["authenticatorId"]

    def passkeys(self) -> list[dict[str, Any]]:
        return self.session.send("WebAuthn.getCredentials", {"authenticatorId": self.id})["credentials"]

    def finger(self, *, right: bool) -> None:
        """Let the next fingers be the owner's, or somebody else's."""
        self.session.send("WebAuthn.setUserVerified", {"authenticatorId": self.id, "isUserVerified": right})

    def attended(self, *, there: bool) -> None:
        """Let somebody touch it by themselves, or nobody."""
        self.session.send(
            "WebAuthn.setAutomaticPresenceSimulation", {"authenticatorId": self.id, "enabled": there}
        )


@pytest.mark.parametrize("language", ["id", "en"])
def test_a_citizen_adds_a_passkey_signs_in_with_it_and_removes_it(
    language: str, town: Town, begin: Begin
) -> None:
    walk = begin(language, size=PHONE)
    device = Device(walk)
    account = town.persona(WHO[language])
    walk.page.goto(f"{town.issuer}/signin?next=/me/security")
    provider.sign_in(walk, account)
    walk.at("account-security", "account-security")
    walk.press("#passkeys")
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

    device.attended(there=False)
    sign_out(walk)
    walk.page.goto(f"{town.issuer}/signin?next=/me/security/passkeys")
    walk.at("login", "login-passkey")
    device.attended(there=True)
    walk.press("#login-passkey")
    walk.at("account-passkeys")
    assert device.passkeys()[0]["signCount"] >= 1

    walk.press("#passkey-1")
    walk.at("account-passkey", "account-passkey")
    walk.press("#passkey-remove")
    walk.at("account-passkeys")
    expect(walk.find("#passkey-1")).to_have_count(0)


def test_the_login_page_fills_a_passkey_in_by_itself(town: Town, begin: Begin) -> None:
    """Conditional mediation: nothing is typed or pressed (WebAuthn L3 §5.1.4)."""
    walk = begin("id", size=DESKTOP)
    device = Device(walk)
    walk.page.goto(f"{town.issuer}/signin?next=/me/security/passkeys/new")
    provider.sign_in(walk, town.persona("gelar"))
    walk.at("account-passkey-new")
    walk.press("#passkey-create")
    walk.at("account-passkeys")
    sign_out(walk)
    walk.page.goto(f"{town.issuer}/signin")
    walk.at("account")
    assert len(device.passkeys()) == 1


def test_an_administrator_adds_a_passkey_and_signs_in_with_it(town: Town, begin: Begin) -> None:
    walk = begin("id", size=DESKTOP)
    device = Device(walk)
    enter(walk, town, DIMAS)
    walk.press("#my-passkeys")
    walk.at("admin-passkeys", "admin-passkeys")
    walk.press("#passkey-create")
    expect(walk.find("#passkeys tbody tr")).to_have_count(1)
    device.attended(there=False)
    walk.press("#sign-out")
    walk.at("admin-login", "admin-login-passkey")
    device.attended(there=True)
    walk.press("#login-passkey")
    walk.at("admin-clients")
    walk.page.goto(f"{town.issuer}/admin/passkeys")
    walk.press("#remove-1 button")
    expect(walk.find("#passkeys")).to_have_count(0)


def sign_out(walk: Walk) -> None:
    """Leave the account."""
    walk.press("#sign-out")
    walk.at("logout")
    walk.press("#logout-confirm")
    walk.at("logged-out")

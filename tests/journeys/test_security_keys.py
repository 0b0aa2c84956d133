"""Security keys in Chromium with its virtual authenticator: whose word counts, and what they open (features C7)."""

from __future__ import annotations

import pytest
from playwright.sync_api import Route, expect

from tests.journeys import provider
from tests.journeys.agencies import Desk, Tally
from tests.journeys.conftest import Begin
from tests.journeys.devices import Device, made_by
from tests.journeys.test_administrators_day import enter
from tests.journeys.town import Town
from tests.journeys.walk import DESKTOP

OFFICIALS = {"id": "hadi@pendidikan.contoh.id", "en": "nila@kesehatan.contoh.id"}
CITIZENS = {"id": "kk-berubah", "en": "nama-panjang"}
AAL3 = "urn:gerbang:acr:aal3"


@pytest.mark.parametrize("language", ["id", "en"])
def test_an_official_adds_a_key_of_a_trusted_maker_and_signs_in_with_it(
    language: str, town: Town, begin: Begin
) -> None:
    walk = begin(language, size=DESKTOP)
    enter(walk, town, OFFICIALS[language])
    Device(walk, "usb")
    walk.press("#my-passkeys")
    walk.at("admin-passkeys", "admin-passkeys-none")
    walk.press("#passkey-create")
    expect(walk.find("#error-summary a[href='#name']")).to_be_visible()  # nobody vouches for its maker
    walk.at("admin-passkeys", "admin-passkeys-refused")
    expect(walk.find("#passkeys")).to_have_count(0)
    with made_by(town.maker, walk):
        walk.press("#passkey-create")
        expect(walk.find("#passkeys tbody tr")).to_have_count(1)
    walk.at("admin-passkeys", "admin-passkeys")
    walk.press("#sign-out")
    walk.at("admin-login", "admin-login-passkey")
    walk.press("#login-passkey")
    walk.at("admin-clients")
    walk.page.goto(f"{town.issuer}/admin/passkeys")
    walk.press("#remove-1 button")
    expect(walk.find("#passkeys")).to_have_count(0)


@pytest.mark.parametrize("language", ["id", "en"])
def test_a_citizen_steps_up_to_the_highest_level_with_a_key(language: str, town: Town, begin: Begin) -> None:
    walk = begin(language, size=DESKTOP)
    Device(walk, "usb")
    walk.page.goto(f"{town.issuer}/help?ui_locales={language}")
    walk.page.goto(f"{town.issuer}/signin?next=/me/security/passkeys/new")
    provider.sign_in(walk, town.persona(CITIZENS[language]))
    walk.at("account-passkey-new")
    walk.find("[name=kind]").check()
    with made_by(town.maker, walk):
        walk.press("#passkey-create")
        walk.at("account-passkeys", "account-security-key")
    expect(walk.find("#passkey-1 .badge")).to_be_visible()

    desk = Desk("education", town.agency("education"), walk, Tally())
    walk.page.route(f"{desk.base}/login", at_the_highest_level)
    desk.open()
    walk.at("mfa", "mfa-security-key")
    walk.press("#credential")
    walk.at("consent")
    provider.allow(walk)
    walk.at("agency-form")
    walk.page.goto(f"{town.issuer}/me/sessions")
    walk.at("account-sessions", "account-sessions-highest")


def at_the_highest_level(route: Route) -> None:
    """Let the agency ask for more than it does of itself."""
    sent = route.fetch(max_redirects=0)
    address = f"{sent.headers['location']}&acr_values={AAL3}"
    route.fulfill(response=sent, headers={**sent.headers, "location": address})

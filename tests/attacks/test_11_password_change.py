"""Attack catalogue, section 11 and protocol L11: changing a password in the account."""

from __future__ import annotations

import pytest

from idp.domain.authenticators import known_browsers
from tests import factories
from tests.factories import PASSWORD
from tests.rp import RP
from tests.visitor import Visitor, changes

ADDRESS = "/me/security/password"
NEW = "pelangi di atas ladang jagung"


@pytest.fixture
def siti(services):
    return factories.a_citizen(services, signs_in=True)


@pytest.fixture
def page(provider, siti):
    return Visitor(provider).open(ADDRESS).sign_in(siti)


def change(page, new=NEW, current=PASSWORD):
    return page.press("password-submit", current_password=current, password=new)


def can_sign_in(provider, siti, password):
    return Visitor(provider).open("/me").password(siti.email, password).page == "mfa"


def test_a_new_password_signs_in_and_the_old_one_does_not(provider, siti, page):
    assert change(page).page == "account-security"
    assert "Kata sandi sudah diganti" in page.text
    assert can_sign_in(provider, siti, NEW)
    assert not can_sign_in(provider, siti, PASSWORD)
    assert changes(provider) == ["password"]


@pytest.mark.parametrize(
    ("new", "field"),
    [
        ("", "password"),
        ("pendek7", "password"),
        ("password123", "password"),
        ("siti aminah", "password"),
        ("9933744501900001", "password"),
        ("aaaaaaaaaaaa", "password"),
        ("x" * 257, "password"),
        ("melati\x00kuning di sawah", "password"),
        (PASSWORD, "password"),
    ],
)
def test_o095_a_weak_password_is_refused_with_its_reason(provider, siti, page, new, field):
    with provider.unchanged():
        change(page, new)
    assert page.status == 400
    assert f'id="{field}-error"' in page.text
    assert can_sign_in(provider, siti, PASSWORD)


@pytest.mark.parametrize("new", ["x9 " * 21 + "y", "🌾🌙🚲🎋🪁🐓🌋🥥", " spasi di depan itu boleh"])
def test_o095_long_ones_emoji_and_blanks_are_taken_as_they_are(provider, siti, page, new):
    assert change(page, new).page == "account-security"
    assert can_sign_in(provider, siti, new)
    if new != new.strip():
        assert not can_sign_in(provider, siti, new.strip())


def test_the_old_password_is_asked_for_and_guessing_is_slowed(provider, siti, page, clock):
    for _ in range(30):
        change(page, current="bukan ini kata sandinya")
        if page.status == 429:
            break
    assert page.status == 429
    assert page.answer.headers["Retry-After"]
    assert change(page).status == 429
    assert page.page == "account-password"


def test_o094_strangers_who_guess_do_not_stop_the_owner_changing_it(provider, siti, page):
    for _ in range(11):
        stranger = Visitor(provider).open("/me").password(siti.email, "bukan ini kata sandinya")
    assert stranger.status == 429
    assert change(page).page == "account-security"


def test_o113_not_from_another_site(provider, siti, page):
    with provider.unchanged():
        pairs = page.form.filled("password-submit", current_password=PASSWORD, password=NEW)
        answer = page.browser.post(ADDRESS, data=dict(pairs), headers={"Sec-Fetch-Site": "cross-site"})
        assert answer.status == 403
        pairs = [pair for pair in pairs if pair[0] != "csrf_token"]
        assert page.browser.post(ADDRESS, data=dict(pairs)).status == 403


def test_not_without_a_fresh_sign_in(provider, siti, page, clock):
    pairs = page.form.filled("password-submit", current_password=PASSWORD, password=NEW)
    clock.advance(minutes=6)
    with provider.unchanged():
        assert page.browser.post(ADDRESS, data=dict(pairs)).location == f"/signin?next={ADDRESS}&fresh=1"


def test_l11_o053_everything_that_rested_on_it_ends(provider, services, rp, siti, page):
    elsewhere = provider.browser().sign_in(siti)
    tokens = rp.tokens(siti, scope="openid email offline_access")
    with services.database.unit_of_work() as db:
        known_browsers.remember(db, siti.account_id, b"\x01" * 32, services.clock())
    change(page)
    assert rp.refresh(tokens["refresh_token"]).error == "invalid_grant"
    assert rp.userinfo(tokens["access_token"]).status == 401
    assert elsewhere.get("/me").location is not None
    assert page.open("/me").page == "account", "this session goes on"
    with services.database.unit_of_work() as db:
        assert not known_browsers.is_known(db, siti.account_id, b"\x01" * 32)


def test_l11_agencies_of_the_other_sessions_are_told(provider, services, siti, page):
    client = factories.a_client(services, "told", backchannel_logout_uri="https://agency.example/bc")
    rp = RP(provider, client)
    rp.tokens(siti)
    before = provider.count("outbox")
    change(page)
    assert provider.count("outbox") == before + 2, "a logout token and a letter"

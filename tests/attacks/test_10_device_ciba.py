"""Attacks on signing in at another screen (attacks.md section 10)."""

from datetime import timedelta

import pytest

from idp.domain.authenticators import throttle
from idp.domain.authenticators.models import Attempts
from idp.domain.grants import decoupled, user_code_guesses
from idp.protocol.decoupled import user_code
from tests import factories
from tests.support.elsewhere import (
    a_desk,
    a_device,
    approve,
    ask,
    ask_citizen,
    enter,
    open_request,
    poll,
    poll_for,
)


@pytest.fixture
def device(provider):
    return a_device(provider)


def test_o085_polling_at_once_too_fast_after_denial_and_after_expiry(device, citizen, clock):
    answer = ask(device)
    code = answer["device_code"]
    assert poll(device, code).error == "authorization_pending"
    assert [poll(device, code).error for _ in range(3)] == ["slow_down"] * 3
    clock.advance(seconds=19)
    assert poll(device, code).error == "authorization_pending"
    clock.advance(seconds=6)
    assert poll(device, code).error == "slow_down"
    browser = device.provider.browser().sign_in(citizen)
    browser.submit(enter(browser, answer["user_code"]), "device-form", "device-deny")
    assert poll(device, code).error == "access_denied"
    late = ask(device)["device_code"]
    clock.advance(minutes=11)
    assert poll(device, late).error == "expired_token"


def everybody_guessed(services, times, now):
    """Let a crowd have guessed so often in this quarter of an hour."""
    key = throttle.key(services.tree, b"all")
    with services.database.unit_of_work() as db:
        row = {"kind": "user_code.everybody", "key": key, "failures": times, "window_started_at": now}
        db.add(Attempts(**row))


def test_o086_ten_thousand_guesses_from_many_addresses_and_browsers(services, device, clock):
    ladder = user_code_guesses.EVERYBODY
    ask(device)
    everybody_guessed(services, ladder.limit - 30, clock())
    with services.database.unit_of_work() as db:
        guesses = [
            user_code_guesses.judge(
                db,
                services.tree,
                user_code.new(),
                browser=number.to_bytes(32),
                network=f"198.51.{number}.0/24",
                account_id=None,
                now=clock(),
            )
            for number in range(60)
        ]
    assert not any(guess.waiting for guess in guesses)
    assert sum(not guess.wait for guess in guesses) == 30
    assert ladder.limit < 10_000 / (decoupled.LIFETIME / user_code_guesses.QUARTER)
    assert len(user_code.ALPHABET) ** user_code.LENGTH >= 20**8
    assert timedelta(minutes=10) >= decoupled.LIFETIME


def test_o086_a_crowd_of_guessers_keeps_nobody_out_who_signs_in(services, device, citizen, clock):
    everybody_guessed(services, user_code_guesses.EVERYBODY.limit - 1, clock())
    assert enter(device.provider.browser(), "BBBB-BBBB").status == 400
    answer = ask(device)
    page = enter(device.provider.browser(), answer["user_code"])
    assert page.status == 429
    assert "/signin?next=/device" in page.text
    assert approve(device, answer, citizen).page == "decided"


@pytest.mark.parametrize("signed_in", [True, False])
def test_o086_one_session_guesses_only_a_few_times(device, citizen, signed_in):
    browser = device.provider.browser()
    if signed_in:
        browser.sign_in(citizen)
    statuses = [enter(browser, user_code.new()).status for _ in range(8)]
    assert statuses == [400] * 5 + [429] * 3
    assert enter(browser, ask(device)["user_code"]).status == 429


def test_o086_an_address_guesses_nothing_and_uses_up_no_guess(device, citizen):
    browser = device.provider.browser().sign_in(citizen)
    answer = ask(device)
    with device.provider.unchanged(tables=("attempts", "interaction")):
        pages = [browser.get(f"/device?user_code={user_code.new()}") for _ in range(20)]
        right = browser.get(f"/device?user_code={answer['user_code']}")
    for page in (*pages, right):
        assert (page.status, page.page, page.location) == (200, "device", None)
        assert "Layanan kiosk" not in page.text
    assert approve(device, answer, citizen).page == "decided"


def test_o087_opening_the_complete_address_grants_nothing(device, services, citizen):
    factories.a_consent(services, citizen, "kiosk", "openid profile email", ("name", "email"))
    answer = ask(device)
    address = answer["verification_uri_complete"].removeprefix(factories.ISSUER)
    browser = device.provider.browser().sign_in(citizen)
    for _ in range(3):
        page = browser.submit(browser.get(address), "device-form", "device-submit")
        assert page.page == "device"
        assert "Layanan kiosk" in page.text
        assert answer["user_code"] in page.text
        assert "Diminta dari" in page.text
    assert poll(device, answer["device_code"]).error == "authorization_pending"
    forged = browser.post(page.forms["device-form"].action, data={"action": "allow"})
    assert forged.status == 403
    assert poll(device, answer["device_code"]).error == "slow_down"


def test_o088_a_device_code_is_redeemed_once_and_by_its_own_client(provider, device, citizen, clock):
    other = a_device(provider, "billboard")
    answer = ask(device)
    approve(device, answer, citizen)
    assert poll(other, answer["device_code"]).error == "invalid_grant"
    tokens = poll(device, answer["device_code"])
    assert tokens.ok
    assert poll(device, answer["device_code"]).error == "invalid_grant"
    assert provider.count("family") == 1
    clock.advance(seconds=30)
    assert poll(device, answer["device_code"]).error == "invalid_grant"


def ask_bob(desk, **parameters):
    return ask_citizen(desk, **{"login_hint": "budi@contoh.id", "binding_message": "LOKET-7"} | parameters)


def test_o089_fifty_requests_for_one_citizen_within_a_minute(provider, bob, clock):
    desk, other = a_desk(provider), a_desk(provider, "window")
    answers = [ask_bob(desk) for _ in range(50)]
    assert [answer.status for answer in answers] == [200] * 10 + [429] * 40
    assert answers[-1].error == "slow_down"
    assert int(answers[-1].headers["Retry-After"]) <= 60
    assert provider.count("decoupled_request") == 10
    assert ask_bob(other).ok, "another client's are not counted"
    clock.advance(minutes=1)
    assert ask_bob(desk).ok


def test_o089_the_binding_message_is_shown(provider, bob):
    ask_bob(a_desk(provider))
    browser = provider.browser().sign_in(bob)
    assert "LOKET-7" in open_request(browser).text


def test_o089_a_citizen_blocks_a_client_and_lifts_the_block(provider, bob, citizen):
    desk = a_desk(provider)
    request_id = ask_bob(desk)["auth_req_id"]
    browser = provider.browser().sign_in(bob)
    page = open_request(browser)
    with provider.recorded("RequestsBlocked", "AuthorizationRefused", "DecoupledRequestDenied"):
        browser.submit(page, "approve-form", "approve-block")
    assert poll_for(desk, request_id).error == "access_denied"
    refused = ask_bob(desk)
    assert (refused.status, refused.error) == (403, "access_denied")
    assert ask_citizen(desk).ok, "others are not asked less"
    services_page = browser.get("/me/services")
    assert "Layanan desk" in services_page.text
    browser.submit(services_page, "unblock")
    assert ask_bob(desk).ok


def test_o089_a_client_cannot_find_out_who_has_an_account(provider, citizen):
    desk = a_desk(provider)
    found = [ask_citizen(desk, login_hint=f"nobody{number}@contoh.id").status for number in range(102)]
    assert found == [400] * 100 + [429] * 2

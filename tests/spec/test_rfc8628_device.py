"""OAuth 2.0 Device Authorization Grant (RFC 8628), a test for each sentence that binds us."""

import re

import pytest

from idp.protocol.decoupled import user_code
from idp.protocol.oidc import acr
from tests import factories
from tests.support import state
from tests.support.elsewhere import a_device, ask, enter, poll


@pytest.fixture
def device(provider):
    return a_device(provider)


# --- 3.1, 3.2: the device authorization request and its answer ---


def test_3_2_the_answer_has_every_member(device):
    answer = ask(device)
    assert answer.ok
    assert set(answer.json) == {
        "device_code",
        "user_code",
        "verification_uri",
        "verification_uri_complete",
        "expires_in",
        "interval",
    }
    assert answer["verification_uri"] == factories.ISSUER + "/device"
    assert answer["verification_uri_complete"].endswith("?user_code=" + answer["user_code"])
    assert (answer["interval"], answer["expires_in"]) == (5, 600)
    assert answer.headers["Cache-Control"] == "no-store"


def test_3_1_a_confidential_client_authenticates(provider):
    device = a_device(provider, token_endpoint_auth_method="private_key_jwt")
    assert ask(device).ok
    refused = provider.post("/device_authorization", data={"client_id": "kiosk", "scope": "openid"})
    assert (refused.status, refused.error) == (401, "invalid_client")


def test_3_1_only_for_clients_registered_for_it(rp):
    answer = ask(rp)
    assert (answer.status, answer.error) == (400, "unauthorized_client")
    assert poll(rp, "x").error == "unauthorized_client"


def test_3_1_a_suspended_client_asks_nobody(provider, device):
    factories.suspend(provider.services, "kiosk")
    with provider.unchanged():
        answer = ask(device)
    assert (answer.status, answer.error) == (400, "unauthorized_client")


def test_3_1_get_is_refused(provider):
    assert provider.get("/device_authorization").status == 405


@pytest.mark.parametrize(
    ("parameters", "error"),
    [
        ({"scope": None}, "invalid_scope"),
        ({"scope": "unheard_of"}, "invalid_scope"),
        ({"max_age": "soon"}, "invalid_request"),
        ({"request": "a.b.c"}, "invalid_request"),
        (
            {"claims": '{"id_token":{"acr":{"essential":true,"values":["gold"]}}}'},
            "unmet_authentication_requirements",
        ),
    ],
)
def test_3_1_a_bad_request_is_refused_and_keeps_nothing(provider, device, parameters, error):
    answer = ask(device, **{"scope": "openid", **parameters})
    assert (answer.status, answer.error) == (400, error)
    assert provider.count("decoupled_request") == 0


def test_5_2_and_6_1_codes_are_long_enough_and_kept_as_digests(provider, device):
    answer = ask(device)
    code, shown = answer["device_code"], answer["user_code"]
    assert len(code.partition(".")[2]) == 43
    assert re.fullmatch(r"[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}", shown)
    row = state.rows(provider.database, "decoupled_request")[0]
    kept = repr(row)
    assert code not in kept
    assert shown not in kept
    assert user_code.parse(shown) not in kept


def test_6_1_what_people_type_is_forgiven(device, citizen):
    answer = ask(device)
    browser = device.provider.browser().sign_in(citizen)
    typed = " " + answer["user_code"].lower().replace("-", " - ") + " "
    assert "user-code" in enter(browser, typed).text


# --- 3.3: the citizen at another screen ---


def test_3_3_a_citizen_signs_in_confirms_consents_and_the_device_gets_tokens(device, services):
    siti = factories.a_citizen(services, signs_in=True)
    answer = ask(device)
    assert poll(device, answer["device_code"]).error == "authorization_pending"
    browser = device.provider.browser()
    page = browser.give_code(browser.give_password(enter(browser, answer["user_code"]), siti), siti)
    assert page.page == "device"
    assert answer["user_code"] in page.text
    assert "Layanan kiosk" in page.text
    page = browser.submit(page, "device-form", "device-submit")
    assert page.page == "consent"
    page = browser.submit(page, "consent-form", "consent-allow")
    assert page.page == "decided"
    tokens = poll(device, answer["device_code"])
    assert tokens.ok
    claims = device.id_token(tokens)
    assert claims["acr"] == acr.AAL2
    assert {"otp", "mfa"} <= set(claims["amr"])
    assert "nonce" not in claims
    assert device.userinfo(tokens["access_token"])["name"] == "Siti Aminah"


def test_3_3_what_was_consented_before_is_not_asked_again_but_the_click_is(device, services, citizen):
    factories.a_consent(services, citizen, "kiosk", "openid profile email", ("name", "email"))
    answer = ask(device)
    browser = device.provider.browser().sign_in(citizen)
    page = enter(browser, answer["user_code"])
    assert page.page == "device"
    assert poll(device, answer["device_code"]).error == "authorization_pending"
    assert browser.submit(page, "device-form", "device-submit").page == "decided"
    assert poll(device, answer["device_code"]).ok


@pytest.mark.parametrize("moment", ["confirming", "consenting"])
def test_3_3_the_citizen_may_refuse_at_either_page(device, citizen, moment):
    answer = ask(device)
    browser = device.provider.browser().sign_in(citizen)
    page = enter(browser, answer["user_code"])
    if moment == "confirming":
        page = browser.submit(page, "device-form", "device-deny")
    else:
        page = browser.submit(page, "device-form", "device-submit")
        page = browser.submit(page, "consent-form", "consent-deny")
    assert page.page == "decided"
    assert poll(device, answer["device_code"]).error == "access_denied"
    assert enter(browser, answer["user_code"]).status == 400


def test_3_3_the_page_says_who_asks_from_where_and_warns(device, citizen):
    answer = device.provider.post(
        "/device_authorization",
        data={"client_id": "kiosk", "scope": "openid"},
        headers={"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Chrome/120"},
        environ_overrides={"REMOTE_ADDR": "203.0.113.9"},
    )
    browser = device.provider.browser().sign_in(citizen)
    text = enter(browser, answer["user_code"]).text
    assert "Chrome, Linux" in text
    assert "203.0.113.0/24" in text
    assert "203.0.113.9" not in text
    assert "Jangan lanjut bila kode ini dikirim orang lain" in text
    assert "Siti Aminah" in text


def test_3_3_an_unknown_code_is_refused_kindly(device, citizen):
    browser = device.provider.browser().sign_in(citizen)
    with device.provider.recorded("UserCodeRefused"):
        page = enter(browser, "BBBB-BBBB")
    assert (page.status, page.page) == (400, "device")
    assert 'value="BBBB-BBBB"' in page.text
    assert enter(browser, "AEIOU").status == 400


def test_3_3_another_browser_does_not_find_the_interaction(device, citizen):
    answer = ask(device)
    browser = device.provider.browser().sign_in(citizen)
    page = enter(browser, answer["user_code"])
    stranger = device.provider.browser().sign_in(citizen)
    form = page.forms["device-form"]
    assert stranger.get(form.action.removesuffix("/confirm")).status == 400


def test_3_3_a_confirmation_of_one_account_is_not_one_of_another(device, services, citizen, bob):
    answer = ask(device)
    for person in (citizen, bob):
        factories.a_consent(services, person, "kiosk", "openid profile email", ("name", "email"))
    browser = device.provider.browser().sign_in(citizen)
    page = enter(browser, answer["user_code"])
    address = page.forms["device-form"].action.removesuffix("/confirm")
    form = page.forms["device-form"].filled("device-submit")
    browser.post(page.forms["device-form"].action, data=dict(form))
    browser.sign_in(bob)
    assert browser.get(address).page == "device"
    assert poll(device, answer["device_code"]).error == "authorization_pending"


@pytest.mark.parametrize("signed_in", [True, False])
def test_3_3_1_the_complete_address_fills_the_code_in(device, citizen, signed_in):
    answer = ask(device)
    browser = device.provider.browser()
    if signed_in:
        browser.sign_in(citizen)
    page = browser.get(answer["verification_uri_complete"].removeprefix(factories.ISSUER))
    assert page.page == "device"
    assert dict(page.forms["device-form"].fields)["user_code"] == answer["user_code"]


# --- 3.4, 3.5: polling ---


def test_3_5_hasty_polls_are_told_to_slow_down_and_the_interval_grows(device, clock):
    answer = ask(device)
    code = answer["device_code"]
    assert poll(device, code).error == "authorization_pending"
    clock.advance(seconds=2)
    assert poll(device, code).error == "slow_down"
    clock.advance(seconds=6)
    assert poll(device, code).error == "slow_down"
    clock.advance(seconds=15)
    assert poll(device, code).error == "authorization_pending"
    row = state.rows(device.provider.database, "decoupled_request")[0]
    assert row["poll_interval"] == 15


def test_3_5_polling_at_the_interval_is_fine(device, clock):
    code = ask(device)["device_code"]
    for _ in range(5):
        answer = poll(device, code)
        assert (answer.status, answer.error) == (400, "authorization_pending")
        clock.advance(seconds=5)


def test_3_5_pending_polls_leave_no_line_in_the_audit_log(provider, device):
    code = ask(device)["device_code"]
    with provider.recorded():
        poll(device, code)
        poll(device, code)


def test_3_5_after_ten_minutes_the_code_has_expired(device, citizen, clock):
    answer = ask(device)
    clock.advance(minutes=10)
    assert poll(device, answer["device_code"]).error == "expired_token"
    assert enter(device.provider.browser().sign_in(citizen), answer["user_code"]).status == 400


def test_3_5_what_is_approved_too_late_is_not_approved(device, services, citizen, clock):
    factories.a_consent(services, citizen, "kiosk", "openid profile email", ("name", "email"))
    answer = ask(device)
    browser = device.provider.browser().sign_in(citizen)
    page = enter(browser, answer["user_code"])
    clock.advance(minutes=10)
    assert browser.submit(page, "device-form", "device-submit").page == "error"
    assert poll(device, answer["device_code"]).error == "expired_token"


@pytest.mark.parametrize("code", ["", "x", "v20781aa." + "A" * 43, "c20781aa." + "A" * 43])
def test_3_4_a_code_that_is_none_of_ours(device, code):
    answer = poll(device, code)
    assert (answer.status, answer.error) == (400, "invalid_grant" if code else "invalid_request")

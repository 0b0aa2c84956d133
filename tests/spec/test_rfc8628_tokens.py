"""What the device grant gives (RFC 8628 section 3.5): tokens of the same kind, under the same policy, as everywhere."""

import pytest

from idp.protocol.oidc import acr
from tests import factories
from tests.rp import RP
from tests.support.elsewhere import DEVICE_GRANT, a_device, approve, ask, enter, poll, say_yes


@pytest.fixture
def device(provider):
    return a_device(provider)


# --- what the tokens are ---


def test_tokens_do_not_end_with_the_browser_in_which_they_were_approved(device, services, citizen):
    answer = ask(device)
    approve(device, answer, citizen)
    tokens = poll(device, answer["device_code"])
    factories.sign_out(services, citizen)
    assert device.userinfo(tokens["access_token"]).ok
    assert device.refresh(tokens["refresh_token"]).ok


@pytest.mark.parametrize("fall", [factories.lock, factories.erase])
def test_tokens_end_with_the_account(device, services, citizen, fall):
    answer = ask(device)
    approve(device, answer, citizen)
    tokens = poll(device, answer["device_code"])
    fall(services, citizen)
    assert device.userinfo(tokens["access_token"]).status == 401
    assert device.refresh(tokens["refresh_token"]).error == "invalid_grant"


def test_tokens_live_as_long_as_a_session_unless_offline_access_was_given(device, citizen, clock):
    short, long = ask(device), ask(device, scope="openid profile email offline_access")
    for answer in (short, long):
        assert approve(device, answer, citizen).page == "decided"
    tokens = [poll(device, answer["device_code"]) for answer in (short, long)]
    clock.advance(hours=25)
    assert device.refresh(tokens[0]["refresh_token"]).error == "invalid_grant"
    assert device.refresh(tokens[1]["refresh_token"]).ok


def test_offline_access_is_put_to_the_citizen_each_time(device, services, citizen, clock):
    scope = "openid profile email offline_access"
    factories.a_consent(services, citizen, "kiosk", scope, ("name", "email"))
    clock.advance(minutes=1)
    answer = ask(device, scope=scope)
    browser = device.provider.browser().sign_in(citizen)
    page = browser.submit(enter(browser, answer["user_code"]), "device-form", "device-submit")
    assert page.page == "consent"


@pytest.mark.parametrize("fall", [factories.lock, factories.erase])
def test_what_was_approved_must_still_stand_when_it_is_redeemed(device, services, citizen, fall):
    answer = ask(device)
    approve(device, answer, citizen)
    fall(services, citizen)
    assert poll(device, answer["device_code"]).error == "invalid_grant"
    assert device.provider.count("family") == 0


def test_a_withdrawn_consent_redeems_nothing(device, services, citizen):
    answer = ask(device)
    approve(device, answer, citizen)
    factories.withdraw(services, citizen, "kiosk")
    assert poll(device, answer["device_code"]).error == "invalid_grant"


def test_a_suspended_client_redeems_nothing(device, services, citizen):
    answer = ask(device)
    approve(device, answer, citizen)
    factories.suspend(services, "kiosk")
    assert poll(device, answer["device_code"]).error in ("invalid_grant", "invalid_client")


# --- the same policy as everywhere ---


def test_one_factor_is_not_enough_where_the_client_needs_two(device, services):
    siti = factories.a_citizen(services, signs_in=True)
    answer = ask(device)
    browser = device.provider.browser().sign_in(siti, acr.AAL1)
    page = enter(browser, answer["user_code"])
    assert page.page == "mfa"
    assert browser.give_code(page, siti).page == "device"


def test_a_role_the_citizen_does_not_have_is_refused(provider, citizen):
    device = a_device(provider, required_role="civil_servant")
    answer = ask(device)
    browser = provider.browser().sign_in(citizen)
    assert enter(browser, answer["user_code"]).page == "decided"
    assert poll(device, answer["device_code"]).error == "access_denied"


def test_an_essential_acr_out_of_reach_is_refused(device, citizen):
    wanted = '{"id_token":{"acr":{"essential":true,"values":["urn:gerbang:acr:aal3"]}}}'
    answer = ask(device, claims=wanted)
    browser = device.provider.browser().sign_in(citizen)
    assert enter(browser, answer["user_code"]).page == "decided"
    assert poll(device, answer["device_code"]).error == "access_denied"


def test_max_age_asks_for_a_fresh_sign_in(device, services, clock):
    siti = factories.a_citizen(services, signs_in=True)
    browser = device.provider.browser().sign_in(siti)
    clock.advance(minutes=5)
    answer = ask(device, max_age="60")
    page = enter(browser, answer["user_code"])
    page = browser.give_code(browser.give_password(page, siti), siti)
    assert say_yes(browser, page).page == "decided"
    claims = device.id_token(poll(device, answer["device_code"]))
    assert claims["auth_time"] == int(clock().timestamp())


def test_every_step_is_on_record_and_in_the_citizens_history(provider, device, citizen):
    with provider.recorded("DeviceRequestStarted"):
        answer = ask(device)
    browser = provider.browser().sign_in(citizen)
    page = enter(browser, answer["user_code"])
    with provider.recorded("ConsentGranted", "DecoupledRequestApproved"):
        say_yes(browser, page)
    with provider.recorded("TokensIssued"):
        poll(device, answer["device_code"])
    assert "Permintaan masuk dari Layanan kiosk disetujui" in browser.get("/me/history").text


def test_discovery_names_the_endpoint_and_the_grant(provider):
    document = provider.get("/.well-known/openid-configuration").json
    assert document["device_authorization_endpoint"] == factories.ISSUER + "/device_authorization"
    assert DEVICE_GRANT in document["grant_types_supported"]


def test_without_openid_there_is_no_id_token(provider, citizen):
    device = RP(provider, a_device(provider, scope="profile").client)
    answer = ask(device, scope="profile")
    approve(device, answer, citizen)
    assert "id_token" not in poll(device, answer["device_code"]).json

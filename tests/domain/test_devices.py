"""Ending what was approved at another screen: one by one, all at once, with the password (ADR 0017, decisions 7)."""

import pytest

from idp.domain.account import password_change
from idp.domain.citizens.models import Account
from tests import factories
from tests.rp import RP
from tests.support.elsewhere import a_desk, a_device, approve, ask, ask_citizen, open_request, poll, poll_for

OFFLINE = "openid profile email offline_access"


@pytest.fixture
def device(provider):
    return a_device(provider)


def signed_in(device, citizen, scope="openid profile email"):
    answer = ask(device, scope=scope)
    assert approve(device, answer, citizen).page == "decided"
    return poll(device, answer["device_code"])


def stands(rp, tokens):
    return rp.userinfo(tokens["access_token"]).ok


def offline_tokens(rp, citizen):
    """Consent on the page, as offline access needs (OIDC Core §11)."""
    page = rp.begin_signed_in(citizen, scope=OFFLINE, prompt="consent")
    tokens = rp.redeem(rp.browser.submit(page, "consent-form", "consent-allow").code)
    assert "offline_access" in tokens["scope"]
    return tokens


def rows(page):
    return page.text.count("<strong>Di luar peramban: ")


def end(browser, chosen):
    """Press the button of one row, or the one for all."""
    page = browser.get("/me/sessions")
    form = dict(page.forms["sessions-form"].fields)
    return browser.follow(browser.post("/me/sessions", form | {"session": chosen}))


@pytest.mark.parametrize("scope", ["openid profile email", OFFLINE])
def test_sign_out_everywhere_ends_devices_too(provider, device, citizen, bob, scope):
    tokens, others = signed_in(device, citizen, scope), signed_in(device, bob, scope)
    browser = provider.browser().sign_in(citizen)
    page = browser.get("/me/sessions")
    assert rows(page) == 1
    assert "Layanan kiosk" in page.text
    with provider.recorded("SessionEnded", "TokenRevoked"):
        page = end(browser, "all")
    assert (page.status, rows(page)) == (200, 0)
    assert device.userinfo(tokens["access_token"]).error == "invalid_token"
    assert device.refresh(tokens["refresh_token"]).error == "invalid_grant"
    assert stands(device, others), "another citizen's"


def test_it_ends_what_was_asked_at_a_desk_too(provider, citizen):
    desk = a_desk(provider)
    request_id = ask_citizen(desk)["auth_req_id"]
    browser = provider.browser().sign_in(citizen)
    page = browser.submit(open_request(browser), "approve-form", "approve-allow")
    assert browser.submit(page, "consent-form", "consent-allow").page == "decided"
    tokens = poll_for(desk, request_id)
    assert stands(desk, tokens)
    end(browser, "all")
    assert not stands(desk, tokens)


def test_what_was_approved_and_not_fetched_yet_is_refused(provider, device, citizen, bob):
    answers = {person.name: ask(device) for person in (citizen, bob)}
    for person in (citizen, bob):
        assert approve(device, answers[person.name], person).page == "decided"
    end(provider.browser().sign_in(citizen), "all")
    assert poll(device, answers[citizen.name]["device_code"]).error == "access_denied"
    assert poll(device, answers[bob.name]["device_code"]).ok


def test_applications_that_may_stay_connected_do(provider, device, rp, citizen):
    """Their citizen was told so, and ends them where the consent is (decisions 7)."""
    kept = offline_tokens(rp, citizen)
    signed_in(device, citizen)
    browser = provider.browser().sign_in(citizen)
    assert rows(browser.get("/me/sessions")) == 1
    end(browser, "all")
    assert rp.refresh(kept["refresh_token"]).ok


def test_one_device_is_ended_alone_and_by_its_citizen_only(provider, device, citizen, bob, clock):
    first = signed_in(device, citizen)
    clock.advance(minutes=1)
    second = signed_in(device, citizen)
    family = device.claims(first)["fid"]
    thief = provider.browser().sign_in(bob)
    with provider.unchanged():
        assert end(thief, family).status == 404
    browser = provider.browser().sign_in(citizen)
    with provider.recorded("TokenRevoked"):
        page = end(browser, family)
    assert rows(page) == 1
    assert not stands(device, first)
    assert stands(device, second)
    with provider.unchanged():
        assert end(browser, family).status == 404


def test_a_family_of_a_browser_is_no_device(provider, rp, citizen):
    tokens = rp.tokens(citizen)
    browser = provider.browser().sign_in(citizen)
    with provider.unchanged():
        assert end(browser, rp.claims(tokens)["fid"]).status == 404
    assert stands(rp, tokens)


def test_another_password_ends_devices_approvals_and_offline_tokens(services, provider, device, citizen):
    portal = RP(provider, factories.a_client(services, "portal"))
    offline, tokens = offline_tokens(portal, citizen), signed_in(device, citizen)
    waiting = ask(device)
    approve(device, waiting, citizen)
    with services.database.unit_of_work() as db:
        before = db.get_one(Account, citizen.account_id).password_hash
        password_change.change(
            db,
            citizen.account_id,
            citizen.citizen_id,
            "hash",
            services.clock(),
            before=before,
            keep_session=None,
        )
    assert not stands(device, tokens)
    assert poll(device, waiting["device_code"]).error == "access_denied"
    assert portal.refresh(offline["refresh_token"]).error == "invalid_grant"

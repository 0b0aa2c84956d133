"""RFC 9470: OAuth 2.0 Step Up Authentication Challenge Protocol, from the service's challenge to a better token."""

import re

import pytest

from idp.protocol.oauth.errors import InsufficientUserAuthentication
from idp.protocol.oauth.responses import error_reply
from tests import factories
from tests.rp import RP

AAL1, AAL2 = "urn:gerbang:acr:aal1", "urn:gerbang:acr:aal2"
API = "https://api.example"


@pytest.fixture
def person(services):
    return factories.a_citizen(services, signs_in=True)


@pytest.fixture
def portal(provider):
    """An application that one factor is enough for."""
    return RP(provider, factories.a_client(provider.services, profile_name="oidc_core", min_acr=AAL1))


@pytest.fixture
def api(provider):
    uris = {"resource_uris": [API], "redirect_uris": ["https://api.example/callback"]}
    return RP(provider, factories.a_client(provider.services, "api", **uris))


def challenge(api, token, clock, acr=AAL2, max_age=300):
    """What the service answers: None where the token is good enough (RFC 9470 §3)."""
    told = api.introspect(token)
    fresh = clock().timestamp() - told["auth_time"] <= max_age
    if told["active"] and told["acr"] >= acr and fresh:
        return None
    error = InsufficientUserAuthentication("more is needed", acr_values=acr, max_age=max_age)
    reply = error_reply(error, "https://api.example")
    assert reply.status == 401
    header = reply.header("WWW-Authenticate") or ""
    assert header.startswith("Bearer ")
    return dict(re.findall(r'(\w+)="([^"]*)"', header))


def test_3_the_challenge_names_the_error_the_level_and_the_age(api, portal, person, clock):
    portal.sign_in(person, resource=API)
    portal.browser.sign_in(person, AAL1)
    token = portal.redeem(portal.authorize(resource=API).code)["access_token"]
    asked = challenge(api, token, clock)
    assert asked["error"] == "insufficient_user_authentication"
    assert (asked["acr_values"], asked["max_age"]) == (AAL2, "300")


def test_4_5_the_client_asks_for_that_level_and_gets_a_token_that_has_it(api, portal, person, clock):
    portal.sign_in(person, resource=API)
    portal.browser.sign_in(person, AAL1)
    token = portal.redeem(portal.authorize(resource=API).code)["access_token"]
    asked = challenge(api, token, clock)
    again = {"acr_values": asked["acr_values"], "max_age": asked["max_age"], "resource": API}
    page = portal.begin(**again)
    assert page.page == "mfa"
    better = portal.redeem(portal.browser.give_code(page, person).code)
    assert portal.id_token(better)["acr"] == AAL2
    assert challenge(api, better["access_token"], clock) is None


def test_4_5_an_old_sign_in_is_done_again(api, portal, person, clock):
    tokens = portal.tokens(person, resource=API)
    clock.advance(minutes=6)
    asked = challenge(api, tokens["access_token"], clock)
    assert portal.authorize(prompt="none", resource=API, max_age=asked["max_age"]).error == "login_required"
    page = portal.begin(acr_values=asked["acr_values"], max_age=asked["max_age"], resource=API)
    page = portal.browser.give_password(page, person)
    better = portal.redeem(portal.browser.give_code(page, person).code)
    assert challenge(api, better["access_token"], clock) is None


def test_6_a_refreshed_token_tells_of_the_same_sign_in(api, portal, person, clock):
    tokens = portal.tokens(person, resource=API)
    clock.advance(minutes=6)
    refreshed = portal.refresh(tokens["refresh_token"])["access_token"]
    assert challenge(api, refreshed, clock) is not None


def test_6_1_6_2_the_token_and_its_introspection_tell_level_and_time(api, portal, person):
    tokens = portal.tokens(person, resource=API)
    claims, told = portal.claims(tokens), api.introspect(tokens["access_token"])
    assert claims["acr"] == told["acr"] == AAL2
    assert claims["auth_time"] == told["auth_time"]
    assert claims["amr"] == ["pwd", "otp", "mfa"]


def test_6_2_a_token_without_a_citizen_tells_of_no_sign_in(provider, api):
    client = factories.a_client(provider.services, "robot", grant_types=["client_credentials"])
    token = RP(provider, client).call(
        "/token", grant_type="client_credentials", scope="profile", resource=API
    )["access_token"]
    told = api.introspect(token).json
    assert told["active"] is True
    assert not {"acr", "auth_time", "amr"} & told.keys()


def test_7_the_levels_are_advertised(provider):
    assert AAL2 in provider.get("/.well-known/oauth-authorization-server")["acr_values_supported"]

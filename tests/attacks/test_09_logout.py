"""Attack catalogue, section 9: logout."""

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from idp.deliveries import Deliveries
from idp.web.cookies import SESSION
from tests import factories
from tests.rp import RP
from tests.support.databases import sqlite_only
from tests.support.listener import Listener

EVIL = "https://evil.example/"
BYE = "https://agency.example/bye"


@pytest.fixture
def listener():
    listening = Listener()
    yield listening
    listening.close()


def logout(rp, **params):
    return rp.browser.get("/logout", query_string=params)


def alive(rp):
    return rp.browser.get("/me").ok


@sqlite_only
@pytest.mark.parametrize(
    "target", [EVIL, f"{BYE}@evil.example", f"{BYE}\\@evil.example", f"{BYE}%2f..", "//x"]
)
@pytest.mark.parametrize("with_hint", [True, False])
def test_o080_no_open_redirect(rp, citizen, target, with_hint):
    hint = rp.tokens(citizen)["id_token"]
    params = {"id_token_hint": hint} if with_hint else {"client_id": "tax"}
    answer = logout(rp, post_logout_redirect_uri=target, **params)
    for _ in range(4):
        if answer.location is None:
            break
        assert answer.location.startswith("/log")
        answer = rp.browser.get(answer.location)
    if answer.page == "logout":
        form = answer.forms["logout-form"]
        answer = rp.browser.post(form.action, dict(form.filled("logout-confirm")))
        assert answer.location.startswith("/logged-out")
        answer = rp.browser.get(answer.location)
    assert answer.page == "logged-out"
    assert "evil" not in answer.text


@sqlite_only
@pytest.mark.parametrize("path", ["/logout", "/me/sign-out", "/logout?post_logout_redirect_uri=" + BYE])
def test_o081_a_picture_cannot_sign_anybody_out(provider, rp, citizen, path):
    rp.browser.sign_in(citizen)
    with provider.unchanged():
        page = rp.browser.follow(rp.browser.get(path, headers={"Sec-Fetch-Site": "cross-site"}))
    assert page.page == "logout"
    assert alive(rp)


@sqlite_only
@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}])
def test_o081_nor_can_a_form_from_elsewhere(provider, rp, citizen, headers):
    rp.browser.sign_in(citizen)
    page = rp.browser.follow(logout(rp))
    form = page.forms["logout-form"]
    with provider.unchanged():
        assert (
            rp.browser.post(form.action, dict(form.filled("logout-confirm")), headers=headers).status == 403
        )
        assert (
            rp.browser.post("/logout", {"confirm": "yes", "action": "confirm"}, headers=headers).status == 303
        )
    assert alive(rp)


@sqlite_only
def test_o082_a_hint_signed_by_another_key(provider, rp, citizen):
    claims = dict(rp.id_token(rp.tokens(citizen)))
    kid = provider.keys().keys[0].kid
    forged = jwt.encode({"alg": "ES256", "kid": kid, "typ": "JWT"}, claims, ECKey.generate_key("P-256"))
    with provider.unchanged():
        assert logout(rp, id_token_hint=forged, post_logout_redirect_uri=BYE).location.startswith("/logout/")
    assert alive(rp)


@sqlite_only
def test_o082_a_hint_of_another_citizen(provider, rp, citizen, bob):
    hint = RP(provider, rp.client).tokens(bob)["id_token"]
    rp.browser.sign_in(citizen)
    with provider.unchanged():
        assert logout(rp, id_token_hint=hint, post_logout_redirect_uri=BYE).location.startswith("/logout/")
    assert alive(rp)


@sqlite_only
def test_o082_a_hint_for_another_client_does_not_open_this_clients_address(provider, rp, other_rp, citizen):
    factories.amend(provider.services, "tax", post_logout_redirect_uris=["https://tax.example/bye"])
    other_rp.browser = rp.browser
    rp.tokens(citizen)
    hint = other_rp.tokens(citizen)["id_token"]
    answer = logout(rp, id_token_hint=hint, post_logout_redirect_uri="https://tax.example/bye")
    assert answer.location.startswith("/logged-out/")


@sqlite_only
def test_o082_an_expired_hint_of_the_own_session_is_accepted(rp, citizen, clock):
    hint = rp.tokens(citizen)["id_token"]
    clock.advance(minutes=15)
    assert logout(rp, id_token_hint=hint, post_logout_redirect_uri=BYE).location == BYE


def test_o083_the_logout_token_cannot_pass_for_anything_else(provider, citizen, listener):
    services = provider.services
    rp = RP(provider, factories.a_client(services, "told", backchannel_logout_uri=listener.url))
    other = factories.a_client(services, "other", backchannel_logout_uri=listener.url)
    known_as = rp.id_token(rp.tokens(citizen))["sub"]
    second = RP(provider, other)
    second.browser = rp.browser
    factories.a_consent(services, citizen, "other", "openid profile email", ("name", "email"))
    second.redeem(second.authorize().code)
    factories.sign_out(services, citizen)
    Deliveries(services).drain()
    seen = {}
    for token in listener.tokens:
        decoded = jwt.decode(token, provider.keys(), algorithms=["ES256"])
        assert decoded.header["typ"] == "logout+jwt"
        assert "nonce" not in decoded.claims
        assert decoded.claims["exp"] - decoded.claims["iat"] <= 120
        seen[decoded.claims["aud"]] = decoded.claims
        assert rp.userinfo(token).status == 401
        assert rp.introspect(token).json == {"active": False}
        hint = provider.browser().sign_in(citizen)
        assert hint.get("/logout", query_string={"id_token_hint": token}).location.startswith("/logout/")
    assert set(seen) == {"told", "other"}
    assert seen["told"]["sub"] == known_as
    assert len({claims["jti"] for claims in seen.values()}) == 2
    assert len({claims["sid"] for claims in seen.values()}) == 2


def test_o084_saved_cookies_are_worth_nothing_after_logout(provider, rp, citizen):
    hint = rp.tokens(citizen)["id_token"]
    saved = rp.browser.cookie(SESSION)
    answer = logout(rp, id_token_hint=hint)
    (dropped,) = [c for c in answer.headers.getlist("Set-Cookie") if c.startswith(SESSION + "=")]
    assert "Max-Age=0" in dropped
    thief = provider.browser()
    thief.http.set_cookie(SESSION, saved, domain="localhost")
    assert thief.get("/me").location.startswith("/signin")
    rp.browser = thief
    assert rp.authorize(prompt="none").error == "login_required"


@sqlite_only
def test_o084_the_report_is_for_the_browser_that_signed_out(provider, rp, citizen):
    hint = rp.tokens(citizen)["id_token"]
    answer = logout(rp, id_token_hint=hint)
    assert rp.browser.get(answer.location).page == "logged-out"
    assert provider.browser().get(answer.location).status == 400

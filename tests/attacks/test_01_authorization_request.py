"""Attack catalogue, section 1: authorization request and redirect_uri (O-001 to O-025).

Every case asserts the answer, the unchanged state, and what went on record.
"""

import re
from urllib.parse import urlencode

import pytest

from tests import factories
from tests.rp import RP
from tests.support.databases import sqlite_only

pytestmark = sqlite_only

EVIL = "https://evil.example/cb"
REDIRECT = factories.REDIRECT


@pytest.fixture
def signed_in(rp, citizen):
    """A browser in which everything would be allowed, were the request in order."""
    rp.sign_in(citizen)
    return rp


def assert_page(answer):
    assert answer.status == 400
    assert answer.location is None
    assert answer.page == "error"
    targets = re.findall(r'(?:href|action|src|content)="([^"]*)"', answer.text)
    assert not [target for target in targets if re.match(r"\s*(?:[a-z]+:|//)", target) and "evil" in target]


def assert_error(answer, error):
    assert answer.status == 303
    assert answer.location.startswith(REDIRECT + "?")
    assert answer.error == error
    assert answer.params["iss"] == factories.ISSUER
    assert "code" not in answer.params


def test_o001_a_foreign_redirect_uri_is_a_page(provider, signed_in):
    with provider.unchanged("AuthorizationRefused"):
        answer = signed_in.authorize(redirect_uri=EVIL)
    assert_page(answer)


@pytest.mark.parametrize(
    "variant",
    [
        REDIRECT + "/extra",
        REDIRECT + "/../x",
        REDIRECT + "?a=b",
        REDIRECT + "#f",
        REDIRECT + "/",
        REDIRECT[:-1],
        REDIRECT.replace("callback", "CALLBACK"),
        REDIRECT.replace("agency.example", "AGENCY.example"),
        REDIRECT.replace("https", "http"),
        REDIRECT.replace("agency.example", "agency.example:444"),
        REDIRECT.replace("agency.example", "agency.example:443"),
        REDIRECT + " ",
        REDIRECT + "%2f",
        REDIRECT + "\r\nX: y",
    ],
)
def test_o002_only_a_byte_equal_redirect_uri_passes(provider, signed_in, variant):
    with provider.unchanged("AuthorizationRefused"):
        assert_page(signed_in.authorize(redirect_uri=variant))


@pytest.mark.parametrize(
    "uri",
    [
        "https://agency.example.evil.test/callback",
        "https://agency.example@evil.test/callback",
        "https://evil.test/https://agency.example/callback",
        "https://evil.test#https://agency.example/callback",
        "https://evil.test\\@agency.example/callback",
        "//agency.example/callback",
        "javascript:alert(1)",
        "data:text/html,x",
    ],
)
def test_o003_a_look_alike_of_the_redirect_uri_is_a_page(provider, signed_in, uri):
    with provider.unchanged("AuthorizationRefused"):
        assert_page(signed_in.authorize(redirect_uri=uri))


def test_o004_an_unknown_client_is_a_page_that_lists_nobody(provider, signed_in):
    factories.a_client(provider.services, "unfinished", status="draft")
    factories.a_client(provider.services, "gone", status="retired")
    with provider.unchanged(*["AuthorizationRefused"] * 4):
        unknown = signed_in.authorize(client_id="nope")
        unfinished = signed_in.authorize(client_id="unfinished")
        gone = signed_in.authorize(client_id="gone")
        missing = signed_in.authorize(client_id=None)
    for answer in (unknown, unfinished, gone, missing):
        assert_page(answer)
        assert answer.error == unknown.error == "invalid_client"
        assert f"Layanan {signed_in.client.client_id}" not in answer.text


@pytest.mark.parametrize(
    "response_type", ["token", "id_token", "id_token token", "code token", "code id_token", "none"]
)
def test_o005_no_other_response_type_and_never_a_token_in_an_address(provider, signed_in, response_type):
    with provider.unchanged("AuthorizationRefused"):
        answer = signed_in.authorize(response_type=response_type)
    assert_error(answer, "unsupported_response_type")
    assert "#" not in answer.location
    assert "access_token" not in answer.location


def test_o006_the_redirect_uri_is_judged_before_the_response_type(provider, signed_in):
    with provider.unchanged("AuthorizationRefused"):
        assert_page(signed_in.authorize(redirect_uri=EVIL, response_type="bogus"))


def test_o007_the_redirect_uri_is_judged_before_the_scope(provider, signed_in):
    with provider.unchanged("AuthorizationRefused"):
        answer = signed_in.authorize(redirect_uri=EVIL, scope="email", response_type="code id_token")
    assert_page(answer)


@pytest.mark.parametrize("uris", [[REDIRECT], [REDIRECT, "https://agency.example/second"]])
def test_o008_a_missing_redirect_uri_is_a_page_even_with_one_registered(provider, citizen, uris):
    rp = RP(provider, factories.a_client(provider.services, redirect_uris=uris))
    rp.sign_in(citizen)
    with provider.unchanged("AuthorizationRefused"):
        assert_page(rp.authorize(redirect_uri=None))


@pytest.mark.parametrize("name", ["state", "scope", "nonce", "prompt", "request_uri", "claims"])
def test_o009_a_repeated_parameter_is_refused(provider, signed_in, name):
    query = urlencode([*signed_in.request().items(), (name, "one"), (name, "two")])
    with provider.unchanged("AuthorizationRefused"):
        assert_error(signed_in.browser.get(f"/authorize?{query}"), "invalid_request")


@pytest.mark.parametrize("name", ["client_id", "redirect_uri"])
def test_o009_a_repeated_client_id_or_redirect_uri_is_a_page(provider, signed_in, name):
    query = urlencode([*signed_in.request().items(), (name, "https://evil.example/cb")])
    with provider.unchanged("AuthorizationRefused"):
        assert_page(signed_in.browser.get(f"/authorize?{query}"))


def test_o010_address_and_form_are_never_merged(provider, signed_in, other_rp):
    query = urlencode({"client_id": signed_in.client.client_id})
    with provider.unchanged():
        answer = signed_in.browser.post(f"/authorize?{query}", data=other_rp.request())
    assert_page(answer)


def test_o011_prompt_none_without_a_session_is_login_required(provider, rp):
    with provider.unchanged("AuthorizationRefused"):
        answer = rp.authorize(prompt="none")
    assert_error(answer, "login_required")
    assert provider.count("interaction") == 0
    assert "__Host-gerbang=" not in str(answer.headers)


def test_o012_prompt_none_without_consent_is_consent_required(provider, rp, citizen):
    rp.browser.sign_in(citizen)
    with provider.unchanged("AuthorizationRefused"):
        assert_error(rp.authorize(prompt="none"), "consent_required")


def test_o013_prompt_none_stands_alone(provider, signed_in):
    with provider.unchanged("AuthorizationRefused"):
        assert_error(signed_in.authorize(prompt="none login"), "invalid_request")


def test_o014_max_age_forces_a_sign_in_and_nonsense_is_refused(provider, rp, services, clock):
    siti = factories.a_citizen(services, signs_in=True)
    rp.sign_in(siti)
    clock.advance(minutes=10)
    for max_age in ("60", "0"):
        clock.advance(seconds=60)
        page = rp.browser.give_password(rp.begin(max_age=max_age), siti)
        tokens = rp.redeem(rp.browser.give_code(page, siti).code)
        assert rp.id_token(tokens)["auth_time"] == int(clock().timestamp())
    for max_age in ("-1", "abc"):
        with provider.unchanged("AuthorizationRefused"):
            assert_error(rp.authorize(max_age=max_age), "invalid_request")


def test_o015_prompt_login_really_asks_and_changes_the_session_cookie(provider, rp, services, clock):
    siti = factories.a_citizen(services, signs_in=True)
    before = rp.id_token(rp.tokens(siti, max_age=9000))
    cookie = rp.browser.cookie("__Host-gerbang")
    clock.advance(minutes=2)
    page = rp.begin(prompt="login", max_age=9000)
    assert page.page == "login"
    with provider.recorded("SignedIn", "SignedIn", "CodeIssued"):
        answer = rp.browser.give_code(rp.browser.give_password(page, siti), siti)
    assert rp.id_token(rp.redeem(answer.code))["auth_time"] == before["auth_time"] + 120
    assert rp.browser.cookie("__Host-gerbang") != cookie
    old = provider.browser()
    old.http.set_cookie("__Host-gerbang", cookie, domain="localhost")
    query = urlencode(rp.request(prompt="none"))
    assert old.get(f"/authorize?{query}").error == "login_required"


def test_o016_a_hint_of_another_citizen_gives_nobody_s_code(provider, rp, citizen, bob):
    hint = rp.tokens(bob)["id_token"]
    rp.sign_in(citizen)
    with provider.unchanged("AuthorizationRefused"):
        assert_error(rp.authorize(prompt="none", id_token_hint=hint), "login_required")


def test_o017_the_token_never_claims_more_than_was_done(provider, rp, citizen):
    rp.sign_in(citizen)
    for request in (
        {"acr_values": "urn:gerbang:acr:aal3"},
        {"claims": '{"id_token":{"acr":{"essential":true,"value":"urn:gerbang:acr:aal3"}}}'},
    ):
        with provider.unchanged("AuthorizationRefused"):
            assert_error(rp.authorize(**request), "unmet_authentication_requirements")
    rp.browser.sign_in(citizen, "urn:gerbang:acr:aal1")
    with provider.unchanged("AuthorizationRefused"):
        assert_error(rp.authorize(prompt="none"), "unmet_authentication_requirements")


def test_o018_a_scope_that_was_not_given_is_narrowed_and_reported(signed_in):
    tokens = signed_in.redeem(signed_in.authorize(scope="openid admin_all").code)
    assert tokens["scope"] == "openid"
    assert signed_in.claims(tokens)["scope"] == "openid"


@pytest.mark.parametrize("mode", ["fragment", "web_message", "form_post.jwt", "query.jwt", "jwt"])
def test_o019_a_response_mode_that_is_not_offered_is_refused(provider, signed_in, mode):
    with provider.unchanged("AuthorizationRefused"):
        assert_error(signed_in.authorize(response_mode=mode), "invalid_request")


@pytest.mark.parametrize(
    ("parameter", "error"),
    [("request", "invalid_request_object"), ("request_uri", "request_uri_not_supported")],
)
def test_o020_request_objects_of_others_are_refused_and_nothing_is_fetched(
    provider, signed_in, parameter, error
):
    # The closed network of the suite turns any fetch into a failure.
    with provider.unchanged("AuthorizationRefused"):
        assert_error(signed_in.authorize(**{parameter: "https://evil.example/x"}), error)


@pytest.mark.parametrize("status", ["suspended", "draft", "retired"])
def test_o021_a_client_out_of_service_starts_nothing(provider, signed_in, services, status):
    factories.suspend(services, signed_in.client.client_id, status)
    services.refresher.check()
    with provider.unchanged("AuthorizationRefused"):
        assert_page(signed_in.authorize())


def test_o021_a_client_suspended_in_the_middle_gets_no_code(provider, rp, citizen, services):
    page = rp.begin_signed_in(citizen)
    factories.suspend(services, rp.client.client_id)
    with provider.unchanged("AuthorizationRefused"):
        assert_page(rp.browser.submit(page, "consent-form", "consent-allow"))
    factories.suspend(services, rp.client.client_id, "approved")
    assert rp.browser.get(page.response.request.path).status == 400, "the interaction is over"


@pytest.mark.parametrize("state", ['"><script>alert(1)</script>', "\U0001f600 emoji", "a b&c=d#e", "%0d%0a"])
def test_o022_a_strange_state_comes_back_byte_for_byte(signed_in, state):
    answer = signed_in.authorize(state=state)
    assert answer.params["state"] == state
    assert not set(answer.location) & set('"<> \r\n')
    assert signed_in.authorize(state=state, prompt="none login").params["state"] == state


@pytest.mark.parametrize("state", ["s" * 8192, "s" * 65536, "a\r\nSet-Cookie: x=y", "a\x00b"])
def test_o022_a_state_that_may_not_travel_is_refused_and_not_echoed(provider, signed_in, state):
    with provider.unchanged("AuthorizationRefused"):
        answer = signed_in.authorize(state=state)
    assert_error(answer, "invalid_request")
    assert "state" not in answer.params
    assert "Set-Cookie: x" not in str(answer.headers)


def test_o023_the_final_redirect_is_303_kept_by_nobody_and_names_the_issuer(rp, citizen):
    page = rp.begin_signed_in(citizen)
    with_page = rp.browser.submit(page, "consent-form", "consent-allow")
    for answer in (with_page, rp.authorize()):
        assert answer.status == 303
        assert answer.code
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.params["iss"] == factories.ISSUER


def test_o024_every_error_redirect_carries_iss_and_state(provider, signed_in):
    for request in ({"prompt": "none login"}, {"max_age": "x"}, {"response_type": "token"}, {"claims": "["}):
        with provider.unchanged("AuthorizationRefused"):
            answer = signed_in.authorize(**request)
        assert answer.params["iss"] == factories.ISSUER
        assert answer.params["state"] == "state-1"


def test_o025_the_authorization_endpoint_has_no_cors(signed_in):
    headers = {"Origin": "https://evil.example"}
    query = urlencode(signed_in.request())
    for answer in (
        signed_in.browser.get(f"/authorize?{query}", headers=headers),
        signed_in.browser.get(f"/authorize?{query}&prompt=login", headers=headers),
        signed_in.browser.post("/authorize", data=signed_in.request(), headers=headers),
    ):
        assert not [name for name, _value in answer.headers if name.lower().startswith("access-control")]

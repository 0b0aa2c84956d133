"""RFC 6749: The OAuth 2.0 Authorization Framework. The authorization endpoint (sections 3.1, 4.1.1, 4.1.2)."""

from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from tests import factories
from tests.rp import RP
from tests.support.databases import sqlite_only

pytestmark = sqlite_only

# A.5: VSCHAR, and more than a client may send anyway.
STATE = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=128)


def test_3_1_get_and_post_behave_alike(rp, citizen):
    by_get = rp.sign_in(citizen)
    by_post = rp.browser.follow(rp.browser.post("/authorize", data=rp.request()))
    assert by_get.status == by_post.status == 303
    assert by_get.params.keys() == by_post.params.keys()
    assert by_post.params["state"] == "state-1"


def test_3_1_parameters_without_a_value_are_as_good_as_omitted(rp, citizen):
    assert rp.sign_in(citizen, prompt="", max_age="", claims="", response_mode="").code


def test_3_1_unknown_parameters_are_ignored(rp, citizen):
    assert rp.sign_in(citizen, unheard_of="x", audience="https://api.example").code


@pytest.mark.parametrize("name", ["state", "scope", "nonce", "prompt", "max_age", "claims", "code_challenge"])
def test_3_1_a_repeated_parameter_is_refused_at_the_client(rp, name):
    values = rp.request(prompt="login", max_age="5", claims="{}")
    query = urlencode([*values.items(), (name, values[name] + "0")])
    answer = rp.browser.get(f"/authorize?{query}")
    assert answer.location.startswith(rp.client.redirect_uri)
    assert answer.error == "invalid_request"
    assert "code" not in answer.params


@pytest.mark.parametrize("name", ["client_id", "redirect_uri"])
def test_3_1_a_repeated_client_id_or_redirect_uri_is_a_page(rp, name):
    values = rp.request()
    answer = rp.browser.get("/authorize?" + urlencode([*values.items(), (name, values[name])]))
    assert answer.is_page
    assert answer.status == 400


def test_3_1_1_a_missing_response_type_is_an_error_at_the_client(rp):
    assert rp.authorize(response_type=None).error in ("invalid_request", "unsupported_response_type")


def test_3_1_1_a_client_not_registered_for_code_is_unauthorized(provider):
    machine = RP(provider, factories.a_client(provider.services, grant_types=["client_credentials"]))
    assert machine.authorize().error == "unauthorized_client"


def test_3_1_2_a_registered_query_part_is_kept_in_the_answer(provider, citizen):
    uri = "https://agency.example/callback?tenant=a%20b&empty="
    rp = RP(provider, factories.a_client(provider.services, redirect_uris=[uri]))
    answer = rp.sign_in(citizen)
    assert answer.location.startswith(uri + "&")
    assert answer.params["tenant"] == "a b"
    assert answer.code


def test_3_1_2_2_one_of_several_registered_uris_may_be_asked_for(provider, citizen):
    uris = ["https://agency.example/callback", "https://agency.example/second"]
    rp = RP(provider, factories.a_client(provider.services, redirect_uris=uris))
    assert rp.sign_in(citizen, redirect_uri=uris[1]).location.startswith(uris[1] + "?")
    assert rp.authorize(redirect_uri=None).is_page


def test_3_1_2_4_an_invalid_redirect_uri_is_told_to_the_citizen_and_never_redirected(rp):
    answer = rp.authorize(redirect_uri="https://agency.example/other")
    assert answer.is_page
    assert answer.status == 400
    assert answer.error == "invalid_request"
    assert answer.page == "error"
    assert "agency.example/other" not in answer.text


def test_3_3_the_scope_is_narrowed_to_what_is_registered_and_the_answer_says_so(rp, citizen):
    tokens = rp.tokens(citizen, scope="openid admin_all email")
    assert tokens["scope"] == "openid email"


def test_3_3_the_order_of_scopes_has_no_meaning(rp, citizen):
    assert rp.sign_in(citizen, scope="email profile openid").code
    assert rp.authorize(scope="openid email profile").code


@pytest.mark.parametrize("scope", ['openid "quoted"', "openid back\\slash", "openid \u00e9"])
def test_3_3_a_scope_has_only_its_characters(rp, scope):
    assert rp.authorize(scope=scope).error == "invalid_scope"


@pytest.mark.parametrize("scope", [None, "admin_all"])
def test_4_1_2_1_nothing_to_ask_for_is_invalid_scope(rp, scope):
    assert rp.authorize(scope=scope).error == "invalid_scope"


def test_4_1_2_a_good_answer_is_code_state_iss_in_the_query_and_nothing_else(rp, citizen):
    answer = rp.sign_in(citizen)
    assert answer.params.keys() == {"code", "state", "iss", "session_state"}
    assert urlsplit(answer.location).fragment == ""


def test_4_1_2_no_state_sent_none_returned(rp, citizen):
    assert "state" not in rp.sign_in(citizen, state=None).params
    assert "state" not in rp.authorize(state=None, prompt="none login").params


def test_4_1_2_state_comes_back_unchanged(rp, citizen):
    rp.sign_in(citizen)

    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(STATE)
    def holds(state):
        assert rp.authorize(state=state).params["state"] == state
        assert rp.authorize(state=state, prompt="none login").params["state"] == state

    holds()


def test_4_1_2_a_state_too_long_is_refused_and_never_cut(rp, citizen):
    rp.sign_in(citizen)
    assert rp.authorize(state="s" * 4096).params["state"] == "s" * 4096
    refused = rp.authorize(state="s" * 4097)
    assert refused.error == "invalid_request"
    assert "state" not in refused.params


def test_4_1_2_the_code_has_160_bits_and_unreserved_characters(rp, citizen):
    first, second = rp.sign_in(citizen).code, rp.authorize().code
    assert first != second
    assert len(first.partition(".")[2]) * 6 >= 256
    assert set(first) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")


def test_4_1_2_1_error_answers_hold_only_their_members_in_their_characters(rp):
    answer = rp.authorize(prompt='none "\\\r\n\t\u00e9')
    assert answer.params.keys() == {"error", "error_description", "state", "iss"}
    assert all(0x20 <= ord(c) <= 0x7E and c not in '"\\' for c in answer.params["error_description"])


def test_4_1_2_1_a_cancelled_sign_in_is_access_denied(provider, rp):
    page = rp.begin()
    assert page.page == "login"
    with provider.unchanged("AuthorizationRefused"):
        answer = rp.browser.submit(page, "login-form", "login-cancel")
    assert answer.error == "access_denied"
    assert answer.params["state"] == "state-1"
    assert rp.browser.get(page.response.request.path).status == 400, "the interaction is spent"


def test_4_1_2_1_a_refused_consent_is_access_denied(provider, rp, citizen):
    page = rp.begin_signed_in(citizen)
    assert page.page == "consent"
    with provider.unchanged("ConsentDenied", "AuthorizationRefused"):
        answer = rp.browser.submit(page, "consent-form", "consent-deny")
    assert answer.error == "access_denied"


def test_10_12_an_interaction_belongs_to_the_browser_that_began_it(provider, rp, citizen):
    page = rp.begin()
    stranger = provider.browser().sign_in(citizen)
    with provider.unchanged():
        assert stranger.get(page.response.request.path).status == 400


def test_appendix_b_what_is_not_utf_8_or_not_encoded_is_a_page(rp):
    whole = urlencode(rp.request(state=None))
    for broken in ("&state=%ff%fe", "&state=%C3%28"):
        assert rp.browser.get(f"/authorize?{whole}{broken}").is_page
        form = rp.browser.post(
            "/authorize", data=whole + broken, content_type="application/x-www-form-urlencoded"
        )
        assert form.is_page
        assert form.status == 400
    raw = rp.browser.post(
        "/authorize", data=whole.encode() + b"&state=\xff", content_type="application/x-www-form-urlencoded"
    )
    assert raw.is_page


def test_a_form_that_is_too_large_is_refused_before_it_is_read(rp):
    answer = rp.browser.post("/authorize", data={**rp.request(), "state": "s" * 300_000})
    assert answer.status == 413
    assert answer.location is None


def test_head_answers_without_a_body_and_other_methods_are_405(rp):
    query = urlencode(rp.request())
    for method in ("PUT", "DELETE", "PATCH"):
        answer = rp.browser.http.open(f"/authorize?{query}", method=method, base_url=factories.ISSUER)
        assert answer.status_code == 405
    options = rp.browser.http.options("/authorize", base_url=factories.ISSUER)
    assert options.status_code == 200
    assert set(options.headers["Allow"].split(", ")) >= {"GET", "POST"}
    assert "Access-Control-Allow-Origin" not in options.headers
    head = rp.browser.http.head(f"/authorize?{query}", base_url=factories.ISSUER)
    assert head.data == b""


def test_the_answer_is_built_from_our_own_record_not_from_the_address_of_the_page(rp, citizen):
    page = rp.begin_signed_in(citizen)
    uid = page.response.request.path
    page = rp.browser.get(f"{uid}?redirect_uri=https://evil.example/&state=forged&scope=openid+nik")
    answer = rp.browser.submit(page, "consent-form", "consent-allow")
    assert answer.location.startswith(rp.client.redirect_uri + "?")
    assert parse_qs(urlsplit(answer.location).query)["state"] == ["state-1"]

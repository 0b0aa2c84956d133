"""RFC 9126: pushed authorization requests (protocol P1 to P10, A30, A31)."""

import pytest
from werkzeug.datastructures import MultiDict

from idp.domain.grants.pushed_requests import URN
from tests import factories
from tests.rp import ASSERTION_TYPE, RP
from tests.support import state
from tests.support.databases import sqlite_only

PAR = factories.ISSUER + "/par"


@pytest.fixture
def fapi_rp(provider):
    return RP(provider, factories.a_client(provider.services, "fapi", profile_name="fapi2"))


@pytest.fixture
def core_rp(provider):
    return RP(provider, factories.a_client(provider.services, "core", profile_name="oidc_core"))


def consented(rp, citizen):
    """Sign a consenting citizen in without an authorization request."""
    factories.a_consent(
        rp.provider.services, citizen, rp.client.client_id, "openid profile email", ("name", "email")
    )
    rp.browser.sign_in(citizen)
    return rp


# --- 2.1 the request ---


@sqlite_only
@pytest.mark.parametrize("method", ["get", "put", "delete", "patch"])
def test_2_3_other_methods_are_refused(provider, method):
    answer = provider.machine.open("/par", method=method.upper(), base_url=factories.ISSUER)
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "POST"


@sqlite_only
def test_2_1_the_client_authenticates_as_at_the_token_endpoint(provider, rp):
    with provider.unchanged("ClientAuthenticationFailed", tables=("pushed_request",)):
        answer = provider.post("/par", data=rp.request())
    assert (answer.status, answer.error) == (401, "invalid_client")


@sqlite_only
def test_2_1_a_client_with_a_secret_pushes(provider):
    client = factories.a_client(provider.services, token_endpoint_auth_method="client_secret_basic")
    assert RP(provider, client).push().status == 201


@sqlite_only
def test_2_1_a_public_client_pushes_with_its_client_id(provider, public_rp):
    assert public_rp.push().status == 201
    assert public_rp.push(code_challenge=None, code_challenge_method=None).error == "invalid_request"


def push_with_audience(rp, audience):
    form = {"client_assertion_type": ASSERTION_TYPE, "client_assertion": rp.assertion(aud=audience)}
    return rp.provider.post("/par", data=rp.request() | form)


@sqlite_only
@pytest.mark.parametrize("audience", [factories.ISSUER, factories.ISSUER + "/token", PAR])
def test_2_the_assertion_names_issuer_token_endpoint_or_this_endpoint(rp, audience):
    assert push_with_audience(rp, audience).status == 201


@sqlite_only
def test_fapi_5_3_2_1_8_a_fapi_client_names_the_issuer_only(fapi_rp):
    assert push_with_audience(fapi_rp, factories.ISSUER).status == 201
    for audience in (PAR, factories.ISSUER + "/token", [factories.ISSUER]):
        assert push_with_audience(fapi_rp, audience).error == "invalid_client"


@sqlite_only
def test_2_an_assertion_for_this_endpoint_is_not_for_the_token_endpoint(rp):
    form = {"client_assertion_type": ASSERTION_TYPE, "client_assertion": rp.assertion(aud=PAR)}
    answer = rp.provider.post("/token", data={"grant_type": "authorization_code", "code": "x"} | form)
    assert answer.error == "invalid_client"


@sqlite_only
def test_2_1_request_uri_cannot_be_pushed(provider, rp):
    with provider.unchanged("AuthorizationRefused", tables=("pushed_request",)):
        answer = rp.push(request_uri=URN + "x")
    assert (answer.status, answer.error) == (400, "invalid_request")


@sqlite_only
def test_2_1_client_id_comes_with_the_authentication_when_it_is_left_out(rp):
    assert rp.push(client_id=None).status == 201


@sqlite_only
def test_2_1_another_client_id_than_the_authenticated_is_refused(rp, other_rp):
    assert rp.push(client_id=other_rp.client.client_id).error == "invalid_client"


@sqlite_only
@pytest.mark.parametrize(
    ("overrides", "error"),
    [
        ({"redirect_uri": "https://evil.example/cb"}, "invalid_request"),
        ({"redirect_uri": None}, "invalid_request"),
        ({"response_type": None}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": None}, "invalid_scope"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"max_age": "soon"}, "invalid_request"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"claims": "{"}, "invalid_request"),
        ({"state": "a\x07b"}, "invalid_request"),
        ({"registration": "{}"}, "registration_not_supported"),
        ({"dpop_jkt": "short"}, "invalid_request"),
    ],
)
def test_2_1_every_check_of_an_authorization_request_happens_here(provider, rp, overrides, error):
    with provider.unchanged("AuthorizationRefused", tables=("pushed_request",)):
        answer = rp.push(**overrides)
    assert (answer.status, answer.error) == (400, error)
    assert answer.headers["Content-Type"].startswith("application/json")
    assert answer.headers["Cache-Control"] == "no-store"


@sqlite_only
def test_2_3_a_repeated_parameter_is_refused(provider, rp):
    proof, headers = rp.authentication()
    pairs = [*rp.request().items(), *proof.items(), ("scope", "openid")]
    assert provider.post("/par", data=MultiDict(pairs), headers=headers).error == "invalid_request"


@sqlite_only
def test_2_3_parameters_in_the_address_are_refused(provider, rp):
    proof, _ = rp.authentication()
    assert provider.post("/par?scope=openid", data=rp.request() | proof).error == "invalid_request"


def test_2_a_client_out_of_service_pushes_nothing(provider, rp, services):
    assert rp.push().status == 201
    factories.suspend(services, rp.client.client_id)
    with provider.unchanged("AuthorizationRefused", tables=("pushed_request",)):
        assert rp.push().error == "unauthorized_client"


# --- 2.2 the answer ---


def test_2_2_the_answer_is_a_request_uri_that_does_not_live_long(provider, rp):
    with provider.recorded("RequestPushed"):
        answer = rp.push()
    assert answer.status == 201
    assert answer.headers["Content-Type"].startswith("application/json")
    assert answer.headers["Cache-Control"] == "no-store"
    assert set(answer.json) == {"request_uri", "expires_in"}
    assert answer["request_uri"].startswith(URN)
    assert 5 < answer["expires_in"] < 600
    assert answer["expires_in"] == 90


@sqlite_only
def test_7_1_the_value_has_enough_entropy_and_is_never_the_same(rp):
    values = {rp.push()["request_uri"] for _ in range(5)}
    assert len(values) == 5
    assert all(len(value.rpartition(".")[2]) == 43 for value in values)


def test_what_is_kept_is_a_digest_and_a_sealed_request(provider, rp):
    uri = rp.push(login_hint="siti@contoh.id")["request_uri"]
    (row,) = state.rows(provider.database, "pushed_request")
    kept = repr(row)
    assert uri.removeprefix(URN) not in kept
    assert "siti@contoh.id" not in kept
    assert row["used_at"] is None


# --- 4 the authorization request ---


def test_4_client_id_and_request_uri_suffice(provider, rp, citizen):
    consented(rp, citizen)
    answer = rp.bring(rp.push(state="pushed"))
    assert answer.params["state"] == "pushed"
    assert rp.redeem(answer.code).ok


def test_4_the_long_way_leads_to_the_same_code(provider, rp, services):
    siti = factories.a_citizen(services, signs_in=True)
    page = rp.browser.follow(rp.bring(rp.push()))
    after = rp.browser.give_code(rp.browser.give_password(page, siti), siti)
    assert after.page == "consent"
    answer = rp.browser.submit(after, "consent-form", "consent-allow")
    assert answer.params["state"] == "state-1"
    assert rp.redeem(answer.code).ok


@sqlite_only
def test_4_form_post_is_answered_by_a_page(rp, citizen):
    consented(rp, citizen)
    assert rp.bring(rp.push(response_mode="form_post")).posted["code"]


@sqlite_only
def test_4_an_error_goes_where_the_pushed_request_says(rp):
    answer = rp.bring(rp.push(prompt="none", state="s-9"), state="other", redirect_uri="https://evil.example")
    assert (answer.error, answer.params["state"]) == ("login_required", "s-9")
    assert answer.location.startswith(factories.REDIRECT)


@sqlite_only
def test_4_parameters_beside_it_do_not_count(rp, citizen):
    consented(rp, citizen)
    pushed = rp.push(scope="openid profile")
    answer = rp.bring(pushed, scope="openid profile email", nonce="other", state="x", max_age="abc")
    tokens = rp.redeem(answer.code)
    assert tokens["scope"] == "openid profile"
    assert rp.id_token(tokens)["nonce"] == "nonce-1"


@sqlite_only
def test_7_3_the_same_page_may_be_loaded_again_before_the_code(rp, citizen):
    pushed = rp.push()
    for _ in range(3):
        assert rp.browser.follow(rp.bring(pushed)).page == "login"
    consented(rp, citizen)
    assert rp.bring(pushed).code


def refused(provider, rp, pushed, **beside):
    """It is a page with the registered code, and nothing happens."""
    with provider.unchanged("AuthorizationRefused"):
        answer = rp.bring(pushed, **beside)
    assert answer.is_page
    assert answer.status == 400
    assert answer.error == "invalid_request_uri"


def test_7_3_it_is_used_once(provider, rp, citizen):
    consented(rp, citizen)
    pushed = rp.push()
    assert rp.bring(pushed).code
    refused(provider, rp, pushed)


def test_7_3_two_interactions_of_one_request_give_one_code(provider, rp, services):
    siti = factories.a_citizen(services, signs_in=True)
    pushed = rp.push()
    other = RP(provider, rp.client)
    pages = [each.browser.follow(each.bring(pushed)) for each in (rp, other)]
    answers = []
    for each, page in zip((rp, other), pages, strict=True):
        after = each.browser.give_code(each.browser.give_password(page, siti), siti)
        if after.is_page and after.page == "consent":
            after = each.browser.submit(after, "consent-form", "consent-allow")
        answers.append(after)
        services.clock.advance(minutes=1)
    assert answers[0].code
    assert answers[1].error == "invalid_request_uri"
    assert answers[1].location.startswith(factories.REDIRECT)


def test_2_2_it_expires(provider, rp, citizen, clock):
    consented(rp, citizen)
    pushed = rp.push()
    clock.advance(seconds=90)
    refused(provider, rp, pushed)


@sqlite_only
def test_2_2_the_citizen_may_take_longer_than_the_browser(rp, services, clock):
    siti = factories.a_citizen(services, signs_in=True)
    page = rp.browser.follow(rp.bring(rp.push()))
    clock.advance(minutes=10)
    after = rp.browser.give_code(rp.browser.give_password(page, siti), siti)
    assert rp.browser.submit(after, "consent-form", "consent-allow").code


def test_2_2_it_is_bound_to_the_client_that_pushed_it(provider, rp, other_rp, citizen):
    consented(other_rp, citizen)
    refused(provider, other_rp, rp.push())


@sqlite_only
def test_4_client_id_is_needed(provider, rp):
    answer = rp.bring(rp.push(), client_id=None)
    assert answer.is_page
    assert answer.error == "invalid_client"


@sqlite_only
@pytest.mark.parametrize("value", ["", "x", "p2054000." + "A" * 43, "p2054000." + "A" * 43 + "\n"])
def test_4_an_unknown_value_is_a_page(provider, rp, value):
    with provider.unchanged("AuthorizationRefused"):
        answer = rp.browser.get(f"/authorize?client_id={rp.client.client_id}&request_uri={URN}{value}")
    assert answer.is_page
    assert answer.error == "invalid_request_uri"


@sqlite_only
def test_rfc9101_5_request_beside_it_is_refused(rp):
    answer = rp.bring(rp.push(), request=rp.request_object())
    assert answer.is_page
    assert answer.error == "invalid_request"


@sqlite_only
def test_4_an_address_taken_out_of_the_registration_gets_nothing(rp, citizen, services):
    consented(rp, citizen)
    pushed = rp.push()
    factories.amend(services, rp.client.client_id, redirect_uris=["https://agency.example/new"])
    assert rp.bring(pushed).is_page


@sqlite_only
def test_4_by_form_it_is_the_same(rp, citizen):
    consented(rp, citizen)
    form = {"client_id": rp.client.client_id, "request_uri": rp.push()["request_uri"]}
    assert rp.browser.follow(rp.browser.post("/authorize", data=form)).code


# --- 5 and 6 metadata ---


@sqlite_only
def test_5_the_endpoint_is_in_the_metadata(provider):
    document = provider.get("/.well-known/openid-configuration").json
    assert document["pushed_authorization_request_endpoint"] == PAR
    assert document["require_pushed_authorization_requests"] is False


@sqlite_only
def test_6_a_client_that_must_push_is_refused_otherwise(provider, rp, citizen):
    factories.amend(provider.services, rp.client.client_id, require_pushed_authorization_requests=True)
    consented(rp, citizen)
    with provider.unchanged("AuthorizationRefused"):
        answer = rp.authorize()
    assert answer.error == "invalid_request"
    assert rp.authorize_signed().error == "invalid_request"
    assert rp.bring(rp.push()).code

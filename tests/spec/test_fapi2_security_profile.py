"""FAPI 2.0 Security Profile and Message Signing: what a client marked so may and may not do."""

import pytest
from joserfc.jwk import ECKey, OKPKey, RSAKey

from tests import factories
from tests.rp import RP
from tests.support.databases import sqlite_only

pytestmark = sqlite_only


@pytest.fixture
def fapi(provider):
    """A client of the security profile."""
    return RP(provider, factories.a_client(provider.services, "fapi", profile_name="fapi2"))


@pytest.fixture
def signing(provider):
    """A client of message signing."""
    profile = "fapi2_message_signing"
    return RP(provider, factories.a_client(provider.services, "signing", profile_name=profile))


def consented(rp, citizen):
    factories.a_consent(
        rp.provider.services, citizen, rp.client.client_id, "openid profile email", ("name", "email")
    )
    rp.browser.sign_in(citizen)
    return rp


def seconds(rp, **offset):
    now = int(rp.provider.services.clock().timestamp())
    return {name: now + value for name, value in offset.items()}


# --- Security Profile 5.3.2.2: the authorization request ---


def test_5_3_2_2_1_only_code_is_offered(fapi):
    for response_type in ("token", "id_token", "code id_token", "code token"):
        assert fapi.push(response_type=response_type).error == "unsupported_response_type"


def test_5_3_2_2_2_and_3_a_request_must_be_pushed(provider, fapi, citizen):
    consented(fapi, citizen)
    with provider.unchanged("AuthorizationRefused"):
        assert fapi.authorize().error == "invalid_request"
    with provider.unchanged("AuthorizationRefused"):
        answer = fapi.browser.get("/authorize", query_string=fapi.request(request=fapi.request_object()))
    assert answer.error == "invalid_request"
    assert fapi.bring(fapi.push()).code


def test_5_3_2_2_4_a_client_must_authenticate_to_push(provider, fapi):
    assert provider.post("/par", data=fapi.request()).error == "invalid_client"


def test_5_3_2_2_5_pkce_with_s256_is_required(fapi):
    for bad in (
        {"code_challenge": None, "code_challenge_method": None},
        {"code_challenge_method": "plain"},
        {"code_challenge_method": None},
    ):
        answer = fapi.push(**bad)
        assert (answer.status, answer.error) == (400, "invalid_request")


def test_5_3_2_2_6_redirect_uri_is_required(fapi):
    answer = fapi.push(redirect_uri=None)
    assert (answer.status, answer.error) == (400, "invalid_request")


def test_5_3_2_2_7_iss_is_in_every_answer(fapi, citizen):
    assert fapi.bring(fapi.push(prompt="none")).params["iss"] == factories.ISSUER
    consented(fapi, citizen)
    assert fapi.bring(fapi.push()).params["iss"] == factories.ISSUER


def test_5_3_2_2_12_the_request_uri_lives_less_than_600_seconds(fapi):
    assert fapi.push()["expires_in"] < 600


def test_5_3_2_2_14_nonces_of_64_characters_travel_unchanged(fapi):
    assert fapi.push(nonce="n" * 64).status == 201


def test_5_3_2_2_note_3_the_page_may_be_loaded_again_until_the_code_is_issued(fapi, citizen):
    pushed = fapi.push()
    assert fapi.browser.follow(fapi.bring(pushed)).page == "login"
    assert fapi.browser.follow(fapi.bring(pushed)).page == "login"
    consented(fapi, citizen)
    assert fapi.bring(pushed).code
    assert fapi.bring(pushed).error == "invalid_request_uri"


# --- Message Signing 5.3: signed authorization requests ---


def test_ms_5_3_1_a_signed_request_is_pushed(signing, citizen):
    consented(signing, citizen)
    pushed = signing.call("/par", request=signing.request_object(state="in"))
    assert pushed.status == 201
    assert signing.bring(pushed).params["state"] == "in"


def test_ms_5_3_2_plain_parameters_are_refused(signing):
    answer = signing.push()
    assert (answer.status, answer.error) == (400, "invalid_request")


def test_ms_5_3_1_parameters_beside_the_object_do_not_count(signing, citizen):
    consented(signing, citizen)
    inside = signing.request_object(state=None, nonce=None)
    pushed = signing.call(
        "/par", request=inside, state="out", nonce="out", redirect_uri="https://evil.example"
    )
    assert "state" not in signing.bring(pushed).params


def refused(rp, **overrides):
    with rp.provider.unchanged("AuthorizationRefused", tables=("pushed_request",)):
        answer = rp.call("/par", request=rp.request_object(**overrides))
    assert (answer.status, answer.error) == (400, "invalid_request_object"), answer.json


@pytest.mark.parametrize("name", ["iss", "aud", "exp", "nbf", "client_id"])
@pytest.mark.parametrize("fixture", ["signing", "fapi"])
def test_ms_5_3_1_what_must_be_inside(provider, request, fixture, name):
    refused(request.getfixturevalue(fixture), **{name: None})


@pytest.mark.parametrize(
    "overrides",
    [
        {"iss": "other"},
        {"client_id": "other"},
        {"aud": "https://other.example"},
        {"aud": factories.ISSUER + "/par"},
        {"request_uri": "https://agency.example/r"},
        {"request": "x"},
    ],
)
def test_ms_5_3_1_what_must_be_right(signing, overrides):
    refused(signing, **overrides)


@pytest.mark.parametrize(
    "offset",
    [
        {"exp": -60},  # expired
        {"nbf": 0, "exp": 3601},  # lives longer than 60 minutes
        {"nbf": -3700, "exp": 60},  # began more than 60 minutes ago
        {"nbf": 61, "exp": 300},  # begins later
        {"nbf": 600, "exp": 900},
    ],
)
def test_ms_5_3_1_times_outside_the_limits(signing, offset):
    refused(signing, **seconds(signing, **offset))


@pytest.mark.parametrize(
    "offset",
    [{"nbf": 0, "exp": 3600}, {"nbf": -3500, "exp": 60}, {"nbf": 8, "exp": 300}, {"nbf": 0, "exp": 5}],
)
def test_ms_5_3_1_times_within_the_limits(signing, offset):
    assert signing.call("/par", request=signing.request_object(**seconds(signing, **offset))).status == 201


def test_ms_5_3_1_the_audience_may_be_a_list_with_the_issuer(signing):
    inside = signing.request_object(aud=["https://other.example", factories.ISSUER])
    assert signing.call("/par", request=inside).status == 201


def test_ms_5_3_1_typ_is_accepted(signing):
    for typ in ("oauth-authz-req+jwt", None):
        assert signing.call("/par", request=signing.request_object(header={"typ": typ})).status == 201


def test_sp_5_4_1_rs256_is_refused_and_the_others_verify(provider):
    made = {
        "PS256": RSAKey.generate_key(2048, {"kid": "ps", "alg": "PS256"}),
        "ES256": ECKey.generate_key("P-256", {"kid": "es", "alg": "ES256"}),
        "EdDSA": OKPKey.generate_key("Ed25519", {"kid": "ed"}),
    }
    rsa = RSAKey.generate_key(2048, {"kid": "rs"})
    jwks = {"keys": [key.as_dict(private=False) for key in (*made.values(), rsa)]}
    client = factories.a_client(
        provider.services, "signing", profile_name="fapi2_message_signing", key=made["ES256"], jwks=jwks
    )
    rp = RP(provider, client)
    for alg, key in made.items():
        good = rp.request_object(key=key, header={"alg": "Ed25519" if alg == "EdDSA" else alg})
        assert rp.call("/par", request=good).status == 201, alg
    assert rp.call("/par", request=rp.request_object(key=rsa, header={"alg": "RS256"})).error == (
        "invalid_request_object"
    )


def test_ms_5_3_1_a_key_of_another_client_is_refused(signing, fapi):
    refused(signing, key=fapi.client.key)
    refused(signing, key=ECKey.generate_key("P-256", {"kid": "signing-1", "alg": "ES256"}))


def test_ms_5_3_1_a_jti_is_good_once(signing):
    assert signing.call("/par", request=signing.request_object(jti="one")).status == 201
    refused(signing, jti="one")

"""JWT Secured Authorization Response Mode for OAuth 2.0 (JARM; protocol A23, D17)."""

import json

import pytest
from joserfc import jwe, jwt
from joserfc.jwk import RSAKey

from tests import factories
from tests.rp import RP
from tests.support.databases import sqlite_only
from tests.support.publisher import Publisher

CLAIMS = ("name", "email")


@pytest.fixture
def reader(provider, citizen):
    """A client that reads signed responses, and a citizen who consented to it."""

    def make(client_id="reader", **metadata):
        values = {"authorization_signed_response_alg": "ES256"} | metadata
        client = factories.a_client(provider.services, client_id, **values)
        rp = RP(provider, client)
        factories.a_consent(provider.services, citizen, client_id, "openid profile email", CLAIMS)
        rp.browser.sign_in(citizen)
        return rp

    return make


def opened(provider, response, alg="ES256"):
    return jwt.decode(response, provider.keys(), algorithms=[alg])


@pytest.mark.parametrize("mode", ["jwt", "query.jwt"])
def test_2_3_the_answer_is_one_signed_parameter_in_the_query(provider, reader, mode):
    rp = reader()
    answer = rp.authorize(response_mode=mode)
    assert set(answer.params) == {"response"}
    token = opened(provider, answer.params["response"])
    assert set(token.claims) == {"iss", "aud", "exp", "code", "state", "session_state"}
    assert token.header["kid"] in {key["kid"] for key in provider.get("/jwks").json["keys"]}
    assert rp.redeem(token.claims["code"]).ok


@sqlite_only
def test_2_1_iss_is_ours_aud_is_the_client_exp_is_soon_but_not_at_once(provider, reader, clock):
    claims = opened(provider, reader().authorize(response_mode="jwt").params["response"]).claims
    assert (claims["iss"], claims["aud"], claims["state"]) == (factories.ISSUER, "reader", "state-1")
    assert 10 <= claims["exp"] - clock().timestamp() <= 600


@sqlite_only
def test_2_3_3_form_post_jwt_posts_the_one_parameter(provider, reader):
    page = reader().authorize(response_mode="form_post.jwt")
    assert page.status == 200
    assert 'name="response"' in page.text
    for name in ("code", "state", "iss"):
        assert f'name="{name}"' not in page.text


def test_2_1_an_error_is_inside_too(provider, reader):
    rp = reader()
    answer = rp.authorize(response_mode="jwt", scope="unknown")
    assert set(answer.params) == {"response"}
    claims = opened(provider, answer.params["response"]).claims
    assert claims["error"] == "invalid_scope"
    assert claims["state"] == "state-1"
    assert "code" not in claims


@sqlite_only
@pytest.mark.parametrize("alg", ["ES256", "RS256", "PS256", "EdDSA"])
def test_3_it_is_signed_with_the_registered_algorithm(provider, reader, alg):
    answer = reader(authorization_signed_response_alg=alg).authorize(response_mode="jwt")
    assert opened(provider, answer.params["response"], alg).header["alg"] == alg


def test_2_2_it_is_encrypted_where_registered_signed_first(provider, reader):
    key = RSAKey.generate_key(2048, {"kid": "enc", "use": "enc"})
    signing = factories.a_client(provider.services, "other").key
    jwks = {"keys": [signing.as_dict(private=False), key.as_dict(private=False)]}
    rp = reader(key=signing, jwks=jwks, authorization_encrypted_response_alg="RSA-OAEP-256")
    sealed = rp.authorize(response_mode="jwt").params["response"]
    inner = jwe.decrypt_compact(sealed, key, algorithms=["RSA-OAEP-256", "A128CBC-HS256"])
    assert (inner.protected["kid"], inner.protected["cty"]) == ("enc", "JWT")
    assert opened(provider, inner.plaintext.decode()).claims["code"]


def test_2_2_without_a_key_nothing_is_issued_and_nothing_sent_in_the_clear(provider, reader):
    rp = reader(authorization_encrypted_response_alg="RSA-OAEP-256")
    for prompt in (None, "none", "login"):
        with provider.unchanged("AuthorizationRefused"):
            answer = rp.authorize(response_mode="jwt", prompt=prompt)
        assert (answer.status, answer.page, answer.location) == (400, "error", None)
        assert "code" not in answer.params


ENCRYPTED = {"authorization_encrypted_response_alg": "RSA-OAEP-256"}


@pytest.fixture
def publisher():
    with Publisher() as server:
        yield server


def test_2_2_it_is_encrypted_to_a_key_the_client_publishes(provider, reader, publisher):
    key = RSAKey.generate_key(2048, {"kid": "published", "use": "enc"})
    publisher.body = json.dumps({"keys": [key.as_dict(private=False)]}).encode()
    rp = reader(jwks=None, jwks_uri=publisher.url("/jwks.json"), **ENCRYPTED)
    sealed = rp.authorize(response_mode="jwt").params["response"]
    inner = jwe.decrypt_compact(sealed, key, algorithms=["RSA-OAEP-256", "A128CBC-HS256"])
    assert inner.protected["kid"] == "published"
    assert opened(provider, inner.plaintext.decode()).claims["code"]


def test_2_2_a_key_that_goes_while_the_citizen_reads_leaves_no_code_behind(provider, reader, citizen):
    key = RSAKey.generate_key(2048, {"kid": "enc", "use": "enc"})
    rp = reader(jwks={"keys": [key.as_dict(private=False)]}, **ENCRYPTED)
    page = rp.begin(response_mode="jwt", scope="openid phone")
    assert page.page == "consent"
    factories.amend(provider.services, "reader", jwks={"keys": []})
    before = provider.count("authorization_code")
    answer = rp.browser.submit(page, "consent-form", "consent-allow")
    assert (answer.status, answer.page) == (400, "error")
    assert provider.count("authorization_code") == before


@sqlite_only
def test_3_a_client_that_registered_nothing_gets_an_error_it_can_read(rp):
    answer = rp.authorize(response_mode="jwt")
    assert (answer.error, answer.params["state"]) == ("invalid_request", "state-1")


@sqlite_only
def test_2_3_4_fragment_jwt_is_for_tokens_and_not_offered(reader):
    assert reader().authorize(response_mode="fragment.jwt").error == "invalid_request"


@sqlite_only
def test_4_discovery_tells_modes_and_algorithms(provider):
    document = provider.get("/.well-known/openid-configuration").json
    assert {"jwt", "query.jwt", "form_post.jwt"} <= set(document["response_modes_supported"])
    assert "none" not in document["authorization_signing_alg_values_supported"]
    for kind in ("alg", "enc"):
        assert document[f"authorization_encryption_{kind}_values_supported"]


def test_a_page_ends_with_a_signed_answer_as_well(provider, reader, citizen):
    rp = reader()
    rp.browser.sign_out()
    answer = rp.authorize(response_mode="jwt", prompt="none")
    assert opened(provider, answer.params["response"]).claims["error"] == "login_required"
    assert json.dumps(answer.params).count("response") == 1

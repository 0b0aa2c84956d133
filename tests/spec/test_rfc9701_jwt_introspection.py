"""RFC 9701: introspection answers as JWTs (FAPI 2.0 Message Signing 5.5)."""

import json

import pytest
from joserfc import jwe, jwt
from joserfc.jwk import ECKey, RSAKey

from tests import factories
from tests.dpop_rp import DpopRP
from tests.rp import RP
from tests.support.databases import sqlite_only
from tests.support.publisher import Publisher

MEDIA_TYPE = "application/token-introspection+jwt"


def asked(rp, token, accept=MEDIA_TYPE):
    form, headers = rp.authentication()
    return rp.provider.post("/introspect", data=form | {"token": token}, headers=headers | {"Accept": accept})


@pytest.fixture
def token(rp, citizen):
    return rp.tokens(citizen)["access_token"]


def opened(provider, text, alg="RS256"):
    return jwt.decode(text, provider.keys(), algorithms=[alg])


def test_4_who_accepts_a_jwt_gets_one(provider, rp, token, clock):
    answer = asked(rp, token)
    assert answer.headers["Content-Type"] == MEDIA_TYPE
    found = opened(provider, answer.text)
    assert found.header["typ"] == "token-introspection+jwt"
    assert set(found.claims) == {"iss", "aud", "iat", "token_introspection"}
    assert (found.claims["iss"], found.claims["aud"]) == (factories.ISSUER, rp.client.client_id)
    assert found.claims["iat"] == int(clock().timestamp())
    assert found.claims["token_introspection"] == rp.introspect(token).json


@sqlite_only
def test_5_no_sub_and_no_exp_beside_the_answer(provider, rp, token):
    """So that the answer is taken for no ID Token or access token (section 5, section 8.1)."""
    assert {"sub", "exp"}.isdisjoint(opened(provider, asked(rp, token).text).claims)


@sqlite_only
def test_5_an_inactive_token_is_only_that(provider, rp):
    found = opened(provider, asked(rp, "nothing").text)
    assert found.claims["token_introspection"] == {"active": False}


@sqlite_only
def test_4_who_accepts_json_gets_json(rp, token):
    assert asked(rp, token, "application/json").json["active"] is True


def test_6_a_registered_algorithm_signs(provider, citizen):
    rp = RP(provider, factories.a_client(provider.services, introspection_signed_response_alg="PS256"))
    found = opened(provider, asked(rp, rp.tokens(citizen)["access_token"], "*/*").text, "PS256")
    assert found.claims["token_introspection"]["active"] is True


def test_6_it_is_encrypted_where_registered(provider, citizen):
    key = ECKey.generate_key("P-256", {"kid": "enc", "use": "enc"})
    signing = factories.a_client(provider.services, "other").key
    client = factories.a_client(
        provider.services,
        key=signing,
        jwks={"keys": [signing.as_dict(private=False), key.as_dict(private=False)]},
        introspection_encrypted_response_alg="ECDH-ES",
        introspection_encrypted_response_enc="A256GCM",
    )
    rp = RP(provider, client)
    sealed = asked(rp, rp.tokens(citizen)["access_token"], "*/*").text
    inner = jwe.decrypt_compact(sealed, key, algorithms=["ECDH-ES", "A256GCM"])
    assert opened(provider, inner.plaintext.decode()).claims["token_introspection"]["active"] is True


@pytest.fixture
def signing(provider, citizen):
    """A client of message signing, with a citizen's token bound to its key."""
    client = factories.a_client(provider.services, "signing", profile_name="fapi2_message_signing")
    rp = DpopRP(provider, client)
    factories.a_consent(provider.services, citizen, "signing", "openid profile email", ("name", "email"))
    rp.browser.sign_in(citizen)
    pushed = rp.call("/par", request=rp.request_object())
    rp.token = rp.redeem(rp.bring(pushed).code)["access_token"]
    return rp


@pytest.mark.parametrize("accept", [None, "*/*", "application/json", MEDIA_TYPE])
def test_ms_5_5_a_client_of_message_signing_gets_signed_answers_whatever_it_asks(provider, signing, accept):
    """A clear answer is nothing to show to anybody later (FAPI 2.0 Message Signing 5.5.1; contract section 4)."""
    form, headers = signing.authentication()
    headers |= {} if accept is None else {"Accept": accept}
    answer = provider.post("/introspect", data=form | {"token": signing.token}, headers=headers)
    assert answer.headers["Content-Type"] == MEDIA_TYPE
    found = opened(provider, answer.text, "ES256")
    assert found.header["typ"] == "token-introspection+jwt"
    assert found.claims["token_introspection"]["active"] is True
    assert found.claims["token_introspection"]["cnf"] == {"jkt": signing.jkt}


def test_ms_5_5_that_a_token_is_worth_nothing_is_signed_too(provider, signing):
    assert signing.revoke(signing.token).ok
    found = opened(provider, asked(signing, signing.token, "application/json").text, "ES256")
    assert found.claims["token_introspection"] == {"active": False}


def test_ms_5_5_a_registered_algorithm_wins(provider, signing):
    factories.amend(provider.services, "signing", introspection_signed_response_alg="PS256")
    found = opened(provider, asked(signing, signing.token).text, "PS256")
    assert found.claims["aud"] == "signing"


def test_6_it_is_encrypted_to_a_key_the_client_publishes(provider, citizen):
    key = RSAKey.generate_key(2048, {"kid": "enc", "use": "enc"})
    with Publisher() as publisher:
        publisher.body = json.dumps({"keys": [key.as_dict(private=False)]}).encode()
        client = factories.a_client(
            provider.services,
            jwks_uri=publisher.url("/jwks.json"),
            token_endpoint_auth_method="client_secret_basic",
            introspection_encrypted_response_alg="RSA-OAEP-256",
        )
        rp = RP(provider, client)
        sealed = asked(rp, rp.tokens(citizen)["access_token"], "*/*").text
    inner = jwe.decrypt_compact(sealed, key, algorithms=["RSA-OAEP-256", "A128CBC-HS256"])
    assert inner.protected["kid"] == "enc"
    assert opened(provider, inner.plaintext.decode()).claims["token_introspection"]["active"] is True


@sqlite_only
def test_7_discovery_tells_algorithms(provider):
    document = provider.get("/.well-known/openid-configuration").json
    assert "ES256" in document["introspection_signing_alg_values_supported"]
    assert document["introspection_encryption_alg_values_supported"]

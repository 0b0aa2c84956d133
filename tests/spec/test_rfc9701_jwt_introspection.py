"""RFC 9701: introspection answers as JWTs (FAPI 2.0 Message Signing 5.5)."""

import pytest
from joserfc import jwe, jwt
from joserfc.jwk import ECKey

from tests import factories
from tests.rp import RP
from tests.support.databases import sqlite_only

pytestmark = sqlite_only

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


def test_5_no_sub_and_no_exp_beside_the_answer(provider, rp, token):
    """So that the answer is taken for no ID Token or access token (section 5, section 8.1)."""
    assert {"sub", "exp"}.isdisjoint(opened(provider, asked(rp, token).text).claims)


def test_5_an_inactive_token_is_only_that(provider, rp):
    found = opened(provider, asked(rp, "nothing").text)
    assert found.claims["token_introspection"] == {"active": False}


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


def test_7_discovery_tells_algorithms(provider):
    document = provider.get("/.well-known/openid-configuration").json
    assert "ES256" in document["introspection_signing_alg_values_supported"]
    assert document["introspection_encryption_alg_values_supported"]

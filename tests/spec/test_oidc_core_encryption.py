"""OpenID Connect Core 6.1, 10.2 and 16.14: what is encrypted to us (RFC 7516)."""

import pytest
from joserfc import jwe
from joserfc.jwk import JWKRegistry, RSAKey

from tests import factories
from tests.support.databases import sqlite_only

pytestmark = sqlite_only

ALGS = ("RSA-OAEP-256", "ECDH-ES", "ECDH-ES+A128KW", "ECDH-ES+A256KW")
ENCS = ("A128GCM", "A256GCM", "A128CBC-HS256", "A256CBC-HS512")


def published(provider, alg):
    """Our encryption key, found as clients find it: by `use` and `alg` (RFC 7517 section 4)."""
    keys = provider.get("/jwks").json["keys"]
    (found,) = (key for key in keys if key["use"] == "enc" and key["alg"] == alg)
    return found


def encrypted(provider, content, alg="RSA-OAEP-256", enc="A256GCM"):
    jwk = published(provider, alg)
    header = {"alg": alg, "enc": enc, "kid": jwk["kid"], "cty": "oauth-authz-req+jwt"}
    return jwe.encrypt_compact(header, content, JWKRegistry.import_key(jwk), algorithms=[alg, enc])


def test_10_2_discovery_names_the_algorithms_a_request_may_be_encrypted_with(provider):
    document = provider.get("/.well-known/openid-configuration").json
    assert document["request_object_encryption_alg_values_supported"] == list(ALGS)
    assert document["request_object_encryption_enc_values_supported"] == list(ENCS)


def test_10_2_every_encryption_key_has_a_name_of_its_own(provider):
    keys = provider.get("/jwks").json["keys"]
    assert {key["alg"] for key in keys if key["use"] == "enc"} == set(ALGS)
    assert len({key["kid"] for key in keys}) == len(keys)


@pytest.mark.parametrize("enc", ENCS)
@pytest.mark.parametrize("alg", ALGS)
def test_6_1_a_request_object_may_be_signed_and_then_encrypted(provider, rp, citizen, alg, enc):
    factories.a_consent(
        provider.services, citizen, rp.client.client_id, "openid profile email", ("name", "email")
    )
    rp.browser.sign_in(citizen)
    sealed = encrypted(provider, rp.request_object(state="inside"), alg, enc)
    answer = rp.browser.get(f"/authorize?client_id={rp.client.client_id}&request={sealed}")
    assert answer.params["state"] == "inside"
    assert rp.redeem(answer.code).ok


def test_6_1_an_encrypted_request_may_be_pushed(provider, rp):
    assert rp.call("/par", request=encrypted(provider, rp.request_object())).status == 201


def test_6_1_encryption_is_no_signature(provider, rp):
    """Whoever knows our public key can encrypt: the content still must verify (RFC 9101 section 10.2)."""
    stranger = RSAKey.generate_key(2048, {"kid": rp.client.key.kid})
    for content in ("{}", "", rp.request_object(key=stranger, header={"alg": "RS256"})):
        answer = rp.call("/par", request=encrypted(provider, content or " "))
        assert (answer.status, answer.error) == (400, "invalid_request_object")


def test_6_1_what_is_encrypted_twice_or_to_another_is_refused(provider, rp):
    twice = encrypted(provider, encrypted(provider, rp.request_object()))
    header = {"alg": "RSA-OAEP-256", "enc": "A256GCM"}
    other = jwe.encrypt_compact(header, rp.request_object(), RSAKey.generate_key(2048), list(header.values()))
    for sealed in (twice, other):
        assert rp.call("/par", request=sealed).error == "invalid_request_object"

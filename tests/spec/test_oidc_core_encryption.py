"""OpenID Connect Core 6.1, 10.2 and 16.14: what is encrypted to us and by us (RFC 7516)."""

import json

import pytest
from joserfc import jwe, jwt
from joserfc.jwk import ECKey, JWKRegistry, RSAKey

from idp import fetched
from tests import factories
from tests.rp import RP
from tests.support.databases import sqlite_only
from tests.support.publisher import Publisher

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


@sqlite_only
def test_10_2_discovery_names_the_algorithms_a_request_may_be_encrypted_with(provider):
    document = provider.get("/.well-known/openid-configuration").json
    assert document["request_object_encryption_alg_values_supported"] == list(ALGS)
    assert document["request_object_encryption_enc_values_supported"] == list(ENCS)


@sqlite_only
def test_10_2_every_encryption_key_has_a_name_of_its_own(provider):
    keys = provider.get("/jwks").json["keys"]
    assert {key["alg"] for key in keys if key["use"] == "enc"} == set(ALGS)
    assert len({key["kid"] for key in keys}) == len(keys)


@sqlite_only
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


@sqlite_only
def test_6_1_encryption_is_no_signature(provider, rp):
    """Whoever knows our public key can encrypt: the content still must verify (RFC 9101 section 10.2)."""
    stranger = RSAKey.generate_key(2048, {"kid": rp.client.key.kid})
    for content in ("{}", "", rp.request_object(key=stranger, header={"alg": "RS256"})):
        answer = rp.call("/par", request=encrypted(provider, content or " "))
        assert (answer.status, answer.error) == (400, "invalid_request_object")


@sqlite_only
def test_6_1_what_is_encrypted_twice_or_to_another_is_refused(provider, rp):
    twice = encrypted(provider, encrypted(provider, rp.request_object()))
    header = {"alg": "RSA-OAEP-256", "enc": "A256GCM"}
    other = jwe.encrypt_compact(header, rp.request_object(), RSAKey.generate_key(2048), list(header.values()))
    for sealed in (twice, other):
        assert rp.call("/par", request=sealed).error == "invalid_request_object"


# --- what we encrypt to clients ---

KEYS = {
    "RSA-OAEP-256": RSAKey.generate_key(2048, {"kid": "rsa", "use": "enc"}),
    "ECDH-ES": ECKey.generate_key("P-256", {"kid": "ec", "use": "enc"}),
    "ECDH-ES+A256KW": ECKey.generate_key("P-384", {"kid": "big", "alg": "ECDH-ES+A256KW"}),
}


@pytest.fixture
def register(provider):
    def make(**metadata):
        signing = ECKey.generate_key("P-256", {"kid": "sig", "use": "sig", "alg": "ES256"})
        keys = [key.as_dict(private=False) for key in (signing, *KEYS.values())]
        values = {"jwks": {"keys": keys}} | metadata
        return RP(provider, factories.a_client(provider.services, "sealed", key=signing, **values))

    return make


def unsealed(text, alg, enc="A128CBC-HS256"):
    found = jwe.decrypt_compact(text, KEYS[alg], algorithms=[alg, enc])
    assert found.protected["kid"] == KEYS[alg].kid
    return found


@pytest.mark.parametrize("alg", KEYS)
def test_2_an_id_token_is_signed_then_encrypted_for_who_registered_it(provider, register, citizen, alg):
    rp = register(id_token_encrypted_response_alg=alg)
    found = unsealed(rp.tokens(citizen)["id_token"], alg)
    assert found.protected["cty"] == "JWT"
    claims = jwt.decode(found.plaintext.decode(), provider.keys(), algorithms=["ES256"]).claims
    assert claims["aud"] == "sealed"


@sqlite_only
def test_10_2_the_registered_encoding_is_used(register, citizen):
    rp = register(id_token_encrypted_response_alg="ECDH-ES", id_token_encrypted_response_enc="A256GCM")
    assert unsealed(rp.tokens(citizen)["id_token"], "ECDH-ES", "A256GCM").plaintext


@pytest.fixture
def publisher():
    with Publisher() as server:
        yield server


def publish(publisher, *keys):
    publisher.body = json.dumps({"keys": [key.as_dict(private=False) for key in keys]}).encode()


def test_10_2_the_key_comes_from_jwks_uri(provider, register, citizen, publisher):
    publish(publisher, *KEYS.values())
    rp = register(
        jwks=None,
        jwks_uri=publisher.url("/jwks.json"),
        token_endpoint_auth_method="client_secret_basic",
        id_token_encrypted_response_alg="ECDH-ES",
        userinfo_encrypted_response_alg="RSA-OAEP-256",
    )
    tokens = rp.tokens(citizen)
    inner = unsealed(tokens["id_token"], "ECDH-ES").plaintext.decode()
    assert jwt.decode(inner, provider.keys(), algorithms=["ES256"]).claims["aud"] == "sealed"
    assert unsealed(rp.userinfo(tokens["access_token"]).text, "RSA-OAEP-256").plaintext
    assert publisher.asked == ["/jwks.json"]


def test_10_2_1_a_new_key_at_jwks_uri_is_fetched(register, citizen, publisher, monkeypatch):
    publish(publisher)
    rp = register(
        jwks=None,
        jwks_uri=publisher.url("/jwks.json"),
        token_endpoint_auth_method="client_secret_basic",
        id_token_encrypted_response_alg="ECDH-ES",
    )
    code = rp.sign_in(citizen).code
    assert rp.redeem(code).error == "invalid_request"
    publish(publisher, KEYS["ECDH-ES"])
    monkeypatch.setattr(fetched, "AGAIN_AFTER_SECONDS", 0.0)
    assert unsealed(rp.redeem(code)["id_token"], "ECDH-ES").plaintext


def test_10_2_without_a_key_the_code_is_kept_and_the_client_is_told(provider, citizen):
    metadata = {"id_token_encrypted_response_alg": "RSA-OAEP-256"}
    rp = RP(provider, factories.a_client(provider.services, **metadata))
    code = rp.sign_in(citizen).code
    for _ in range(2):
        answer = rp.redeem(code)
        assert (answer.status, answer.error) == (400, "invalid_request")
        assert "RSA-OAEP-256" in answer["error_description"]


def test_5_3_2_userinfo_is_encrypted_also_without_a_signature(register, citizen):
    rp = register(userinfo_encrypted_response_alg="RSA-OAEP-256")
    answer = rp.userinfo(rp.tokens(citizen)["access_token"])
    assert answer.headers["Content-Type"] == "application/jwt"
    found = unsealed(answer.text, "RSA-OAEP-256")
    assert "cty" not in found.protected
    assert json.loads(found.plaintext)["name"]


def test_5_3_2_userinfo_is_signed_then_encrypted(provider, register, citizen):
    rp = register(userinfo_encrypted_response_alg="ECDH-ES", userinfo_signed_response_alg="PS256")
    found = unsealed(rp.userinfo(rp.tokens(citizen)["access_token"]).text, "ECDH-ES")
    claims = jwt.decode(found.plaintext.decode(), provider.keys(), algorithms=["PS256"]).claims
    assert (claims["iss"], claims["aud"]) == (factories.ISSUER, "sealed")


def test_3_1_2_1_a_hint_may_be_encrypted_to_us(provider, rp, citizen):
    hint = encrypted(provider, rp.tokens(citizen)["id_token"])
    assert rp.authorize(prompt="none", id_token_hint=hint).code


@sqlite_only
def test_3_1_2_1_a_userinfo_answer_is_no_hint(provider, register, citizen):
    rp = register(userinfo_signed_response_alg="ES256")
    answer = rp.userinfo(rp.tokens(citizen)["access_token"]).text
    assert rp.authorize(prompt="none", id_token_hint=answer).error == "invalid_request"

"""RFC 8414 and OpenID Connect Discovery 1.0: server metadata; RFC 7517: the key set."""

import json
import re

import pytest
from babel import Locale

from tests import factories
from tests.rp import RP, Provider
from tests.support.databases import sqlite_only

pytestmark = sqlite_only

OPENID, OAUTH = "/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"
OURS = "gerbang_"  # additional members carry a name of their own (RFC 8414 §2)
REGISTERED = {
    "verified_claims_supported",
    "trust_frameworks_supported",
    "claims_in_verified_claims_supported",
    "evidence_supported",
    "electronic_records_supported",
    "request_object_encryption_alg_values_supported",
    "request_object_encryption_enc_values_supported",
    "id_token_encryption_alg_values_supported",
    "id_token_encryption_enc_values_supported",
    "userinfo_encryption_alg_values_supported",
    "userinfo_encryption_enc_values_supported",
    "authorization_encryption_alg_values_supported",
    "authorization_encryption_enc_values_supported",
    "introspection_encryption_alg_values_supported",
    "introspection_encryption_enc_values_supported",
    "authorization_signing_alg_values_supported",
    "introspection_signing_alg_values_supported",
    "issuer", "authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri", "scopes_supported",
    "dpop_signing_alg_values_supported",
    "introspection_endpoint", "registration_endpoint",
    "revocation_endpoint", "end_session_endpoint",
    "device_authorization_endpoint", "response_types_supported",
    "backchannel_authentication_endpoint",
    "backchannel_token_delivery_modes_supported", "backchannel_user_code_parameter_supported",
    "backchannel_authentication_request_signing_alg_values_supported",
    "authorization_details_types_supported",
    "response_modes_supported", "grant_types_supported", "acr_values_supported", "subject_types_supported",
    "id_token_signing_alg_values_supported", "userinfo_signing_alg_values_supported", "claim_types_supported",
    "token_endpoint_auth_methods_supported", "token_endpoint_auth_signing_alg_values_supported",
    "revocation_endpoint_auth_methods_supported", "revocation_endpoint_auth_signing_alg_values_supported",
    "introspection_endpoint_auth_methods_supported", "introspection_endpoint_auth_signing_alg_values_supported",
    "claims_supported", "claims_parameter_supported", "request_parameter_supported", "prompt_values_supported",
    "request_uri_parameter_supported", "ui_locales_supported", "code_challenge_methods_supported",
    "pushed_authorization_request_endpoint", "require_pushed_authorization_requests",
    "require_request_uri_registration", "request_object_signing_alg_values_supported",
    "authorization_response_iss_parameter_supported", "backchannel_logout_supported",
    "backchannel_logout_session_supported", "service_documentation", "op_policy_uri", "op_tos_uri",
    "check_session_iframe", "frontchannel_logout_supported", "frontchannel_logout_session_supported",
    "mtls_endpoint_aliases", "tls_client_certificate_bound_access_tokens",
    "require_signed_request_object",
    "protected_resources", "display_values_supported", "claims_locales_supported",
}  # fmt: skip


@pytest.fixture
def document(provider):
    return provider.get(OPENID).json


def test_discovery_4_the_document_is_json_at_the_issuer(provider):
    answer = provider.get(OPENID)
    assert answer.ok
    assert answer.headers["Content-Type"].startswith("application/json")
    assert answer["issuer"] == factories.ISSUER


def test_3_1_the_same_document_is_at_the_oauth_address(provider, document):
    assert provider.get(OAUTH).json == document


def test_3_1_an_issuer_with_a_path_has_both_addresses(database_url, tmp_path, clock):
    services = factories.a_deployment(database_url, tmp_path, clock, issuer="http://localhost:8000/masuk")
    try:
        provider = Provider(services)
        document = provider.get("/masuk/.well-known/openid-configuration").json
        assert provider.get("/.well-known/oauth-authorization-server/masuk").json == document
        assert document["issuer"] == "http://localhost:8000/masuk"
        assert document["token_endpoint"] == "http://localhost:8000/masuk/token"
        assert provider.get("/masuk/jwks").ok
    finally:
        services.close()


def test_3_every_address_is_of_the_issuer_and_answers(provider, document):
    for name, value in document.items():
        if name.endswith("_endpoint") or name == "jwks_uri":
            assert value.startswith(factories.ISSUER + "/")
            assert provider.get(value.removeprefix(factories.ISSUER)).status != 404, name


def test_3_what_must_be_there_is_there_with_its_type(document):
    for name in ("response_types_supported", "subject_types_supported", "grant_types_supported"):
        assert isinstance(document[name], list)
        assert document[name]
    assert document["response_types_supported"] == ["code"]
    assert set(document["subject_types_supported"]) == {"pairwise", "public"}
    assert set(document["response_modes_supported"]) == {
        "query",
        "form_post",
        "jwt",
        "query.jwt",
        "form_post.jwt",
    }
    assert document["code_challenge_methods_supported"] == ["S256"]
    assert "RS256" in document["id_token_signing_alg_values_supported"]
    assert {"ES256", "PS256"} <= set(document["id_token_signing_alg_values_supported"])
    assert "none" not in json.dumps(document["id_token_signing_alg_values_supported"])
    assert "openid" in document["scopes_supported"]
    assert {"sub", "name", "email"} <= set(document["claims_supported"])
    assert document["claims_parameter_supported"] is True
    assert document["request_parameter_supported"] is True
    assert document["request_uri_parameter_supported"] is True
    assert document["require_request_uri_registration"] is True
    assert {"RS256", "ES256", "PS256", "EdDSA"} <= set(
        document["request_object_signing_alg_values_supported"]
    )
    assert document["require_pushed_authorization_requests"] is False


def test_2_only_registered_names_and_nothing_null_or_empty(document):
    assert {name for name in document if not name.startswith(OURS)} <= REGISTERED
    assert all(value is not None and value not in ("", [], {}) for value in document.values())


def test_2_scopes_and_languages_are_well_formed(document):
    scope = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")  # RFC 6749 A.4
    assert all(scope.fullmatch(each) for each in document["scopes_supported"])
    for name in {"ui_locales_supported", "claims_locales_supported"} & document.keys():
        for tag in document[name]:
            assert str(Locale.parse(tag, sep="-")).replace("_", "-") == tag, "canonical, and a known language"


def test_2_public_clients_do_not_introspect(document):
    assert "none" in document["token_endpoint_auth_methods_supported"]
    assert "none" not in document["introspection_endpoint_auth_methods_supported"]


def test_2_only_what_works_is_offered(provider, document, citizen, services):
    for alg in document["id_token_signing_alg_values_supported"]:
        client = factories.a_client(services, f"alg-{alg.lower()}", id_token_signed_response_alg=alg)
        rp = RP(provider, client)
        tokens = rp.tokens(citizen)
        assert rp.header(tokens)["alg"] == alg
        assert rp.id_token(tokens)["aud"] == client.client_id


def test_both_documents_are_public_cached_and_readable_by_scripts(provider):
    for path in (OPENID, OAUTH, "/jwks"):
        answer = provider.get(path)
        assert answer.headers["Cache-Control"] == "public, max-age=600"
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        again = provider.get(path, headers={"If-None-Match": answer.headers["ETag"]})
        assert again.status == 304
        assert again.response.data == b""
        head = provider.machine.head(path, base_url=factories.ISSUER)
        assert head.status_code == 200
        assert head.data == b""
        assert int(head.headers["Content-Length"]) == len(answer.response.data)
        assert provider.post(path).status == 405


def test_rfc7517_the_keys_are_public_distinct_and_say_what_they_are_for(provider):
    keys = provider.get("/jwks")["keys"]
    assert not {"d", "p", "q", "dp", "dq", "qi", "k", "oth"} & {member for key in keys for member in key}
    assert len({key["kid"] for key in keys}) == len(keys)
    assert all(key["use"] in ("sig", "enc") and key["alg"] for key in keys)
    assert {key["kty"] for key in keys} == {"EC", "RSA", "OKP"}
    assert len(provider.keys().keys) == len(keys)


def test_core_10_1_1_a_rotation_shows_the_new_key_and_keeps_the_old(provider, rp, citizen, services):
    from keys import RotationPolicy, rotate

    tokens = rp.tokens(citizen)
    before = {key["kid"] for key in provider.get("/jwks")["keys"]}
    rotate(services.keystore, services.tree, services.clock(), RotationPolicy(), immediate=True)
    services.refresher.check()
    after = {key["kid"] for key in provider.get("/jwks")["keys"]}
    assert before < after
    fresh = rp.redeem(rp.authorize().code)
    assert rp.header(fresh)["kid"] in after - before
    assert rp.id_token(fresh)
    assert rp.id_token(tokens), "what the old key signed still verifies"
    assert rp.userinfo(tokens["access_token"]).ok

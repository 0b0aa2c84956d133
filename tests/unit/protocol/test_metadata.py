"""Server metadata says what is on, and nothing else (OIDC Discovery §3, RFC 8414 §2)."""

import json
from dataclasses import replace

import pytest
from authlib.oidc.discovery import OpenIDProviderMetadata

from idp.protocol.authorize.checks import PROMPT_VALUES
from idp.protocol.authorize.response import ResponseMode
from idp.protocol.client_auth import METHODS
from idp.protocol.oauth.jose import ALGORITHMS
from idp.protocol.oidc.metadata import Offered, oauth_path, openid_path, self_check, server_metadata
from tests.unit.protocol.samples import ISSUER

NAMES = ("authorization", "token", "userinfo", "revocation", "introspection", "end_session")
OFFERED = Offered(
    issuer=ISSUER,
    endpoints={"jwks_uri": f"{ISSUER}/jwks"} | {f"{name}_endpoint": f"{ISSUER}/{name}" for name in NAMES},
    grant_types=("authorization_code", "refresh_token"),
    response_modes=tuple(ResponseMode),
    client_auth_methods=METHODS,
    assertion_algorithms=ALGORITHMS,
    signing_algorithms=("ES256", "RS256", "EdDSA", "Ed25519", "PS256"),
    prompt_values=PROMPT_VALUES,
)


def test_another_library_finds_no_fault():
    document = server_metadata(OFFERED)
    OpenIDProviderMetadata(document).validate()
    self_check(document)


def test_a_loopback_sandbox_passes_the_self_check():
    http = {name: url.replace(ISSUER, "http://localhost:8000") for name, url in OFFERED.endpoints.items()}
    self_check(server_metadata(replace(OFFERED, issuer="http://localhost:8000", endpoints=http)))


def test_the_self_check_finds_faults():
    with pytest.raises(ValueError, match="id_token_signing_alg"):
        self_check(server_metadata(replace(OFFERED, signing_algorithms=())))
    with pytest.raises(ValueError, match="endpoint"):
        self_check(server_metadata(replace(OFFERED, endpoints={})))


def test_d3_to_d13_the_members():
    document = server_metadata(OFFERED)
    assert document["issuer"] == ISSUER
    assert document["response_types_supported"] == ["code"]
    assert document["response_modes_supported"] == ["query", "form_post", "jwt", "query.jwt", "form_post.jwt"]
    assert document["subject_types_supported"] == ["pairwise", "public"]
    assert "openid" in document["scopes_supported"]
    assert {"sub", "name", "nik", "id_address"} <= set(document["claims_supported"])
    assert document["code_challenge_methods_supported"] == ["S256"]
    assert document["authorization_response_iss_parameter_supported"] is True
    assert document["claims_parameter_supported"] is True
    assert document["request_parameter_supported"] is document["request_uri_parameter_supported"] is False
    assert document["prompt_values_supported"] == list(PROMPT_VALUES)
    assert document["backchannel_logout_session_supported"] is True
    assert "none" in document["token_endpoint_auth_methods_supported"]
    assert "none" not in document["introspection_endpoint_auth_methods_supported"]
    assert "none" not in document["id_token_signing_alg_values_supported"]
    json.dumps(document)


def test_d21_nothing_is_null_or_empty():
    bare = Offered(
        issuer=ISSUER,
        endpoints={},
        grant_types=("authorization_code",),
        response_modes=("query",),
        client_auth_methods=("none",),
        assertion_algorithms=(),
        signing_algorithms=("RS256",),
    )
    assert not [value for value in server_metadata(bare).values() if value in (None, "", [])]


def test_what_is_off_is_not_advertised():
    only_token = replace(
        OFFERED, endpoints={"token_endpoint": f"{ISSUER}/token"}, client_auth_methods=("none",)
    )
    document = server_metadata(only_token)
    for name in (
        "userinfo_signing_alg_values_supported",
        "backchannel_logout_supported",
        "end_session_endpoint",
    ):
        assert name not in document
    assert "token_endpoint_auth_signing_alg_values_supported" not in document
    assert not [name for name in document if name.startswith(("revocation_", "introspection_"))]


def test_later_specs_add_members():
    extra = {"dpop_signing_alg_values_supported": ["ES256"]}
    assert server_metadata(replace(OFFERED, extra=extra))["dpop_signing_alg_values_supported"] == ["ES256"]


def test_d2_the_two_addresses():
    assert openid_path("") == "/.well-known/openid-configuration"
    assert openid_path("/tenant/") == "/tenant/.well-known/openid-configuration"
    assert oauth_path("") == "/.well-known/oauth-authorization-server"
    assert oauth_path("/tenant") == "/.well-known/oauth-authorization-server/tenant"

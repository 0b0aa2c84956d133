"""Server metadata: a document that says only what is on (OIDC Discovery §3, RFC 8414 §2)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from authlib.oauth2.rfc8414 import AuthorizationServerMetadata
from authlib.oidc.discovery import OpenIDProviderMetadata

from idp.protocol.oidc import acr
from idp.protocol.oidc.catalogue import CLAIMS, SCOPES
from idp.protocol.oidc.subject import SUBJECT_TYPES

PROTOCOL_CLAIMS: Final = ("sub", "iss", "aud", "exp", "iat", "acr", "amr", "auth_time", "nonce", "sid")
WELL_KNOWN_OPENID: Final = "/.well-known/openid-configuration"
WELL_KNOWN_OAUTH: Final = "/.well-known/oauth-authorization-server"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """What this deployment has on, gathered by the caller from the registries that do the work.

    `endpoints` maps metadata names to absolute addresses (`token_endpoint`, `jwks_uri`, …); an endpoint that
    is not there is not advertised, nor is anything that belongs to it. `extra` is for members of later specs.
    """

    issuer: str
    endpoints: Mapping[str, str]
    grant_types: Sequence[str]
    response_modes: Sequence[str]
    client_auth_methods: Sequence[str]
    assertion_algorithms: Sequence[str]
    signing_algorithms: Sequence[str]
    request_object_algorithms: Sequence[str] = ()
    code_challenge_methods: Sequence[str] = ("S256",)
    prompt_values: Sequence[str] = ()
    ui_locales: Sequence[str] = ("id", "en")
    scopes: Sequence[str] = tuple(SCOPES)
    claims: Sequence[str] = tuple(CLAIMS)
    acr_values: Sequence[str] = acr.LEVELS
    service_documentation: str | None = None
    op_policy_uri: str | None = None
    op_tos_uri: str | None = None
    extra: Mapping[str, object] = field(default_factory=dict)


def server_metadata(offered: Offered) -> dict[str, object]:
    """The one document for both addresses (OIDC Discovery §3, RFC 8414 §2); nothing null or empty."""
    methods, algorithms = list(offered.client_auth_methods), list(offered.assertion_algorithms)
    document: dict[str, object] = {
        "issuer": offered.issuer,
        **offered.endpoints,
        "response_types_supported": ["code"],
        "response_modes_supported": list(offered.response_modes),
        "grant_types_supported": list(offered.grant_types),
        "subject_types_supported": list(SUBJECT_TYPES),
        "scopes_supported": list(offered.scopes),
        "claims_supported": [*PROTOCOL_CLAIMS, *offered.claims],
        "claim_types_supported": ["normal"],
        "claims_parameter_supported": True,
        "acr_values_supported": list(offered.acr_values),
        "prompt_values_supported": list(offered.prompt_values),
        "ui_locales_supported": list(offered.ui_locales),
        "id_token_signing_alg_values_supported": list(offered.signing_algorithms),
        "code_challenge_methods_supported": list(offered.code_challenge_methods),
        **_request_objects(offered.request_object_algorithms),
        "authorization_response_iss_parameter_supported": True,
        "service_documentation": offered.service_documentation,
        "op_policy_uri": offered.op_policy_uri,
        "op_tos_uri": offered.op_tos_uri,
    }
    for endpoint in ("token", "revocation", "introspection"):
        if f"{endpoint}_endpoint" in offered.endpoints:
            document |= _client_auth(endpoint, methods, algorithms)
    if "pushed_authorization_request_endpoint" in offered.endpoints:
        document["require_pushed_authorization_requests"] = False
    if "userinfo_endpoint" in offered.endpoints:
        document["userinfo_signing_alg_values_supported"] = list(offered.signing_algorithms)
    if "end_session_endpoint" in offered.endpoints:
        document |= {"backchannel_logout_supported": True, "backchannel_logout_session_supported": True}
        document |= {"frontchannel_logout_supported": True, "frontchannel_logout_session_supported": True}
    document |= offered.extra
    return {name: value for name, value in document.items() if value is not None and value not in ([], "")}


def _request_objects(algorithms: Sequence[str]) -> dict[str, object]:
    """Request objects by value and by registered address (OIDC Discovery §3, RFC 9101 §10.5)."""
    members: dict[str, object] = {
        "request_parameter_supported": bool(algorithms),
        "request_uri_parameter_supported": bool(algorithms),
    }
    if algorithms:
        members["require_request_uri_registration"] = True
        members["request_object_signing_alg_values_supported"] = list(algorithms)
    return members


def _client_auth(endpoint: str, methods: list[str], algorithms: list[str]) -> dict[str, object]:
    """How clients authenticate there (RFC 8414 §2); introspection takes no public clients."""
    allowed = [method for method in methods if method != "none" or endpoint != "introspection"]
    members: dict[str, object] = {f"{endpoint}_endpoint_auth_methods_supported": allowed}
    if {"private_key_jwt", "client_secret_jwt"} & set(allowed):
        members[f"{endpoint}_endpoint_auth_signing_alg_values_supported"] = algorithms
    return members


def self_check(document: Mapping[str, object]) -> None:
    """Raise ValueError where Authlib's models find fault (OIDC Discovery §3, RFC 8414 §2).

    They insist on https. A sandbox on loopback is checked as if it had it; whether plain http is allowed at
    all is for the settings to say.
    """
    secured = {
        name: value.replace("http://", "https://", 1) if isinstance(value, str) else value
        for name, value in document.items()
    }
    OpenIDProviderMetadata(secured).validate()
    AuthorizationServerMetadata(secured).validate()


def oauth_path(issuer_path: str) -> str:
    """The RFC 8414 address: the well-known part goes between host and path (RFC 8414 §3.1)."""
    return WELL_KNOWN_OAUTH + issuer_path.rstrip("/")


def openid_path(issuer_path: str) -> str:
    """The Discovery address: the well-known part goes after the path (OIDC Discovery §4)."""
    return issuer_path.rstrip("/") + WELL_KNOWN_OPENID

"""Client authentication: exactly one method per request, and only the registered one (RFC 6749 §2.3)."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from idp.protocol.client_auth.assertion import (
    ASSERTION_TYPE,
    SECRET_JWT,
    Audiences,
    FirstUse,
    UnknownAssertionKey,
    claimed,
    verify_assertion,
    verify_mac,
)
from idp.protocol.client_auth.authorities import Authorities, NoAuthorities
from idp.protocol.client_auth.secret import read_basic, secret_digest, verify_secret
from idp.protocol.client_auth.tls import METHODS as TLS_METHODS, verify_certificate
from idp.protocol.oauth.certificate import ClientCertificate
from idp.protocol.oauth.client import Client
from idp.protocol.oauth.errors import InvalidClient, InvalidRequest
from idp.protocol.oauth.requests import Credentials, Headers

__all__ = [
    "METHODS",
    "TLS_METHODS",
    "Audiences",
    "Authorities",
    "ClientCertificate",
    "Credentials",
    "FirstUse",
    "UnknownAssertionKey",
    "authenticate",
    "presented",
    "secret_digest",
    "verify_assertion",
    "verify_secret",
]

METHODS: Final = ("client_secret_basic", "client_secret_post", "client_secret_jwt", "private_key_jwt", "none")
"""What works in every deployment; the methods of RFC 8705 (`TLS_METHODS`) need a TLS front besides."""


def presented(headers: Headers, params: Mapping[str, str]) -> Credentials:
    """Find the one method a request uses; two at once are refused (RFC 6749 §2.3)."""
    authorization = headers.get("authorization")
    body_id, secret, assertion = (params.get(n) for n in ("client_id", "client_secret", "client_assertion"))
    by_assertion = assertion is not None or "client_assertion_type" in params
    if (authorization is not None) + (secret is not None) + by_assertion > 1:
        raise InvalidRequest("more than one client authentication method")
    if authorization is not None:
        client_id, password = read_basic(authorization)
        found = Credentials("client_secret_basic", client_id, secret=password)
    elif by_assertion:
        if assertion is None or params.get("client_assertion_type") != ASSERTION_TYPE:
            raise InvalidClient("client_assertion and its type must come together")
        method, claimed_id = claimed(assertion)
        found = Credentials(method, claimed_id, assertion=assertion)
    elif body_id is None:
        raise InvalidClient
    elif secret is not None:
        found = Credentials("client_secret_post", body_id, secret=secret)
    else:
        found = Credentials("none", body_id)
    if body_id is not None and body_id != found.client_id:
        raise InvalidClient(scheme=found.scheme)
    return found


def authenticate(
    credentials: Credentials,
    client: Client | None,
    *,
    audiences: Audiences,
    now: datetime,
    first_use: FirstUse,
    jwks: Mapping[str, object] | None = None,
    certificate: ClientCertificate | None = None,
    authorities: Authorities | None = None,
    unseal: Callable[[Client], bytes | None] | None = None,
) -> Client:
    """Prove that the client is who it says it is, by its registered method only (OIDC Core §9, RFC 8705 §2).

    `client` is what the registry holds under `credentials.client_id`, None when unknown. `jwks` is the key
    set fetched from the client's `jwks_uri`, when it has one. `certificate` is what the TLS front hands on,
    `authorities` say whether its names are true, `unseal` opens the secret of a `client_secret_jwt` client.
    """
    if (
        client is not None
        and client.token_endpoint_auth_method in TLS_METHODS
        and credentials.method == "none"
    ):
        verify_certificate(client, certificate, now, authorities or NoAuthorities(), jwks=jwks)
        return client
    if credentials.secret is not None:
        verify_secret(client, credentials)
    if client is None or client.token_endpoint_auth_method != credentials.method:
        raise InvalidClient(scheme=credentials.scheme)
    if credentials.assertion is None:
        return client
    if credentials.method == SECRET_JWT:
        secret = unseal(client) if unseal is not None else None
        verify_mac(client, credentials.assertion, secret, audiences, now, first_use)
    else:
        verify_assertion(client, credentials.assertion, audiences, now, first_use, jwks=jwks)
    return client

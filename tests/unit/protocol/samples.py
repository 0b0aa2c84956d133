"""Clients and requests with honest defaults; a test states only what it is about."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from idp.protocol.authorize.checks import Policy, resolve, validate
from idp.protocol.authorize.prompts import AuthorizationView, SessionView, Situation
from idp.protocol.authorize.request import AuthorizationRequest, ReplyTo
from idp.protocol.oauth.client import Client, Environment, Profile
from idp.protocol.oauth.parameters import collect
from idp.protocol.oauth.pkce import s256
from idp.protocol.oidc.acr import AAL2

ISSUER = "https://id.example"
NOW = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
CITIZEN = UUID("0b0e7a52-7a5e-4a35-9d27-3d3a2f1c9a11")
VERIFIER = "v" * 43
CHALLENGE = s256(VERIFIER)


def a_client(**overrides: Any) -> Client:
    values: dict[str, Any] = {
        "client_id": "tax",
        "redirect_uris": ("https://tax.example/cb",),
        "post_logout_redirect_uris": ("https://tax.example/bye?x=1",),
        "scopes": ("openid", "profile", "email", "address", "offline_access"),
        "grant_types": ("authorization_code", "refresh_token"),
        "sector": "tax.example",
    }
    return Client(**(values | overrides))


def core_client(**overrides: Any) -> Client:
    return a_client(profile=Profile.OIDC_CORE, **({"environment": Environment.PRODUCTION} | overrides))


def query(**overrides: str | None) -> list[tuple[str, str]]:
    values: dict[str, str | None] = {
        "client_id": "tax",
        "redirect_uri": "https://tax.example/cb",
        "response_type": "code",
        "scope": "openid profile",
        "state": "st",
        "nonce": "no",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    }
    return [(name, value) for name, value in (values | overrides).items() if value is not None]


def resolved(pairs: list[tuple[str, str]], client: Client | None = None) -> tuple[Client, ReplyTo]:
    known = client or a_client()
    return resolve(collect(pairs), {known.client_id: known}.get, ISSUER)


def ask(
    client: Client | None = None, policy: Policy | None = None, **overrides: str | None
) -> AuthorizationRequest:
    pairs = query(**overrides)
    found, reply_to = resolved(pairs, client)
    return validate(collect(pairs), found, reply_to, policy or Policy())


def a_session(age: timedelta = timedelta(minutes=10), **overrides: Any) -> SessionView:
    return replace(SessionView(CITIZEN, NOW - age, AAL2, ("pwd", "otp", "mfa")), **overrides)


def a_situation(request: AuthorizationRequest | None = None, **overrides: Any) -> Situation:
    values: dict[str, Any] = {
        "request": request or ask(),
        "client": a_client(),
        "now": NOW,
        "session": a_session(),
        "authorization": everything_given(),
        "reachable_acr": AAL2,
    }
    return Situation(**(values | overrides))


def everything_given(**overrides: Any) -> AuthorizationView:
    from idp.protocol.oidc.claims import CLAIMS, SCOPES

    return replace(AuthorizationView(frozenset(SCOPES), frozenset(CLAIMS)), **overrides)

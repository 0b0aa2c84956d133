"""Redeeming codes and refresh tokens, once, and minting what they give.

`EXCHANGES` is the literal list of grants on offer; a grant is a function, a new one is a file and a line here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType

from idp.domain.grants import (
    authorization_code,
    client_credentials,
    decoupled_grant,
    refresh_token,
    token_exchange,
)
from idp.domain.grants.details import narrowed_for_code, narrowed_for_refresh, refuse_details
from idp.domain.grants.grant import Grant
from idp.domain.store.statements import Statements
from idp.protocol.authorize.checks import Agreed, Lookup, Serving
from idp.protocol.decoupled.ciba import CIBA_GRANT
from idp.protocol.decoupled.request import DEVICE_GRANT
from idp.protocol.oauth.authorization_details import Circumstances
from idp.protocol.oauth.client import Client
from idp.protocol.oauth.errors import UnsupportedGrantType
from idp.protocol.oauth.requests import TokenRequest
from idp.protocol.oauth.token_exchange import TOKEN_EXCHANGE
from idp.protocol.oidc.access_token import AccessToken


@dataclass(frozen=True, slots=True)
class GrantPolicy:
    """How long what a redemption starts may live, who issues it, whom it knows, and how it reads its own tokens."""

    online_lifetime: timedelta
    offline_lifetime: timedelta
    issuer: str
    serving: Serving
    lookup: Lookup
    open_token: Callable[[str, datetime], AccessToken]
    agreed: Agreed


Exchange = Callable[[Statements, Client, TokenRequest, GrantPolicy, datetime], Grant]


def _code(
    statements: Statements, client: Client, request: TokenRequest, policy: GrantPolicy, now: datetime
) -> Grant:
    lifetimes = policy.online_lifetime, policy.offline_lifetime
    details = narrowed_for_code(statements, request, _known(client, policy))
    grant = authorization_code.redeem(statements, client, request, now, *lifetimes, policy.issuer)
    return replace(grant, authorization_details=details) if details is not None else grant


def _refresh(
    statements: Statements, client: Client, request: TokenRequest, policy: GrantPolicy, now: datetime
) -> Grant:
    details = narrowed_for_refresh(statements, request, _known(client, policy))
    grant = refresh_token.refresh(statements, client, request, now, policy.issuer)
    return replace(grant, authorization_details=details) if details is not None else grant


def _client(
    statements: Statements, client: Client, request: TokenRequest, policy: GrantPolicy, now: datetime
) -> Grant:
    refuse_details(request)
    return client_credentials.grant(statements, client, request, now, policy.issuer, policy.serving)


def _device(
    statements: Statements, client: Client, request: TokenRequest, policy: GrantPolicy, now: datetime
) -> Grant:
    lifetimes = policy.online_lifetime, policy.offline_lifetime
    return decoupled_grant.redeem(
        statements, client, request, "device", "device_code", now, *lifetimes, policy.issuer
    )


def _token(
    statements: Statements, client: Client, request: TokenRequest, policy: GrantPolicy, now: datetime
) -> Grant:
    refuse_details(request)
    return token_exchange.exchange(statements, client, request, policy, now)


def _known(client: Client, policy: GrantPolicy) -> Circumstances:
    return Circumstances(client, policy.issuer, policy.serving, policy.agreed)


def _ciba(
    statements: Statements, client: Client, request: TokenRequest, policy: GrantPolicy, now: datetime
) -> Grant:
    lifetimes = policy.online_lifetime, policy.offline_lifetime
    return decoupled_grant.redeem(
        statements, client, request, "ciba", "auth_req_id", now, *lifetimes, policy.issuer
    )


EXCHANGES: Mapping[str, Exchange] = MappingProxyType(
    {
        "authorization_code": _code,
        "refresh_token": _refresh,
        "client_credentials": _client,
        TOKEN_EXCHANGE: _token,
        DEVICE_GRANT: _device,
        CIBA_GRANT: _ciba,
    }
)


def lookup(grant_type: str, client: Client) -> Exchange:
    """Find the function of a grant type.

    Raises:
        UnsupportedGrantType: not offered at all (RFC 6749 §5.2).
        UnauthorizedClient: not registered for this client.
    """
    if grant_type not in EXCHANGES:
        raise UnsupportedGrantType("this grant type is not supported", parameter="grant_type")
    client.require_grant(grant_type)
    return EXCHANGES[grant_type]

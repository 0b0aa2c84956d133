"""Token exchange (RFC 8693): one agency's service calls another's for the same citizen, and says so.

Whoever holds a token that is for it, or was issued to it, may have one for a resource that the citizen granted in the
same act: nothing else names who may act towards whom, so nothing else is allowed. The new token is short, cannot be
refreshed, belongs to the same family, so that it ends with it, ends also with the token it was made from, and carries
the chain of callers in `act`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

from idp.domain.audit.events import TokenExchanged
from idp.domain.audit.record import INSERT_PENDING, parameters
from idp.domain.consent.gate import FAMILY_GATE, FAMILY_STANDS, NONE_REVOKED
from idp.domain.grants.authorization_code import AUDIT_VALUES
from idp.domain.grants.grant import Grant
from idp.domain.grants.introspection import access_token_stands, marks
from idp.domain.store.statements import Row, SqliteStatements, Statements, as_moment, as_uuid
from idp.protocol.authorize.checks import Lookup, Serving
from idp.protocol.oauth.authorization_details import stored
from idp.protocol.oauth.client import Client
from idp.protocol.oauth.errors import (
    InvalidRequest,
    InvalidScope,
    InvalidTarget,
    InvalidToken,
    UnauthorizedClient,
)
from idp.protocol.oauth.requests import TokenRequest
from idp.protocol.oauth.resources import parse_resources
from idp.protocol.oauth.token_exchange import ACCESS_TOKEN, LONGEST_CHAIN
from idp.protocol.oauth.values import Confirmation
from idp.protocol.oidc.access_token import LIFETIME, AccessToken

GATED = f"""
SELECT f.account_id, f.citizen_id, f.authorization_id, f.session_id, f.acr, f.amr, f.auth_time, f.expires_at,
       {{position}}(' ' || COALESCE(f.resource, '') || ' ', ' ' || CAST(:target AS text) || ' ') > 0 AS granted
FROM family f {FAMILY_GATE}
JOIN client ca ON ca.id = :audit_client_id AND ca.status = 'approved'
JOIN client se ON se.id = :server_id AND se.status = 'approved'
JOIN client ho ON ho.id = :holder_id AND ho.status = 'approved'
WHERE f.id = :family_id AND {FAMILY_STANDS} AND {NONE_REVOKED}
"""
AUDIT = f"{INSERT_PENDING} {AUDIT_VALUES} WHERE g.granted"
POSTGRESQL = f"""
WITH gated AS ({GATED.format(position="strpos")}), audited AS ({AUDIT})
SELECT * FROM gated
"""
SQLITE = GATED.format(position="instr")


class Issuer(Protocol):
    """What an exchange needs of the deployment."""

    @property
    def serving(self) -> Serving:
        """Find who serves a resource."""
        ...

    @property
    def lookup(self) -> Lookup:
        """Find a client by its id."""
        ...

    def open_token(self, text: str, now: datetime) -> AccessToken:
        """Verify and read an access token of ours."""
        ...


def exchange(
    statements: Statements, client: Client, request: TokenRequest, issuer: Issuer, now: datetime
) -> Grant:
    """Exchange an access token for one at another audience (RFC 8693 §2.1).

    Raises:
        UnauthorizedClient: a public client.
        InvalidRequest: a parameter is missing or not supported, a token is not good or not the caller's to exchange
            (RFC 8693 §2.2.2).
        InvalidTarget: nobody serves the target, or the citizen did not grant it.
        InvalidScope: more scope than the token has.
    """
    if client.is_public:
        raise UnauthorizedClient("a public client cannot exchange tokens")
    _check_types(request)
    token = _open(issuer, request, "subject_token", now)
    if not _is_callers(client, token) or token.family_id is None:
        raise InvalidRequest("subject_token is not this client's to exchange", parameter="subject_token")
    _check_actor(statements, client, issuer, request, now)
    confirmation = _still_bound(client, token, request.confirmation)
    target, server = _target(client, issuer, request)
    scope = token.scope if request.scope is None else request.scope
    if not set(scope) <= set(token.scope):
        raise InvalidScope("more scope than the subject token has", parameter="scope")
    chain = _chain(client, token)
    event = TokenExchanged(client_id=client.client_id, family_id=token.family_id, towards=server.client_id)
    params = {
        "family_id": token.family_id,
        **marks(token),
        "target": target,
        "server_id": server.client_id,
        "holder_id": token.client_id,
        "now": now,
        **parameters(event, now),
    }
    row = _gate(statements, params)
    if row is None:
        raise InvalidRequest("subject_token is not good any more", parameter="subject_token")
    if not row["granted"]:
        raise InvalidTarget("the citizen did not grant this resource", parameter="resource")
    details = token.authorization_details
    return Grant(
        scope=scope,
        account_id=as_uuid(row["account_id"]),
        citizen_id=as_uuid(row["citizen_id"]),
        authorization_id=as_uuid(row["authorization_id"]),
        family_id=token.family_id,
        session_id=as_uuid(row["session_id"]),
        acr=row["acr"],
        amr=tuple(row["amr"].split()),
        auth_time=as_moment(row["auth_time"]),
        confirmation=confirmation,
        audience=target,
        authorization_details=stored(details) if details else None,
        actor=chain,
        made_from=(token.jti, *token.made_from),
        lifetime=_lifetime(token, as_moment(row["expires_at"]), now),
        issued_token_type=ACCESS_TOKEN,
    )


def _check_types(request: TokenRequest) -> None:
    """Exchange access tokens for access tokens, nothing else (RFC 8693 §2.1, §3)."""
    if request.require("subject_token_type") != ACCESS_TOKEN:
        raise InvalidRequest("subject_token_type must be access_token", parameter="subject_token_type")
    if request.parameters.get("requested_token_type", ACCESS_TOKEN) != ACCESS_TOKEN:
        raise InvalidRequest("only access tokens are issued", parameter="requested_token_type")
    has_actor = "actor_token" in request.parameters
    if has_actor is not ("actor_token_type" in request.parameters):
        raise InvalidRequest("actor_token and actor_token_type go together", parameter="actor_token_type")
    if has_actor and request.parameters["actor_token_type"] != ACCESS_TOKEN:
        raise InvalidRequest("actor_token_type must be access_token", parameter="actor_token_type")


def _open(issuer: Issuer, request: TokenRequest, name: str, now: datetime) -> AccessToken:
    try:
        return issuer.open_token(request.require(name), now)
    except InvalidToken as cause:
        raise InvalidRequest(f"{name} is not valid", parameter=name) from cause


def _is_callers(client: Client, token: AccessToken) -> bool:
    """Tell whether a token was issued to the caller or is for it."""
    mine = {client.client_id, *client.resource_uris}
    return token.client_id == client.client_id or not mine.isdisjoint(token.audience)


def _check_actor(
    statements: Statements, client: Client, issuer: Issuer, request: TokenRequest, now: datetime
) -> None:
    """Take an actor token only from the actor itself: the caller's own, with no citizen in it (RFC 8693 §2.1)."""
    if "actor_token" not in request.parameters:
        return
    actor = _open(issuer, request, "actor_token", now)
    is_own = actor.client_id == client.client_id and actor.family_id is None
    if not is_own or not access_token_stands(statements, actor, client.client_id, now):
        raise InvalidRequest("actor_token is not a good token of the caller itself", parameter="actor_token")


def _still_bound(client: Client, token: AccessToken, proven: Confirmation | None) -> Confirmation | None:
    """Let no exchange loosen a binding: a bound token gives a bound one, to the same key in the same hands."""
    if token.confirmation is None:
        return proven
    if proven is None or (token.client_id == client.client_id and proven != token.confirmation):
        raise InvalidRequest("subject_token is bound to a key: prove one", parameter="subject_token")
    return proven


def _target(client: Client, issuer: Issuer, request: TokenRequest) -> tuple[str, Client]:
    """Find the one resource that `resource` and `audience` name, and who serves it (RFC 8693 §2.1)."""
    named = set(parse_resources(request.resource))
    named.update(_resource_of(issuer, audience) for audience in request.audience)
    if not named:
        raise InvalidRequest("resource or audience is missing", parameter="resource")
    if len(named) > 1:
        raise InvalidTarget("a token is good at one resource; ask for one at a time", parameter="resource")
    target = named.pop()
    server = issuer.serving(target)
    if server is None or server.client_id == client.client_id:
        raise InvalidTarget("nobody else serves this resource", parameter="resource")
    return target, server


def _resource_of(issuer: Issuer, audience: str) -> str:
    """Read an audience: a resource, or a client that serves exactly one."""
    if issuer.serving(audience) is not None:
        return audience
    server = issuer.lookup(audience)
    if server is None or len(server.resource_uris) != 1:
        raise InvalidTarget("audience is no client that serves one resource", parameter="audience")
    return server.resource_uris[0]


def _chain(client: Client, token: AccessToken) -> Mapping[str, object]:
    """Put the caller before those who acted so far (RFC 8693 §4.1)."""
    depth, earlier = 1, token.actor
    while earlier is not None:
        following = earlier.get("act")
        depth, earlier = depth + 1, following if isinstance(following, Mapping) else None
    if depth > LONGEST_CHAIN:
        raise InvalidRequest("the chain of callers is too long", parameter="subject_token")
    act: dict[str, object] = {"sub": client.client_id}
    return act if token.actor is None else act | {"act": token.actor}


def _lifetime(token: AccessToken, family_ends: datetime, now: datetime) -> timedelta:
    """Live short, and never longer than what was exchanged or what it rests on."""
    return min(LIFETIME, token.expires_at - now, family_ends - now)


def _gate(statements: Statements, params: dict[str, Any]) -> Row | None:
    if not isinstance(statements, SqliteStatements):
        return statements.one(POSTGRESQL, params)
    with statements.transaction(write=True) as tx:
        row = tx.one(SQLITE, params)
        if row is not None:
            tx.one(f"WITH gated AS ({SQLITE}) {AUDIT}", params)
        return row

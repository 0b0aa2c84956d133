"""Token introspection (RFC 7662): to the client a token was issued to, and to its audience (decisions 11)."""

from __future__ import annotations

from datetime import datetime

from idp.domain.grants.introspection import access_token_stands, refresh_token_facts
from idp.protocol.oauth.client import Client, Profile
from idp.protocol.oauth.errors import InvalidClient, InvalidToken
from idp.protocol.oauth.jwe import Answer, Encryption
from idp.protocol.oauth.requests import IntrospectionRequest
from idp.protocol.oauth.responses import Reply, json_reply, jwt_reply
from idp.protocol.oauth.values import HandleKind, format_scope, seconds
from idp.protocol.oidc.access_token import AccessToken
from idp.protocol.oidc.subject import subject
from idp.web.machine.authenticate import authenticate
from idp.web.machine.machines import Machines
from idp.web.machine.presented import open_access_token
from idp.web.machine.request import MachineRequest
from keys import compact

TYP = "token-introspection+jwt"
MEDIA_TYPE = f"application/{TYP}"
INACTIVE: dict[str, object] = {"active": False}


def introspect(machines: Machines, request: MachineRequest) -> Reply:
    """Say what a token is worth to this caller; anything else is just inactive."""
    parameters = request.form()
    client, credentials = authenticate(machines, request, parameters)
    if client.is_public:
        raise InvalidClient("introspection needs client authentication")
    asked = IntrospectionRequest.of(parameters, credentials)
    now = machines.services.clock()
    if asked.token.startswith(HandleKind.REFRESH) and "." in asked.token[:10]:
        return _reply(machines, request, client, _refresh(machines, client, asked.token, now))
    return _reply(machines, request, client, _access(machines, client, asked.token, now))


def _reply(machines: Machines, request: MachineRequest, client: Client, members: dict[str, object]) -> Reply:
    """Answer in JSON, or as a JWT for this caller where asked or registered (RFC 9701 §4, §5; FAPI 2.0 MS §5.5)."""
    asked = MEDIA_TYPE in (request.headers.get("accept") or "")
    registered = client.introspection_signed_response_alg or Encryption.of(client, Answer.INTROSPECTION)
    if not (asked or registered or client.profile is Profile.FAPI2_MESSAGE_SIGNING):
        return json_reply(members)
    services = machines.services
    claims: dict[str, object] = {
        "iss": services.settings.issuer,
        "aud": client.client_id,
        "iat": seconds(services.clock()),
        "token_introspection": members,
    }
    signed = compact(services.keyring.signer(client.introspection_alg), claims, TYP)
    return jwt_reply(services.recipients.seal(client, Answer.INTROSPECTION, signed), MEDIA_TYPE)


def _access(machines: Machines, client: Client, text: str, now: datetime) -> dict[str, object]:
    try:
        token = open_access_token(machines.services, text, now)
    except InvalidToken:
        return INACTIVE
    if client.client_id != token.client_id and not _is_audience(client, token):
        return INACTIVE
    if not access_token_stands(machines.services.database.statements, token, client.client_id, now):
        return INACTIVE
    members: dict[str, object] = {
        "active": True,
        "iss": machines.services.settings.issuer,
        "sub": token.subject,
        "aud": token.audience[0] if len(token.audience) == 1 else list(token.audience),
        "client_id": token.client_id,
        "scope": format_scope(token.scope),
        "token_type": "Bearer",
        "iat": seconds(token.issued_at),
        "exp": seconds(token.expires_at),
        "jti": token.jti,
    }
    if token.acr is not None:
        members["acr"] = token.acr
    if token.auth_time is not None:
        members["auth_time"] = seconds(token.auth_time)
    if token.authorization_details:
        members["authorization_details"] = list(token.authorization_details)
    if token.actor is not None:
        members["act"] = token.actor
    if token.confirmation is not None:
        members["cnf"] = token.confirmation.claim()
        members["token_type"] = token.confirmation.token_type
    return members


def _is_audience(client: Client, token: AccessToken) -> bool:
    """Tell whether a token is for this client, by its id or by a resource it serves (decision 11)."""
    return not {client.client_id, *client.resource_uris}.isdisjoint(token.audience)


def _refresh(machines: Machines, client: Client, text: str, now: datetime) -> dict[str, object]:
    facts = refresh_token_facts(machines.services.database.statements, text, now)
    if facts is None or facts.client_id != client.client_id:
        return INACTIVE
    return {
        "active": True,
        "iss": machines.services.settings.issuer,
        "sub": subject(facts.account_id, client, machines.services.tree.sector_salt),
        "client_id": facts.client_id,
        "scope": format_scope(facts.scope),
        "acr": facts.acr,
        "auth_time": seconds(facts.auth_time),
        "exp": seconds(facts.expires_at),
    }

"""The UserInfo endpoint (OIDC Core §5.3): a release of citizen data, with its provenance."""

from __future__ import annotations

import orjson

from idp.domain.exchange import release
from idp.domain.grants.revoke import exp_day
from idp.protocol.oauth.client import Client
from idp.protocol.oauth.errors import InvalidToken
from idp.protocol.oauth.jwe import Answer, Encryption
from idp.protocol.oauth.requests import UserInfoRequest
from idp.protocol.oauth.responses import Reply, json_reply, jwt_reply
from idp.protocol.oidc.access_token import AccessToken
from idp.protocol.oidc.catalogue import CLAIMS
from idp.web.machine.confirmation import require_key
from idp.web.machine.machines import Machines
from idp.web.machine.presented import open_access_token
from idp.web.machine.request import MachineRequest
from keys import compact

PROVENANCE = "claims_provenance"


def userinfo(machines: Machines, request: MachineRequest) -> Reply:
    """Answer with what the citizen allowed this client to read."""
    services = machines.services
    asked = UserInfoRequest.of(request.headers, request.optional_form(), request.arguments())
    now = services.clock()
    token = open_access_token(services, asked.token, now)
    token.require_audience(services.settings.issuer)
    require_key(machines, request, token, asked)
    token.require_scope("openid")
    client = services.clients.get(token.client_id)
    if token.family_id is None or client is None:
        raise InvalidToken("the access token is not for a citizen")
    services.recipients.require(client, Answer.USERINFO)
    statements = services.database.statements
    found = release.read(statements, token.family_id, token.jti, exp_day(token.expires_at), now)
    if found is None or found.client_id != client.client_id:
        raise InvalidToken("the access token was revoked")
    answer = release.release(
        statements,
        found,
        _within(found, token),
        client=client,
        vault=services.tree.vault,
        salt=services.tree.sector_salt,
        channel="userinfo",
        now=now,
    )
    claims: dict[str, object] = {"sub": token.subject, **answer.claims}
    provenance = {
        name: origin.to_dict() for name, origin in answer.opened.provenance.items() if name in answer.claims
    }
    if provenance:
        claims[PROVENANCE] = provenance
    return _reply(machines, client, claims)


def _within(found: release.Releasable, token: AccessToken) -> tuple[str, ...]:
    """Keep what this token's scope covers; a refresh may have narrowed it."""
    if token.scope == found.scope:
        return found.allowed
    lost = set(found.scope) - set(token.scope)
    return tuple(name for name in found.allowed if CLAIMS[name].scope not in lost)


def _reply(machines: Machines, client: Client, claims: dict[str, object]) -> Reply:
    """Answer in JSON; signed, encrypted or both where the client registered it (OIDC Core §5.3.2)."""
    services, alg = machines.services, client.userinfo_signed_response_alg
    if alg is not None:
        signed = {**claims, "iss": services.settings.issuer, "aud": client.client_id}
        return jwt_reply(
            services.recipients.seal(client, Answer.USERINFO, compact(services.keyring.signer(alg), signed))
        )
    if Encryption.of(client, Answer.USERINFO) is not None:
        return jwt_reply(services.recipients.seal(client, Answer.USERINFO, orjson.dumps(claims), cty=None))
    return json_reply(claims)

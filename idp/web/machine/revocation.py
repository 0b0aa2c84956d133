"""Token revocation (RFC 7009): a client's own tokens; a refresh token takes its access tokens along."""

from __future__ import annotations

from idp.domain.audit.events import TokenRevoked
from idp.domain.grants.introspection import refresh_token_facts
from idp.domain.grants.revoke import revoke_access_token, revoke_family
from idp.protocol.oauth.errors import InvalidToken
from idp.protocol.oauth.requests import RevocationRequest
from idp.protocol.oauth.responses import Reply, empty_reply
from idp.web.machine.authenticate import authenticate
from idp.web.machine.machines import Machines
from idp.web.machine.presented import open_access_token
from idp.web.machine.request import MachineRequest


def revoke(machines: Machines, request: MachineRequest) -> Reply:
    """Revoke a token; unknown ones and other clients' get the same empty 200 and nothing happens."""
    services = machines.services
    parameters = request.form()
    client, credentials = authenticate(machines, request, parameters)
    asked = RevocationRequest.of(parameters, credentials)
    now, statements = services.clock(), services.database.statements
    facts = refresh_token_facts(statements, asked.token, now)
    if facts is not None:
        if facts.client_id == client.client_id:
            event = TokenRevoked(client_id=client.client_id, family_id=facts.family_id)
            revoke_family(statements, facts.family_id, "revoked_by_client", event, now)
        return empty_reply()
    try:
        token = open_access_token(services, asked.token, now)
    except InvalidToken:
        return empty_reply()
    if token.client_id == client.client_id:
        event = TokenRevoked(client_id=client.client_id, family_id=token.family_id)
        revoke_access_token(statements, token.jti, token.expires_at, event, now)
    return empty_reply()

"""The UserInfo endpoint (OIDC Core §5.3): a release of citizen data, with its provenance."""

from __future__ import annotations

import orjson

from idp.protocol.oauth.client import Client
from idp.protocol.oauth.jwe import Answer, Encryption
from idp.protocol.oauth.responses import Reply, json_reply, jwt_reply
from idp.web.machine.machines import Machines
from idp.web.machine.releasing import also_verified, answered, presented, refused, told, within
from idp.web.machine.request import MachineRequest
from keys import compact

CHANNEL = "userinfo"


def userinfo(machines: Machines, request: MachineRequest) -> Reply:
    """Answer with what the citizen allowed this client to read."""
    shown = presented(machines, request, CHANNEL)
    token, client, found = shown.token, shown.client, shown.found
    machines.services.recipients.require(client, Answer.USERINFO)
    names = within(found, token)
    answer = answered(machines, shown, also_verified(found, token, names), channel=CHANNEL)
    verified = answer.verified(found.verified, machines.services.clock())
    claims = told(answer, names, refused(found, client), verified)
    return _reply(machines, client, {"sub": token.subject, **claims})


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

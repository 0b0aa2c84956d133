"""The token endpoint (RFC 6749 §3.2): authenticate, look the grant up, redeem, mint, reply."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

import orjson

from idp.domain import grants
from idp.domain.audit.events import TokenRefused
from idp.domain.audit.record import record
from idp.domain.exchange import release
from idp.domain.grants.grant import Grant
from idp.protocol.oauth.client import Client
from idp.protocol.oauth.errors import (
    AuthorizationPending,
    ProtocolError,
    SlowDown,
    TemporarilyUnavailable,
    UseDpopNonce,
)
from idp.protocol.oauth.jwe import Answer
from idp.protocol.oauth.requests import TokenRequest
from idp.protocol.oauth.responses import Reply, token_reply
from idp.protocol.oauth.values import format_scope
from idp.protocol.oidc.catalogue import base
from idp.protocol.oidc.verified_claims import MEMBER, VerifiedRequest, plain_names
from idp.web.machine.authenticate import authenticate
from idp.web.machine.confirmation import confirmed
from idp.web.machine.machines import Machines
from idp.web.machine.request import MachineRequest


def token(machines: Machines, request: MachineRequest) -> Reply:
    """Answer a token request."""
    services = machines.services
    parameters = request.form()
    client, credentials = authenticate(machines, request, parameters)
    now = services.clock()
    try:
        asked = TokenRequest.of(parameters, credentials)
        services.recipients.require(client, Answer.ID_TOKEN)
        exchange = grants.lookup(asked.grant_type, client)
        bound = confirmed(machines, request, client)
        if bound is not None:
            asked = replace(asked, confirmation=bound)
        grant = exchange(services.database.statements, client, asked, machines.grant_policy, now)
    except ProtocolError as exc:
        _record_refusal(machines, client, exc, now)
        raise
    issued = machines.mint().issue(client, grant, now, _released(machines, client, grant, now))
    return token_reply(
        access_token=issued.access_token,
        token_type=issued.token_type,
        expires_in=issued.expires_in,
        scope=format_scope(issued.scope),
        refresh_token=issued.refresh_token,
        id_token=issued.id_token,
        extra=_extra(grant),
    )


def _extra(grant: Grant) -> Mapping[str, object] | None:
    """What specifications beside RFC 6749 add to the answer (RFC 9396 §7, RFC 8693 §2.2.1)."""
    extra: dict[str, object] = {}
    if grant.authorization_details:
        extra["authorization_details"] = orjson.loads(grant.authorization_details)
    if grant.issued_token_type:
        extra["issued_token_type"] = grant.issued_token_type
    return extra or None


NO_DECISION = (TemporarilyUnavailable, UseDpopNonce, AuthorizationPending, SlowDown)
"""Answers that decide nothing: the database is away, a nonce is asked for, a device polls for minutes."""


def _record_refusal(machines: Machines, client: Client, error: ProtocolError, now: datetime) -> None:
    """Put a refusal on record (protocol X8)."""
    if not isinstance(error, NO_DECISION):
        with machines.services.database.unit_of_work() as db:
            record(db, TokenRefused(client_id=client.client_id, error=error.code), now)


def _released(machines: Machines, client: Client, grant: Grant, now: datetime) -> Mapping[str, object] | None:
    """Release the citizen claims that `claims.id_token` asked for; most requests ask for none."""
    if not grant.id_token_claims or grant.family_id is None:
        return None
    services = machines.services
    found = release.read(services.database.statements, grant.family_id, "", 0, now)
    if found is None:
        return None
    names, verified = plain_names(grant.id_token_claims), VerifiedRequest.of_words(grant.id_token_claims)
    more = (name for name in verified.names if name in found.granted)
    answer = release.release(
        services.database.statements,
        found,
        tuple(dict.fromkeys((*names, *more))),
        release.How(client, "id_token", services.publishing.publications.current()),
        vault=services.tree.vault,
        salt=services.tree.sector_salt,
        now=now,
    )
    claims = {base(name): answer.claims[name] for name in names if name in answer.claims}
    said = answer.verified(verified, now)
    return claims if said is None else {**claims, MEMBER: said}

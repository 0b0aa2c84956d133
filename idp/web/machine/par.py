"""The pushed authorization request endpoint (RFC 9126 §2): authenticate, validate everything, keep, reply."""

from __future__ import annotations

from dataclasses import replace

from idp.domain.audit.events import AuthorizationRefused
from idp.domain.audit.record import record
from idp.domain.grants import pushed_requests
from idp.protocol.authorize.checks import resolve
from idp.protocol.authorize.request import AuthorizationRequest
from idp.protocol.oauth.client import Client
from idp.protocol.oauth.errors import InvalidRequest, ProtocolError, TemporarilyUnavailable, UseDpopNonce
from idp.protocol.oauth.parameters import Parameters
from idp.protocol.oauth.responses import Reply, json_reply
from idp.web.frontchannel.request import policy
from idp.web.machine.authenticate import authenticate
from idp.web.machine.confirmation import bound_to_key, pushed_with
from idp.web.machine.machines import Machines
from idp.web.machine.request import MachineRequest
from idp.web.request_objects import open_request


def push(machines: Machines, request: MachineRequest) -> Reply:
    """Answer a pushed authorization request."""
    services = machines.services
    parameters = request.form()
    client, _ = authenticate(machines, request, parameters)
    lifetime = services.settings.pushed_request_lifetime
    try:
        proof = pushed_with(machines, request, client)
        asked = bound_to_key(machines, client, _validated(machines, client, parameters), proof)
        request_uri = pushed_requests.push(
            services.database.statements,
            services.tree.vault.system("pii"),
            client,
            asked,
            lifetime,
            services.clock(),
        )
    except ProtocolError as exc:
        _record_refusal(machines, client, exc)
        raise
    return json_reply({"request_uri": request_uri, "expires_in": int(lifetime.total_seconds())}, status=201)


def _validated(machines: Machines, client: Client, parameters: Parameters) -> AuthorizationRequest:
    """Run every check of an authorization request (RFC 9126 §2.1); a page there is an error here."""
    services = machines.services
    if "request_uri" in parameters:
        raise InvalidRequest("request_uri cannot be pushed", parameter="request_uri")
    own = parameters.filled({"client_id": (client.client_id,)}, {})
    opened = open_request(services, own, client, replace(policy(services), pushed=True))
    opened.check(services)
    _, reply_to = resolve(opened.params, {client.client_id: client}.get, services.settings.issuer)
    return opened.validate(services, client, reply_to)


def _record_refusal(machines: Machines, client: Client, error: ProtocolError) -> None:
    """Put a refusal on record (protocol X8).

    When the database is away there is nothing to decide, and asking for a nonce decides nothing.
    """
    services = machines.services
    if not isinstance(error, TemporarilyUnavailable | UseDpopNonce):
        with services.database.unit_of_work() as db:
            record(db, AuthorizationRefused(client_id=client.client_id, error=error.code), services.clock())

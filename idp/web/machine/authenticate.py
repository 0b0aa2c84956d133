"""Who is calling: client authentication with limits and an audit of failures (RFC 6749 §2.3)."""

from __future__ import annotations

from functools import partial

from idp import metrics
from idp.domain.audit.events import ClientAuthenticationFailed
from idp.domain.audit.record import record
from idp.protocol import client_auth
from idp.protocol.client_auth import TLS_METHODS, UnknownAssertionKey
from idp.protocol.client_auth.assertion import KEY_JWT
from idp.protocol.client_auth.tls import SELF_SIGNED
from idp.protocol.oauth.client import Client
from idp.protocol.oauth.errors import InvalidClient, TooManyRequests
from idp.protocol.oauth.parameters import Parameters
from idp.protocol.oauth.requests import Credentials
from idp.web.limits import FAILURES, PER_CLIENT, UNKNOWN_CLIENTS
from idp.web.machine.certificate import certificate_of
from idp.web.machine.machines import Machines
from idp.web.machine.request import MachineRequest

PAUSE_SECONDS = 60


def authenticate(
    machines: Machines, request: MachineRequest, parameters: Parameters
) -> tuple[Client, Credentials]:
    """Authenticate the client of a request by its one registered method.

    Raises:
        InvalidRequest: two methods at once.
        InvalidClient: unknown, wrong, replayed; all alike from outside.
        TooManyRequests: too many failures of this client from this address, or too many calls.
    """
    credentials = client_auth.presented(request.headers, parameters)
    limits = machines.limits
    failing = (credentials.client_id[:200], request.address)
    if limits.would_refuse(FAILURES, *failing):
        raise TooManyRequests("too many failed attempts", retry_after=PAUSE_SECONDS)
    services = machines.services
    client = services.clients.get(credentials.client_id)
    try:
        proven = _prove(machines, request, credentials, client)
    except InvalidClient as exc:
        limits.spend(FAILURES, *failing)
        _put_on_record(machines, client, exc)
        raise
    limits.spend(PER_CLIENT, proven.client_id)
    return proven, credentials


def _put_on_record(machines: Machines, client: Client | None, error: InvalidClient) -> None:
    """Record every failure of a client, and a few a minute of strangers: they cost nothing to invent.

    A stranger whose failure is recorded waits as long for the answer as a client (attacks O-038).
    """
    if client is None:
        metrics.UNKNOWN_CLIENTS.inc()
        if not machines.limits.within(UNKNOWN_CLIENTS, "unknown-clients"):
            return
    services, known = machines.services, client.client_id if client is not None else None
    with services.database.unit_of_work() as db:
        record(db, ClientAuthenticationFailed(client_id=known, reason=error.code), services.clock())


def _prove(
    machines: Machines, request: MachineRequest, credentials: Credentials, client: Client | None
) -> Client:
    method = client.token_endpoint_auth_method if client is not None else None
    check = partial(
        machines.prove,
        credentials,
        client,
        now=machines.services.clock(),
        certificate=certificate_of(request) if method in TLS_METHODS else None,
    )
    shown = credentials.assertion is not None if method == KEY_JWT else method == SELF_SIGNED
    if client is None or client.jwks_uri is None or not shown:
        return check()
    try:
        return check(jwks=machines.keysets.get(client.jwks_uri))
    except UnknownAssertionKey:
        return check(jwks=machines.keysets.refetch(client.jwks_uri))

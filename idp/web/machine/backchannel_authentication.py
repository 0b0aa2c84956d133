"""The backchannel authentication endpoint (CIBA Core §7): a citizen is asked, the client gets an id to poll with."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from uuid import UUID

from idp.domain.grants import asking, decoupled
from idp.domain.grants.asking import Asking
from idp.domain.grants.replay import first_use
from idp.domain.store.database import Session
from idp.protocol.decoupled import login_hint_token
from idp.protocol.decoupled.ciba import CIBA_GRANT, CibaRequest, ciba_request
from idp.protocol.decoupled.login_hint_token import Named
from idp.protocol.decoupled.signed_request import UnknownRequestKey, unfold
from idp.protocol.oauth.client import Client
from idp.protocol.oauth.errors import InvalidRequest, ProtocolError
from idp.protocol.oauth.parameters import Parameters
from idp.protocol.oauth.responses import Reply, json_reply
from idp.protocol.oidc.id_token_hint import IdTokenHint
from idp.web.machine.authenticate import authenticate
from idp.web.machine.device_authorization import origin
from idp.web.machine.machines import Machines
from idp.web.machine.request import MachineRequest
from keys import BadSignature


def backchannel_authentication(machines: Machines, request: MachineRequest) -> Reply:
    """Ask a citizen (CIBA Core §7.3)."""
    services = machines.services
    form = request.form()
    client, _credentials = authenticate(machines, request, form)
    client.require_grant(CIBA_GRANT)
    issuer, now = services.settings.issuer, services.clock()
    asked = ciba_request(
        _parameters(machines, client, form),
        client,
        issuer,
        services.clients.serving,
        services.publishing.agreed,
    )
    named = _named(machines, client, asked)
    with services.database.unit_of_work() as db:
        circumstances = Asking(services.tree, client, origin(request), issuer, now)
        outcome = asking.ask(db, circumstances, asked, _citizen(db, machines, client, named))
    if isinstance(outcome, ProtocolError):
        raise outcome
    return json_reply(
        {
            "auth_req_id": outcome.text,
            "expires_in": int(asked.lifetime.total_seconds()),
            "interval": decoupled.INTERVAL,
        }
    )


def _parameters(machines: Machines, client: Client, form: Parameters) -> Parameters:
    """Open a signed request with the client's keys, fetched again once where none fits."""
    services = machines.services
    open_with = partial(
        unfold,
        form,
        client,
        services.settings.issuer,
        services.clock(),
        partial(first_use, services.database.statements),
    )
    try:
        return open_with(jwks=_keys(machines, client))
    except UnknownRequestKey:
        if client.jwks_uri is None:
            raise
        return open_with(jwks=machines.keysets.refetch(client.jwks_uri))


def _keys(machines: Machines, client: Client) -> Mapping[str, object] | None:
    return client.jwks if client.jwks_uri is None else machines.keysets.get(client.jwks_uri)


def _named(machines: Machines, client: Client, asked: CibaRequest) -> Named:
    """Read the hint (CIBA Core §7.1); only our own ID Tokens for this client name anybody."""
    services = machines.services
    issuer, value = services.settings.issuer, asked.hint_value
    if asked.hint == "login_hint":
        return Named(identifier=value)
    if asked.hint == "login_hint_token":
        return login_hint_token.read(value, client, issuer, services.clock(), _keys(machines, client))
    try:
        claims = services.keyring.verify(value, typ="JWT", include_retired=True)
    except BadSignature as exc:
        raise InvalidRequest("id_token_hint was not issued here", parameter="id_token_hint") from exc
    hint = IdTokenHint.of(claims, issuer)
    if hint is None or hint.client_id != client.client_id:
        raise InvalidRequest("id_token_hint is no ID Token of this client", parameter="id_token_hint")
    return Named(subject=hint.subject)


def _citizen(db: Session, machines: Machines, client: Client, named: Named) -> UUID | None:
    services = machines.services
    if named.identifier is not None:
        return asking.by_identifier(db, services.tree, named.identifier)
    return asking.by_subject(db, client, named.subject or "", services.clock())

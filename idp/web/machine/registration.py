"""Clients that register and manage themselves (RFC 7591 §3, RFC 7592 §2, OIDC Registration §3, §4)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import orjson

from idp.domain.registry import agencies, client_secrets, initial_tokens, registrations, self_service
from idp.domain.registry.metadata import accept
from idp.domain.registry.models import ClientRegistration, InitialAccessToken
from idp.domain.registry.policy import Policy
from idp.domain.registry.registrations import judged
from idp.domain.store.database import Session
from idp.protocol.oauth.client import Environment
from idp.protocol.oauth.errors import (
    InvalidClientMetadata,
    InvalidToken,
    MissingToken,
    ProtocolError,
    TooManyRequests,
    UnapprovedSoftwareStatement,
)
from idp.protocol.oauth.responses import Reply, empty_reply, json_reply
from idp.web.limits import FAILURES, REGISTRATIONS
from idp.web.machine.documents import ENDPOINTS
from idp.web.machine.machines import Machines
from idp.web.machine.request import MachineRequest

JSON = "application/json"
DEEPEST = 12
PAUSE_SECONDS = 60
OURS = (
    "registration_access_token",
    "registration_client_uri",
    "client_secret_expires_at",
    "client_id_issued_at",
)
"""What a client must not send back at an update (RFC 7592 §2.2)."""


def register(machines: Machines, request: MachineRequest) -> Reply:
    """Register a client by an initial access token (RFC 7591 §3.1).

    Everything is judged, and what has to be fetched is fetched, before the transaction that spends the token.
    """
    services = machines.services
    _limit(machines, request)
    token = _bearer(request)
    now = services.clock()
    permit = _permit(machines, request, token)
    given = _document(request)
    environment = permit.environment if permit is not None else Environment.SANDBOX.value
    policy = _policy(machines)
    accept(self_service.wanted(given), judged(policy, environment, now))
    with services.database.unit_of_work() as db:
        try:
            if token is not None and permit is not None and not initial_tokens.spend(db, token, now):
                raise InvalidToken("the initial access token is not valid")
            by = self_service.OPEN
            owner = permit.agency_id if permit is not None else agencies.ensure_default(db, by=by, now=now)
            made = self_service.register(
                db,
                given,
                permit,
                agency_id=owner,
                environment=environment,
                now=now,
                seal=services.secret_seal,
                policy=policy,
            )
        except ProtocolError:
            db.rollback()  # a refused registration spends nothing
            raise
        members = _information(machines, made.client, made.token, made.secret)
    services.refresher.check()
    return json_reply(members, 201)


def configure(machines: Machines, request: MachineRequest, client_id: str) -> Reply:
    """Read, replace or end a registration by its own registration access token (RFC 7592 §2)."""
    _limit(machines, request)
    token = _bearer(request)
    if token is None:
        raise MissingToken("the registration access token is needed")
    with machines.services.database.reading() as db:
        row = self_service.holder(db, client_id, token)
    if row is None:
        raise _refused(machines, request)
    if request.method == "GET":
        return json_reply(_information(machines, row, token))
    if request.method == "DELETE":
        return _end(machines, client_id, token)
    return _replace(machines, request, row, token)


def _replace(machines: Machines, request: MachineRequest, row: ClientRegistration, token: str) -> Reply:
    services = machines.services
    now, given, policy = services.clock(), _document(request), _policy(machines)
    _require_own(machines, given, row)
    wanted = self_service.wanted(given, registrations.full_metadata(row))
    accept(wanted, judged(policy, row.environment, now))  # the new state is judged, not the one that stands
    with services.database.unit_of_work() as db:
        try:
            found = _locked(db, row.id, token)
            secret = self_service.replace(db, found, given, now=now, seal=services.secret_seal, policy=policy)
        except ProtocolError:
            db.rollback()
            raise
        members = _information(machines, found, token, secret)
    services.refresher.check()
    return json_reply(members)


def _end(machines: Machines, client_id: str, token: str) -> Reply:
    services = machines.services
    with services.database.unit_of_work() as db:
        row = _locked(db, client_id, token)
        registrations.retire(db, row.id, by=f"client:{row.id}", now=services.clock())
    services.refresher.check()
    return empty_reply(204)


def _locked(db: Session, client_id: str, token: str) -> ClientRegistration:
    row = self_service.holder(db, client_id, token, lock=True)
    if row is None:
        raise InvalidToken("the registration access token is not valid")
    return row


def _require_own(machines: Machines, given: Mapping[str, Any], row: ClientRegistration) -> None:
    """Refuse an update that names another client or sends back what is ours (RFC 7592 §2.2)."""
    if given.get("client_id") != row.id:
        raise InvalidClientMetadata("client_id: must be the client's own")
    sent = [name for name in OURS if name in given]
    if sent:
        raise InvalidClientMetadata(f"{', '.join(sent)}: must not be sent")
    seal = machines.services.secret_seal
    if "client_secret" in given and not client_secrets.matches(row, given["client_secret"], seal=seal):
        raise InvalidClientMetadata("client_secret: must be the client's own; a client cannot choose it")


def _permit(machines: Machines, request: MachineRequest, token: str | None) -> InitialAccessToken | None:
    services = machines.services
    if token is None:
        if services.settings.open_registration:
            return None
        raise MissingToken("an initial access token is needed")
    with services.database.reading() as db:
        permit = initial_tokens.standing(db, token, services.clock())
    if permit is None:
        raise _refused(machines, request)
    return permit


def _refused(machines: Machines, request: MachineRequest) -> InvalidToken:
    """Count a token that opened nothing; unknown clients and wrong tokens look alike."""
    machines.limits.spend(FAILURES, "registration", request.address)
    return InvalidToken("the token is not valid here")


def _limit(machines: Machines, request: MachineRequest) -> None:
    if machines.limits.would_refuse(FAILURES, "registration", request.address):
        raise TooManyRequests("too many failed attempts", retry_after=PAUSE_SECONDS)
    machines.limits.spend(REGISTRATIONS, "registration-calls", request.address)


def _bearer(request: MachineRequest) -> str | None:
    """Read the token from the header, the only place for it (RFC 6750 §2.1)."""
    scheme, _, token = (request.headers.get("authorization") or "").strip().partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token:
        return None
    if not token.isascii() or not token.isprintable() or len(token) > 200:
        raise InvalidToken("the token is not valid here")
    return token


def _document(request: MachineRequest) -> dict[str, Any]:
    """Read the JSON object of a request.

    Raises:
        InvalidClientMetadata: another content type, no JSON object, nested too deep.
        UnapprovedSoftwareStatement: no issuer of software statements is trusted here (RFC 7591 §2.3).
    """
    if (request.headers.get("content-type") or "").partition(";")[0].strip().lower() != JSON:
        raise InvalidClientMetadata(f"the body must be {JSON}")
    try:
        given = orjson.loads(request.body)
    except orjson.JSONDecodeError as exc:
        raise InvalidClientMetadata("the body is not JSON") from exc
    if not isinstance(given, dict):
        raise InvalidClientMetadata("the body must be a JSON object")
    if not _is_plain(given, DEEPEST):
        raise InvalidClientMetadata("the body is nested too deep or has control characters")
    if given.get("software_statement") is not None:
        raise UnapprovedSoftwareStatement("no issuer of software statements is approved here")
    return given


def _is_plain(value: object, depth: int) -> bool:
    if isinstance(value, str):
        return all(char.isprintable() for char in value)
    if isinstance(value, dict):
        return depth > 0 and all(_is_plain(k, depth) and _is_plain(v, depth - 1) for k, v in value.items())
    if isinstance(value, list):
        return depth > 0 and all(_is_plain(item, depth - 1) for item in value)
    return True


def _policy(machines: Machines) -> Policy:
    """Return the circumstances of this deployment; what is fetched once is not fetched again in the transaction."""
    services = machines.services
    return Policy(
        production=services.settings.production,
        issuer=services.settings.issuer,
        today=services.clock().date(),
        check_url=services.outbound.guard.check_url,
        fetch=_once(services.outbound.document),
    )


def _once(fetch: Callable[[str], bytes]) -> Callable[[str], bytes]:
    kept: dict[str, bytes] = {}

    def get(url: str) -> bytes:
        if url not in kept:
            kept[url] = fetch(url)
        return kept[url]

    return get


def _information(
    machines: Machines, row: ClientRegistration, token: str, secret: str | None = None
) -> dict[str, Any]:
    """Return what RFC 7592 §3 wants; the token is the one the client holds, a secret is shown once."""
    members = self_service.information(row) | {
        "registration_client_uri": f"{machines.services.settings.issuer}{ENDPOINTS['registration_endpoint']}/{row.id}",
        "registration_access_token": token,
    }
    if secret is not None:
        members |= {"client_secret": secret, "client_secret_expires_at": 0}
    return members

"""The exchange endpoint: agencies read attributes with an access token, and publishers push their own.

`docs/reference/connector.md` specifies the push, `docs/how-to/read-attributes.md` shows the reading.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Final

from idp.domain.audit.events import ClientAuthenticationFailed
from idp.domain.audit.record import record
from idp.domain.exchange import pushing
from idp.domain.exchange.disputes import TooManyConflicts
from idp.domain.exchange.pushing import About, NotPublished
from idp.domain.exchange.stated import MOST_BYTES, BadStatement, read_attributes
from idp.domain.grants.asking import subject_digest
from idp.domain.grants.replay import first_use
from idp.protocol.oauth.client import Client
from idp.protocol.oauth.errors import InvalidClient, InvalidRequest, TooManyRequests, UnknownPerson
from idp.protocol.oauth.parameters import Parameters
from idp.protocol.oauth.responses import Reply, json_reply, jwt_reply
from idp.protocol.oidc.access_token import AccessToken
from idp.protocol.oidc.attribute_push import MEDIA_TYPE, Push, UnknownPushKey, open_push, sender
from idp.protocol.oidc.catalogue import CLAIMS, base
from idp.protocol.oidc.once_only import OnceOnly
from idp.web.limits import FAILURES, PUSHES
from idp.web.machine.machines import Machines
from idp.web.machine.releasing import answered, denied, presented, refused, told, within
from idp.web.machine.request import MachineRequest
from keys import compact

CHANNEL: Final = "exchange"
STATEMENT_TYP: Final = "attribute-statement+jwt"
LONGEST_MAX_AGE: Final = timedelta(days=3660)
PUSHED: Final = "attributes"
"""The kind of replay mark: a publisher may use one `jti` for an assertion and for a push."""


def attributes(machines: Machines, request: MachineRequest) -> Reply:
    """Answer a question about one citizen (GET), or take what a publisher states (POST)."""
    return _push(machines, request) if request.method == "POST" else _read(machines, request)


def _read(machines: Machines, request: MachineRequest) -> Reply:
    """Release the named attributes, those of the token's `once_only` details, or all the token covers.

    `max_age` in seconds is how old a value may be (features F16). The answer is JSON, or with
    `Accept: application/jwt` a statement signed by us that others can verify later.

    Raises:
        InvalidRequest: a name that is in no catalogue, or that the token does not cover; a `max_age` that is no number.
        InvalidToken: as at UserInfo.
    """
    query = request.arguments()
    asked = tuple(query.get("claims", "").split())
    unknown = next((name for name in asked if name not in CLAIMS), None)
    if unknown is not None:
        raise InvalidRequest("claims has a name that is not in the catalogue", parameter="claims")
    max_age = _max_age(query)
    shown = presented(machines, request, CHANNEL)
    token, client, found = shown.token, shown.client, shown.found
    covered = _covered(token, within(found, token))
    by_base = {base(name): name for name in covered}
    asked = tuple(by_base.get(name, name) for name in asked)
    names = asked or covered
    if not set(names) <= set(covered) | set(found.declined):
        denied(machines, shown, tuple(n for n in names if n not in covered), "not_covered", CHANNEL)
        raise InvalidRequest("claims has a name that this token does not cover", parameter="claims")
    given = tuple(name for name in names if name in covered)
    answer = answered(machines, shown, given, channel=CHANNEL, max_age=max_age, on_behalf_of=_actor(token))
    said_no = {n: why for n, why in refused(found, client).items() if not asked or n in asked}
    if asked and said_no:
        denied(machines, shown, tuple(said_no), next(iter(said_no.values())), CHANNEL)
    body = {"sub": token.subject, **told(answer, given, said_no)}
    if (request.headers.get("accept") or "").strip().lower() != MEDIA_TYPE:
        return json_reply(body)
    return jwt_reply(_statement(machines, client, body))


def _push(machines: Machines, request: MachineRequest) -> Reply:
    """Take a publisher's signed statement; all of it or nothing.

    Raises:
        InvalidClient: forged, replayed, or from nobody that publishes.
        InvalidRequest: the statement breaks a rule of the connector specification.
        UnknownPerson: a `sub` that is not this publisher's. Whether a NIK has an account is not told.
        TooManyRequests: more conflicts with other owners than an agency may open in a day.
    """
    services, now = machines.services, machines.services.clock()
    text = _body(request)
    client = _sender(machines, request, text)
    publications = services.publishing.publications.current()
    subject = next(
        (each.subject for each in publications.values() if each.client_id == client.client_id), None
    )
    if subject is None:
        raise InvalidRequest("this client is not registered as a publisher")
    push = _verified(machines, request, client, text)
    machines.limits.spend(PUSHES, client.client_id)
    if subject == "sub" and push.nik is not None:
        raise InvalidRequest("this publisher knows people by sub")
    names = push.attributes if isinstance(push.attributes, Mapping) else {}
    try:
        own = pushing.sort_out(publications, client, names, services.publishing.agreed(client.agency_id))
        stated = read_attributes(push.attributes, asked=names, now=now)
    except NotPublished as exc:
        raise InvalidRequest("attributes has a name that this client does not publish") from exc
    except BadStatement as exc:
        raise InvalidRequest(f"attributes: {exc.reason}") from exc
    if not stated:
        raise InvalidRequest("attributes is empty")
    about = About(push.nik, subject_digest(push.subject) if push.subject is not None else None)
    try:
        with services.database.unit_of_work() as db:
            taken = pushing.take(db, services.tree, client, about, own, stated, now)
    except TooManyConflicts as exc:
        wait = int(exc.retry_after.total_seconds()) + 1
        raise TooManyRequests("this agency has opened too many conflicts today", retry_after=wait) from exc
    if not taken and about.nik is None:
        raise UnknownPerson("nobody is known here by that")
    return json_reply({"accepted": sorted(stated)}, status=202)


def _covered(token: AccessToken, allowed: Sequence[str]) -> tuple[str, ...]:
    """What a token may read: with `once_only` details only what they name, for the purpose they name."""
    details = [detail for detail in token.authorization_details if detail.get("type") == OnceOnly.name]
    if not details:
        return tuple(allowed)
    named = {str(name) for detail in details for name in _texts(detail.get("claims"))}
    return tuple(name for name in allowed if name in named)


def _texts(value: object) -> Sequence[object]:
    return value if isinstance(value, list | tuple) else ()


def _actor(token: AccessToken) -> str | None:
    """Who reads on behalf of the client, where a token says so (RFC 8693 §4.1)."""
    actor = token.actor
    named = actor.get("client_id") or actor.get("sub") if actor is not None else None
    return str(named)[:120] if named is not None else None


def _max_age(query: Parameters) -> timedelta | None:
    text = query.get("max_age")
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= 9):
        raise InvalidRequest("max_age must be a number of seconds", parameter="max_age")
    return min(timedelta(seconds=int(text)), LONGEST_MAX_AGE)


def _statement(machines: Machines, client: Client, body: Mapping[str, object]) -> str:
    services = machines.services
    signed = {
        **body,
        "iss": services.settings.issuer,
        "aud": client.client_id,
        "iat": int(services.clock().timestamp()),
    }
    alg = client.userinfo_signed_response_alg or client.id_token_signed_response_alg
    return compact(services.keyring.signer(alg), signed, STATEMENT_TYP)


def _body(request: MachineRequest) -> str:
    if (request.headers.get("content-type") or "").partition(";")[0].strip().lower() != MEDIA_TYPE:
        raise InvalidRequest(f"the body must be {MEDIA_TYPE}")
    if request.query:
        raise InvalidRequest("parameters belong in the statement")
    try:
        text = request.body.decode("ascii").strip()
    except UnicodeDecodeError as exc:
        raise InvalidRequest("the body is no signed JWT") from exc
    if not text or len(text) > MOST_BYTES:
        raise InvalidRequest("the body is no signed JWT of acceptable size")
    return text


def _sender(machines: Machines, request: MachineRequest, text: str) -> Client:
    named = sender(text)
    if machines.limits.would_refuse(FAILURES, named[:200], request.address):
        raise TooManyRequests("too many failed attempts", retry_after=60)
    client = machines.services.clients.get(named)
    if client is None:
        machines.limits.spend(FAILURES, named[:200], request.address)
        raise InvalidClient("the statement is from nobody we know")
    return client


def _verified(machines: Machines, request: MachineRequest, client: Client, text: str) -> Push:
    services = machines.services
    once = partial(first_use, services.database.statements, kind=PUSHED)
    verify = partial(open_push, client, text, services.settings.issuer, services.clock(), once)
    try:
        try:
            keys = client.jwks if client.jwks is not None else _fetched(machines, client)
            return verify(keys)
        except UnknownPushKey:
            if client.jwks is not None or client.jwks_uri is None:
                raise
            return verify(machines.keysets.refetch(client.jwks_uri))
    except InvalidClient:
        machines.limits.spend(FAILURES, client.client_id[:200], request.address)
        with services.database.unit_of_work() as db:
            record(
                db,
                ClientAuthenticationFailed(client_id=client.client_id, reason="forged_push"),
                services.clock(),
            )
        raise


def _fetched(machines: Machines, client: Client) -> Mapping[str, object]:
    if client.jwks_uri is None:
        raise InvalidClient("this client has no keys to sign with")
    return machines.keysets.get(client.jwks_uri)

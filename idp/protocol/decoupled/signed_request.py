"""A signed authentication request (CIBA Core 1.0 §7.1.1, FAPI-CIBA §5.2.2), opened and read back as parameters."""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final

from idp.protocol.authorize.request_object import TYPES
from idp.protocol.decoupled.ciba import SIGNED_PARAMETERS
from idp.protocol.oauth.client import Client
from idp.protocol.oauth.errors import InvalidRequest
from idp.protocol.oauth.jose import (
    FAPI_ALGORITHMS,
    BadJwtError,
    UnknownKeyError,
    numeric_date,
    open_jwt,
    unique_id,
    with_alias,
)
from idp.protocol.oauth.parameters import Parameters, parse

ALGORITHMS: Final = FAPI_ALGORITHMS  # FAPI-CIBA §7.10: never RS256, never none
SKEW: Final = timedelta(seconds=30)  # between the 10 s that must pass and the 60 s that must not (G13)
LONGEST_LIFE: Final = timedelta(minutes=60)
NEEDED: Final = ("iss", "aud", "exp", "iat", "nbf", "jti")

JSON_MEMBERS: Final[Mapping[str, type]] = {"claims": dict, "authorization_details": list}
"""Parameters that are JSON: inside a signed request they are what they are, not text about it."""

FirstUse = Callable[[str, str, datetime], bool]


class UnknownRequestKey(InvalidRequest):
    """No registered key fits; with a `jwks_uri` the caller may fetch it again, once."""


def needs_signature(client: Client) -> bool:
    """Tell whether plain parameters are refused: FAPI, or an algorithm is registered (CIBA Core §4, §7.1.1)."""
    return client.is_fapi or client.backchannel_authentication_request_signing_alg is not None


def unfold(
    params: Parameters,
    client: Client,
    issuer: str,
    now: datetime,
    first_use: FirstUse,
    *,
    jwks: Mapping[str, object] | None,
) -> Parameters:
    """Return the parameters of a signed request, or those of the form where plain ones are allowed.

    Raises:
        InvalidRequest: every fault of the signed request (CIBA Core §13); the last check marks its `jti` as used.
    """
    compact = params.get("request")
    if compact is None:
        if needs_signature(client):
            raise InvalidRequest("this client must send a signed request", parameter="request")
        return params
    beside = SIGNED_PARAMETERS.intersection(params)
    if beside:
        raise InvalidRequest(f"{min(beside)} belongs into the signed request", parameter=min(beside))
    claims = _open(compact, client, jwks)
    expires = _check(claims, client, issuer, now)
    inside = parse(_pairs(claims))
    if not first_use(client.client_id, f"bc-authorize {claims['jti']}", expires + SKEW):
        raise InvalidRequest("the signed request was used before", parameter="request")
    return inside


def _open(compact: str, client: Client, jwks: Mapping[str, object] | None) -> Mapping[str, object]:
    registered = client.backchannel_authentication_request_signing_alg
    allowed = frozenset(ALGORITHMS) & with_alias(registered) if registered else frozenset(ALGORITHMS)
    if jwks is None:
        raise UnknownRequestKey("the client has registered no keys", parameter="request")
    try:
        opened = open_jwt(compact, jwks, allowed)
    except UnknownKeyError as cause:
        raise UnknownRequestKey("no registered key fits the signed request", parameter="request") from cause
    except BadJwtError as cause:
        raise InvalidRequest("the signed request does not verify", parameter="request") from cause
    typ = opened.header.get("typ")
    if typ is not None and not (isinstance(typ, str) and typ.lower() in TYPES):
        raise _wrong("typ is of something else")
    return opened.claims


def _check(claims: Mapping[str, object], client: Client, issuer: str, now: datetime) -> datetime:
    """Check who signed for whom and when; return when the request ends (CIBA Core §7.1.1)."""
    missing = [name for name in NEEDED if name not in claims]
    if missing:
        raise _wrong(f"{missing[0]} is missing")
    audience = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
    if claims["iss"] != client.client_id:
        raise _wrong("iss must be the client_id")
    if issuer not in audience:
        raise _wrong("aud must be the issuer")
    expires, issued, begins = (_moment(claims, name) for name in ("exp", "iat", "nbf"))
    if expires <= now - SKEW:
        raise _wrong("exp is past")
    if issued > now + SKEW or begins > now + SKEW:
        raise _wrong("iat or nbf is in the future")
    if begins < now - LONGEST_LIFE or expires > begins + LONGEST_LIFE:
        raise _wrong("nbf is too old, or exp too far from it")
    if unique_id(claims) is None:
        raise _wrong("jti is not usable")
    return expires


def _pairs(claims: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Spell the members as form parameters; numbers and objects are allowed where their meaning is one."""
    for name, value in claims.items():
        if name not in SIGNED_PARAMETERS:
            continue
        if isinstance(value, str):
            yield name, value
        elif isinstance(value, int) and not isinstance(value, bool):
            yield name, str(value)
        elif isinstance(value, JSON_MEMBERS.get(name, ())):
            yield name, json.dumps(value)
        elif name == "resource" and isinstance(value, list):
            yield from ((name, one) for one in value if isinstance(one, str))
        else:
            raise InvalidRequest(f"{name} has the wrong type", parameter=name)


def _moment(claims: Mapping[str, object], name: str) -> datetime:
    try:
        found = numeric_date(claims, name)
    except BadJwtError as cause:
        raise _wrong(str(cause)) from cause
    if found is None:
        raise _wrong(f"{name} is missing")
    return found


def _wrong(reason: str) -> InvalidRequest:
    return InvalidRequest(f"the signed request: {reason}", parameter="request")

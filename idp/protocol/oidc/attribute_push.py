"""A publisher's signed statement about one citizen (`docs/reference/connector.md`, "push").

It is a JWT like a client assertion (RFC 7523 §3): the publisher's registered key signs it, it is for us, it lives
minutes, and it counts once. What it says is in the member `attributes`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from idp.protocol.client_auth.assertion import SKEW, FirstUse, allowed_algorithms
from idp.protocol.oauth.client import Client
from idp.protocol.oauth.errors import InvalidClient, InvalidRequest
from idp.protocol.oauth.jose import BadJwtError, UnknownKeyError, numeric_date, open_jwt, peek, unique_id

TYP: Final = ("attributes+jwt", "application/attributes+jwt")
MEDIA_TYPE: Final = "application/jwt"
LONGEST_LIFE: Final = timedelta(minutes=5)


class UnknownPushKey(InvalidClient):
    """No registered key fits; with a `jwks_uri` the caller may fetch it again, once."""


@dataclass(frozen=True, slots=True)
class Push:
    """What was pushed; `attributes` is not looked at yet. One of `subject` and `nik` says about whom."""

    subject: str | None = field(repr=False)
    nik: str | None = field(repr=False)
    attributes: object = field(repr=False)


def sender(compact: str) -> str:
    """The client a push claims to come from, before anything is verified.

    Raises:
        InvalidRequest: it is no JWT at all, or names nobody.
    """
    try:
        issuer = peek(compact).claims.get("iss")
    except BadJwtError as cause:
        raise InvalidRequest("the body is no signed JWT") from cause
    if not isinstance(issuer, str) or not issuer:
        raise InvalidRequest("iss must name the publishing client")
    return issuer


def open_push(
    client: Client, compact: str, issuer: str, now: datetime, first_use: FirstUse, jwks: Mapping[str, object]
) -> Push:
    """Verify a push: signature, kind, parties, times, single use.

    Raises:
        UnknownPushKey: no key fits.
        InvalidClient: forged, for somebody else, too old, or pushed before.
        InvalidRequest: it says nothing about anybody.
    """
    try:
        claims = open_jwt(compact, jwks, allowed_algorithms(client), typ=TYP).claims
        issued, expires = numeric_date(claims, "iat"), numeric_date(claims, "exp")
    except UnknownKeyError as cause:
        raise UnknownPushKey from cause
    except BadJwtError as cause:
        raise InvalidClient from cause
    if claims.get("iss") != client.client_id or claims.get("aud") not in (issuer, [issuer]):
        raise InvalidClient("the statement is not from this client for this issuer")
    if issued is None or expires is None or not issued - SKEW <= now < expires + SKEW:
        raise InvalidClient("the statement is not good at this time")
    if expires - issued > LONGEST_LIFE:
        raise InvalidClient("the statement lives too long")
    subject, nik = claims.get("sub"), claims.get("nik")
    if (isinstance(subject, str) and bool(subject)) == (isinstance(nik, str) and bool(nik)):
        raise InvalidRequest("exactly one of sub and nik must say about whom")
    jti = unique_id(claims)
    if jti is None:
        raise InvalidClient("the statement needs a jti")
    if not first_use(client.client_id, jti, expires + SKEW):
        raise InvalidClient("the statement was used before")
    return Push(
        subject if isinstance(subject, str) else None,
        nik if isinstance(nik, str) else None,
        claims.get("attributes"),
    )

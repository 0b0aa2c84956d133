"""A hint that nobody but client and provider made: a JWT of the client around a subject identifier (RFC 9493)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from idp.protocol.decoupled.errors import ExpiredLoginHintToken
from idp.protocol.oauth.client import Client
from idp.protocol.oauth.errors import InvalidRequest
from idp.protocol.oauth.jose import BadJwtError, numeric_date, open_jwt

ALGORITHMS: Final = ("ES256", "PS256", "EdDSA", "Ed25519")
SKEW: Final = timedelta(seconds=30)
IDENTIFIERS: Final[Mapping[str, str]] = {"email": "email", "phone_number": "phone_number", "opaque": "id"}
"""Formats that name somebody as on the sign-in page; `opaque` is for a NIK or NIP (RFC 9493 §3.2)."""


@dataclass(frozen=True, slots=True)
class Named:
    """Whom a hint names: by what people sign in with, or by the `sub` this client knows."""

    identifier: str | None = field(default=None, repr=False)
    subject: str | None = field(default=None, repr=False)


def read(
    compact: str, client: Client, issuer: str, now: datetime, jwks: Mapping[str, object] | None
) -> Named:
    """Verify a token and read its `sub_id` (RFC 9493 §4.1).

    Raises:
        InvalidRequest: it does not verify, is not for us, or names nobody in a way we know.
        ExpiredLoginHintToken: it has expired (CIBA Core §13).
    """
    try:
        claims = open_jwt(compact, jwks or {}, ALGORITHMS).claims
    except BadJwtError as cause:
        raise _wrong("does not verify") from cause
    if claims.get("iss") != client.client_id or claims.get("aud") not in (issuer, [issuer]):
        raise _wrong("is not from this client to this issuer")
    try:
        expires = numeric_date(claims, "exp")
    except BadJwtError as cause:
        raise _wrong("has no usable exp") from cause
    if expires is None:
        raise _wrong("has no exp")
    if expires <= now - SKEW:
        raise ExpiredLoginHintToken("login_hint_token has expired", parameter="login_hint_token")
    return _named(claims.get("sub_id"), issuer)


def _named(sub_id: object, issuer: str) -> Named:
    if isinstance(sub_id, Mapping):
        form = str(sub_id.get("format"))
        value = sub_id.get(IDENTIFIERS.get(form, "sub"))
        if isinstance(value, str) and form in IDENTIFIERS:
            return Named(identifier=value)
        if isinstance(value, str) and form == "iss_sub" and sub_id.get("iss") == issuer:
            return Named(subject=value)
    raise _wrong("needs a sub_id of format email, phone_number, opaque or iss_sub")


def _wrong(reason: str) -> InvalidRequest:
    return InvalidRequest(f"login_hint_token {reason}", parameter="login_hint_token")

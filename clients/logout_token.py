"""Read a logout token as strictly as OpenID Connect Back-Channel Logout 1.0 §2.6 asks."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

EVENT = "http://schemas.openid.net/event/backchannel-logout"
TYPES = frozenset({"logout+jwt", "application/logout+jwt"})
LEEWAY = timedelta(seconds=60)
OLDEST = timedelta(minutes=10)
LONGEST = 512


class LogoutTokenError(ValueError):
    """The token must not end any session; the text says which rule it breaks and is safe to return."""


@dataclass(frozen=True, slots=True)
class LogoutToken:
    """Whose sessions end: those of a provider session, of a person, or of both at once."""

    sub: str | None
    sid: str | None


def read(
    compact: str,
    *,
    keys: KeySet,
    issuer: str,
    client_id: str,
    algorithms: Collection[str],
    now: datetime,
    first_use: Callable[[str, datetime], bool],
) -> LogoutToken:
    """Validate a logout token, say whom it concerns; `first_use` marks its `jti` once all else holds."""
    header, claims = _verified(compact, keys, algorithms)
    _require(str(header.get("typ", "")).lower() in TYPES, "typ is not logout+jwt")
    _require(claims.get("iss") == issuer, "iss is another issuer")
    audience = claims.get("aud")
    _require(client_id in (audience if isinstance(audience, list) else [audience]), "aud does not name us")
    issued, expires = _moment(claims, "iat", now), _moment(claims, "exp", now)
    _require(now - OLDEST <= issued <= now + LEEWAY, "iat is not recent")
    _require(expires > now - LEEWAY, "the token has expired")
    events = claims.get("events")
    _require(isinstance(events, dict) and isinstance(events.get(EVENT), dict), "events does not say logout")
    _require("nonce" not in claims, "a logout token has no nonce")
    sub, sid = _text(claims, "sub"), _text(claims, "sid")
    _require(bool(sub or sid), "neither sub nor sid is present")
    jti = _text(claims, "jti")
    if jti is None:
        raise LogoutTokenError("jti is missing")
    _require(first_use(jti, max(expires, issued + OLDEST) + 2 * LEEWAY), "jti was used before")
    return LogoutToken(sub=sub, sid=sid)


def _verified(
    compact: str, keys: KeySet, algorithms: Collection[str]
) -> tuple[dict[str, Any], dict[str, Any]]:
    allowed = [name for name in algorithms if name != "none" and not name.startswith("HS")]
    try:
        token = jwt.decode(compact, keys, registry=JWSRegistry(algorithms=allowed))
    except (JoseError, ValueError) as error:
        raise LogoutTokenError("the signature cannot be verified") from error
    return dict(token.header), dict(token.claims)


def _moment(claims: dict[str, Any], name: str, now: datetime) -> datetime:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise LogoutTokenError(f"{name} is missing or no number")
    try:
        return datetime.fromtimestamp(value, now.tzinfo)
    except (OverflowError, OSError, ValueError) as error:
        raise LogoutTokenError(f"{name} is no moment in time") from error


def _text(claims: dict[str, Any], name: str) -> str | None:
    value = claims.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST:
        raise LogoutTokenError(f"{name} is no short text")
    return value


def _require(holds: bool, otherwise: str) -> None:
    if not holds:
        raise LogoutTokenError(otherwise)

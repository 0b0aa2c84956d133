"""Reading a security event token of Gerbang: whom it concerns, what happened, by when to confirm (RFC 8417)."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry, extract_compact

TYPES = ("secevent+jwt", "application/secevent+jwt")
LEEWAY = timedelta(seconds=60)
OLDEST = timedelta(days=7)
"""Gerbang tries for about three days to bring an event; nothing older is one of its attempts."""
LONGEST = 512
_JTI = re.compile(r"[A-Za-z0-9_.~-]{8,128}")

Keys = Callable[[str | None], KeySet]
"""Returns the issuer's keys, with the one of this id if the issuer has it."""


class EventRefusedError(ValueError):
    """The token is not one to act on; `code` is what RFC 8935 §2.4 calls the reason."""

    def __init__(self, code: str, description: str) -> None:
        super().__init__(description)
        self.code = code


@dataclass(frozen=True, slots=True)
class SecurityEvent:
    """One event about one person; `kind` is the last part of its URI, such as `consent-withdrawn`."""

    jti: str
    uri: str
    sub: str
    claims: tuple[str, ...]
    confirm_by: datetime | None
    members: Mapping[str, Any]

    @property
    def kind(self) -> str:
        """The short name of the event."""
        return re.split(r"[/:]", self.uri)[-1]


def read(
    compact: str, *, keys: Keys, issuer: str, client_id: str, algorithms: Collection[str], now: datetime
) -> SecurityEvent:
    """Check everything RFC 8417 §2 and SSF 1.0 §4.1 ask of a receiver; whether the `jti` is new is for the caller.

    Raises:
        EventRefusedError: with the code to answer (RFC 8935 §2.4).
    """
    header, claims = _verified(compact, keys, algorithms)
    _require(str(header.get("typ", "")).lower() in TYPES, "invalid_request", "typ is not secevent+jwt")
    _require(claims.get("iss") == issuer, "invalid_issuer", "iss is another issuer")
    audience = claims.get("aud")
    named = audience if isinstance(audience, list) else [audience]
    _require(client_id in named, "invalid_audience", "aud does not name us")
    _require(
        "exp" not in claims and "sub" not in claims, "invalid_request", "a security event has no sub, no exp"
    )
    issued = _moment(claims.get("iat"), "iat")
    _require(now - OLDEST <= issued <= now + LEEWAY, "invalid_request", "iat is not of these days")
    jti = claims.get("jti")
    if not isinstance(jti, str) or not _JTI.fullmatch(jti):
        raise EventRefusedError("invalid_request", "jti is missing or no short text")
    uri, members = _event(claims.get("events"))
    due = members.get("confirm_by")
    names = members.get("claims", [])
    _require(
        isinstance(names, list) and all(map(_is_text, names)), "invalid_request", "claims is no list of names"
    )
    return SecurityEvent(
        jti=jti,
        uri=uri,
        sub=_subject(claims.get("sub_id"), issuer),
        claims=tuple(names),
        confirm_by=_moment(due, "confirm_by") if due is not None else None,
        members=members,
    )


def _verified(compact: str, keys: Keys, algorithms: Collection[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    allowed = [name for name in algorithms if name != "none" and not name.startswith("HS")]
    try:
        kid = extract_compact(compact.encode("ascii")).headers().get("kid")
        token = jwt.decode(
            compact, keys(kid if isinstance(kid, str) else None), registry=JWSRegistry(algorithms=allowed)
        )
    except (JoseError, ValueError) as error:
        raise EventRefusedError("invalid_key", "the signature cannot be verified") from error
    return dict(token.header), dict(token.claims)


def _event(events: Any) -> tuple[str, Mapping[str, Any]]:
    """One token speaks of one event (SSF 1.0 §4.1.2)."""
    if not isinstance(events, dict) or len(events) != 1:
        raise EventRefusedError("invalid_request", "events does not hold exactly one event")
    ((uri, members),) = events.items()
    if not _is_text(uri) or not isinstance(members, dict):
        raise EventRefusedError("invalid_request", "the event has no members")
    return uri, members


def _subject(said: Any, issuer: str) -> str:
    """The person as this client knows them (RFC 9493 §3.2.4)."""
    if not isinstance(said, dict) or said.get("format") != "iss_sub" or said.get("iss") != issuer:
        raise EventRefusedError(
            "invalid_request", "sub_id is not of the format iss_sub, or of another issuer"
        )
    sub = said.get("sub")
    if not isinstance(sub, str) or not _is_text(sub):
        raise EventRefusedError("invalid_request", "sub_id names nobody")
    return sub


def _moment(value: Any, name: str) -> datetime:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise EventRefusedError("invalid_request", f"{name} is missing or no number")
    try:
        return datetime.fromtimestamp(value, UTC)
    except (OverflowError, OSError, ValueError) as error:
        raise EventRefusedError("invalid_request", f"{name} is no moment in time") from error


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= LONGEST and value.isprintable()


def _require(holds: bool, code: str, otherwise: str) -> None:
    if not holds:
        raise EventRefusedError(code, otherwise)

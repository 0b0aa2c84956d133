"""Request objects: authorization requests as signed statements of a client (RFC 9101, OIDC Core §6.1).

Two steps, so that an error can go where it belongs: `open_request_object` proves who signed, which makes the redirect
URI inside usable; `RequestObject.check` then judges the statement.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Final, TypeGuard

from idp.protocol.oauth.client import Client, Profile
from idp.protocol.oauth.errors import InvalidRequest, InvalidRequestObject
from idp.protocol.oauth.jose import (
    ALGORITHMS,
    FAPI_ALGORITHMS,
    BadJwtError,
    UnknownKeyError,
    numeric_date,
    open_jwt,
    peek,
    unique_id,
    with_alias,
)
from idp.protocol.oauth.parameters import REPEATABLE, Parameters, collect

UNSIGNED: Final = "none"
TYPES: Final = frozenset({"oauth-authz-req+jwt", "application/oauth-authz-req+jwt", "jwt", "application/jwt"})

SKEW: Final = timedelta(seconds=10)  # FAPI 2.0 SP §5.3.2.1-13: up to 10 s must pass
LIFETIME: Final = timedelta(minutes=60)  # FAPI 2.0 MS §5.3.1
FOREVER: Final = datetime.max.replace(tzinfo=UTC)
"""How long the `jti` of an object without `exp` is remembered: it is good as long."""

NUMBERS: Final = frozenset({"max_age"})
STRUCTURED: Final = frozenset({"claims", "authorization_details"})
TEXTS: Final = frozenset(
    {
        "acr_values",
        "claims_locales",
        "code_challenge",
        "code_challenge_method",
        "display",
        "dpop_jkt",
        "id_token_hint",
        "login_hint",
        "nonce",
        "prompt",
        "redirect_uri",
        "response_mode",
        "response_type",
        "scope",
        "state",
        "ui_locales",
    }
)
NESTED: Final = ("request", "request_uri")
_APART: Final = frozenset({"iss", "sub", "aud", "exp", "nbf", "iat", "jti", "client_id", *NESTED})
"""Claims about the object itself, and what may not be inside (RFC 9101 §4)."""

_REQUIRED: Final[Mapping[Profile, tuple[str, ...]]] = MappingProxyType(
    {
        Profile.OIDC_CORE: (),
        Profile.NATIONAL: ("iss", "aud", "exp", "client_id"),
        Profile.FAPI2: ("iss", "aud", "exp", "nbf", "client_id"),
        Profile.FAPI2_MESSAGE_SIGNING: ("iss", "aud", "exp", "nbf", "client_id"),
    }
)


class UnknownRequestKey(InvalidRequestObject):
    """No registered key fits; with a `jwks_uri` the caller may fetch it again, once (OIDC Core §10.1.1)."""


@dataclass(frozen=True, slots=True)
class RequestObject:
    """An object of which the signature is verified, and nothing else yet."""

    client: Client
    claims: Mapping[str, object]
    signed: bool = True

    def parameters(self, outer: Parameters | None = None) -> Parameters:
        """Read the request inside; `outer` fills what is not there (OIDC Core §6.1), JAR takes none (RFC 9101 §6.3).

        Values of a wrong type are left out here and refused by `check`.

        Raises:
            InvalidRequestObject: more inside than any request has.
        """
        try:
            inner = collect(self._pairs())
        except (InvalidRequest, RecursionError) as cause:
            raise InvalidRequestObject("request object: too much inside") from cause
        around = {name: outer.all(name) for name in outer if name not in NESTED} if outer is not None else {}
        around["client_id"] = (self.client.client_id,)
        faults = outer.faults if outer is not None else {}
        return inner.filled(around, {name: fault for name, fault in faults.items() if name not in NESTED})

    def check(self, issuer: str, now: datetime) -> None:
        """Judge the statement (RFC 9101 §4, §6.3, §10.8; FAPI 2.0 MS §5.3.1).

        Raises:
            InvalidRequestObject: with what is wrong, in words for the holder of the key.
        """
        for name in _REQUIRED[self.client.profile]:
            if name not in self.claims:
                raise InvalidRequestObject(f"request object: {name} is missing")
        for name in NESTED:
            if name in self.claims:
                raise InvalidRequestObject(f"request object: {name} must not be inside")
        for name in ("iss", "client_id"):
            if name in self.claims and self.claims[name] != self.client.client_id:
                raise InvalidRequestObject(f"request object: {name} must be the client_id")
        if self.claims.get("sub") == self.client.client_id:
            raise InvalidRequestObject("request object: sub must not be the client_id")
        if "aud" in self.claims and not _names(self.claims["aud"], issuer):
            raise InvalidRequestObject("request object: aud must be the issuer")
        self._check_times(now)
        self._check_shapes()
        if self.claims.get("jti") is not None and self.jti is None:
            raise InvalidRequestObject("request object: jti is malformed")

    @property
    def jti(self) -> str | None:
        """What makes a checked object good for one use, where there is one."""
        return unique_id(self.claims)

    @property
    def remembered_until(self) -> datetime:
        """Until when the use of a checked object must be remembered; it follows from the object alone."""
        return numeric_date(self.claims, "exp") or FOREVER

    def _pairs(self) -> Iterator[tuple[str, str]]:
        for name, value in self.claims.items():
            if name in _APART:
                continue
            if isinstance(value, str):
                yield name, value
            elif name in REPEATABLE and _is_texts(value):
                yield from ((name, one) for one in value)
            elif name in NUMBERS and _is_number(value):
                yield name, str(value)
            elif name in STRUCTURED and isinstance(value, dict | list):
                yield name, json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    def _check_shapes(self) -> None:
        """Refuse a known parameter of a type it cannot have; unknown ones are ignored (RFC 9101 §4)."""
        for name, value in self.claims.items():
            wrong = not isinstance(value, str) and (
                name in TEXTS
                or (name in NUMBERS and not _is_number(value))
                or (name in STRUCTURED and not isinstance(value, dict | list))
                or (name in REPEATABLE and not _is_texts(value))
            )
            if wrong:
                raise InvalidRequestObject(f"request object: {name} has the wrong type", parameter=name)

    def _check_times(self, now: datetime) -> None:
        """exp is not past, nbf and iat not ahead; the strict profiles bound both (FAPI 2.0 MS §5.3.1)."""
        try:
            expires, begins, issued = (numeric_date(self.claims, name) for name in ("exp", "nbf", "iat"))
        except BadJwtError as cause:
            raise InvalidRequestObject(f"request object: {cause}") from cause
        if expires is not None and expires <= now - SKEW:
            raise InvalidRequestObject("request object: it has expired")
        if any(moment is not None and moment > now + SKEW for moment in (begins, issued)):
            raise InvalidRequestObject("request object: nbf or iat is in the future")
        if self.client.profile is Profile.OIDC_CORE:
            return
        if begins is not None and begins < now - LIFETIME - SKEW:
            raise InvalidRequestObject("request object: nbf is more than 60 minutes ago")
        latest = (begins if begins is not None else now + SKEW) + LIFETIME
        if expires is not None and expires > latest:
            raise InvalidRequestObject("request object: exp is more than 60 minutes ahead")


def open_request_object(text: str, client: Client, jwks: Mapping[str, object] | None) -> RequestObject:
    """Verify who made a request object, with registered keys and algorithms only (RFC 9101 §6.2).

    Raises:
        UnknownRequestKey: no key of the set fits.
        InvalidRequestObject: malformed, of another type, or not signed by this client.
    """
    allowed = allowed_algorithms(client)
    try:
        if UNSIGNED in allowed:
            return RequestObject(client, _unsigned(text), signed=False)
        opened = open_jwt(text, jwks if jwks is not None else {}, allowed)
    except UnknownKeyError as cause:
        raise UnknownRequestKey("request object: no registered key fits") from cause
    except BadJwtError as cause:
        raise InvalidRequestObject(f"request object: {cause}") from cause
    typ = opened.header.get("typ")
    if typ is not None and not (isinstance(typ, str) and typ.lower() in TYPES):
        raise InvalidRequestObject("request object: typ is of something else")
    return RequestObject(client, opened.claims)


def allowed_algorithms(client: Client) -> frozenset[str]:
    """The registered algorithm, else the profile's; `none` only for `oidc_core` clients registered for it."""
    offered = frozenset(FAPI_ALGORITHMS if client.is_fapi else ALGORITHMS)
    registered = client.request_object_signing_alg
    if registered is None:
        return offered
    if registered == UNSIGNED:
        return frozenset({UNSIGNED}) if client.profile is Profile.OIDC_CORE else frozenset()
    return offered & with_alias(registered)


def takes_outer(client: Client) -> bool:
    """Say whether parameters beside the object count for what is not inside (OIDC Core §6.1, RFC 9101 §5)."""
    return not client.is_fapi and not client.needs_signed_requests


def _unsigned(text: str) -> Mapping[str, object]:
    """Read an object of a client that is registered for `none` (OIDC Core §6.1, RFC 7519 §6)."""
    peeked = peek(text)
    if peeked.header.get("alg") != UNSIGNED or not text.endswith("."):
        raise BadJwtError("algorithm is not the registered one")
    return peeked.claims


def _names(audience: object, issuer: str) -> bool:
    return audience == issuer or (isinstance(audience, list) and issuer in audience)


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_texts(value: object) -> TypeGuard[list[str]]:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)

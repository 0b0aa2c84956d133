"""The access token Gerbang asks a publisher with: an RFC 9068 token for one citizen, one endpoint and one use."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn

from authlib.integrations.flask_oauth2 import ResourceProtector
from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6750 import InsufficientScopeError, InvalidTokenError
from authlib.oauth2.rfc9068 import JWTBearerTokenValidator
from authlib.oauth2.rfc9068.claims import JWTAccessTokenClaims
from flask import Response, abort
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jws import JWSRegistry, extract_compact

from clients.clock import Clock
from clients.gate_keys import GateKeys

SCOPE = "attributes"
TYPES = frozenset({"at+jwt", "application/at+jwt"})
ALGORITHMS = ("ES256", "PS256", "RS256", "EdDSA", "Ed25519")
LONGEST_LIFE = timedelta(seconds=60)
LEEWAY = timedelta(seconds=10)
LARGEST = 8 * 1024
MOST_CLAIMS = 50
NIK = re.compile(r"[0-9]{16}")
FirstUse = Callable[[str, datetime], bool]
"""Marks a token's id as used until a moment; False when it was used before."""


@dataclass(frozen=True, slots=True)
class Person:
    """The one citizen a token is about: the `sub` this agency's client knows, and the NIK when it is due."""

    sub: str
    nik: str | None = None


class GateTokenValidator(JWTBearerTokenValidator):  # type: ignore[misc]
    """Authlib's validator of RFC 9068 tokens, with what docs/reference/connector.md adds."""

    def __init__(
        self, *, issuer: str, endpoint: str, subject: str, keys: GateKeys, first_use: FirstUse, clock: Clock
    ) -> None:
        super().__init__(issuer=issuer, resource_server=endpoint, realm=SCOPE)
        self._subject, self._keys, self._first_use, self._clock = subject, keys, first_use, clock

    def authenticate_token(self, token_string: str) -> JWTAccessTokenClaims:
        """Verify the signature with a key of the issuer and an asymmetric algorithm (RFC 9068 §4).

        Raises:
            InvalidTokenError: when it is no token of this issuer.
            KeysUnavailableError: when the issuer's keys cannot be had.
        """
        try:
            if len(token_string) > LARGEST:
                raise ValueError("too long")
            kid = extract_compact(token_string.encode()).headers().get("kid")
            keys = self._keys.holding(kid if isinstance(kid, str) else None)
            token = jwt.decode(token_string, keys, registry=JWSRegistry(algorithms=list(ALGORITHMS)))
        except (JoseError, ValueError, TypeError) as error:
            raise _invalid("the signature cannot be verified") from error
        return JWTAccessTokenClaims(
            token.claims,
            token.header,
            {
                "iss": {"essential": True, "value": self.issuer},
                "client_id": {"essential": True, "value": self.issuer},
                "aud": {"essential": True, "value": self.resource_server},
                **{name: {"essential": True} for name in ("sub", "exp", "iat", "jti")},
            },
        )

    def validate_token(
        self, token: JWTAccessTokenClaims, scopes: Collection[str], request: object, **_more: object
    ) -> None:
        """Check the claims, and that the token is used for the first time.

        Raises:
            InvalidTokenError: when a claim is missing or wrong, or the token was used before.
            InsufficientScopeError: when it is no token for attributes.
        """
        now = self._clock()
        _require(str(token.header.get("typ", "")).lower() in TYPES, "typ is not at+jwt")
        try:
            token.validate(now=int(now.timestamp()), leeway=int(LEEWAY.total_seconds()))
        except (JoseError, ValueError, TypeError) as error:
            raise _invalid("a claim is missing or wrong") from error
        _require(token["aud"] in (self.resource_server, [self.resource_server]), "aud names others too")
        life = token["exp"] - token["iat"]
        _require(0 < life <= LONGEST_LIFE.total_seconds(), "the token lives too long")
        _require(0 < len(token["sub"]) <= 255, "sub is no identifier")
        _require(8 <= len(token["jti"]) <= 255, "jti is no identifier")
        if self._subject == "nik":
            nik = token.get("nik")
            _require(isinstance(nik, str) and NIK.fullmatch(nik) is not None, "nik is missing or wrong")
        _require(_names(token.get("claims")), "claims is no list of names")
        scope = token.get("scope")
        if not isinstance(scope, str) or not set(scopes) <= set(scope.split()):
            raise InsufficientScopeError()
        until = datetime.fromtimestamp(token["exp"], UTC) + LEEWAY
        _require(self._first_use(f"attributes {token['jti']}", until), "the token was used before")

    def person(self, token: Mapping[str, Any]) -> Person:
        """Return whom a valid token is about."""
        return Person(str(token["sub"]), str(token["nik"]) if self._subject == "nik" else None)


class Protector(ResourceProtector):  # type: ignore[misc]
    """Authlib's protector, answering as RFC 6750 §3 says."""

    def raise_error_response(self, error: OAuth2Error) -> NoReturn:
        """Answer 401 without an error code when no token came, otherwise with the code of RFC 6750 §3.1."""
        challenge = f'Bearer realm="{SCOPE}"'
        if isinstance(error, InvalidTokenError | InsufficientScopeError):
            words = str(error.description or "").replace('"', "'")
            challenge += f', error="{error.error}", error_description="{words}"'
            if isinstance(error, InsufficientScopeError):
                challenge += f', scope="{SCOPE}"'
            abort(problem(error.status_code, error.error, words, {"WWW-Authenticate": challenge}))
        abort(problem(401, "unauthorized", "an access token is required", {"WWW-Authenticate": challenge}))


def problem(status: int, code: str, words: str, headers: Mapping[str, str] | None = None) -> Response:
    """Make an error answer; it says nothing about anybody."""
    body = json.dumps({"error": code, "error_description": words})
    return Response(
        body, status, {"Cache-Control": "no-store", **(headers or {})}, mimetype="application/json"
    )


def _names(value: object) -> bool:
    return (
        isinstance(value, list) and 0 < len(value) <= MOST_CLAIMS and all(isinstance(n, str) for n in value)
    )


def _invalid(words: str) -> InvalidTokenError:
    return InvalidTokenError(description=words, realm=SCOPE)


def _require(holds: bool, otherwise: str) -> None:
    if not holds:
        raise _invalid(otherwise)

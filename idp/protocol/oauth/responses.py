"""Replies of the machine endpoints as values: status, headers, bytes. Frameworks only write them."""

from collections.abc import Mapping
from dataclasses import dataclass

import orjson

from idp.protocol.oauth import dpop
from idp.protocol.oauth.errors import (
    InsufficientScope,
    InsufficientUserAuthentication,
    InvalidClient,
    InvalidDpopProof,
    InvalidToken,
    KeyNeeded,
    MissingToken,
    ProtocolError,
    UseDpopNonce,
)

Header = tuple[str, str]

JSON: Header = ("Content-Type", "application/json;charset=UTF-8")
NO_STORE: tuple[Header, ...] = (("Cache-Control", "no-store"), ("Pragma", "no-cache"))
_JSON_NO_STORE = (JSON, *NO_STORE)
_FROM_RESOURCES = (InvalidToken, InsufficientScope, InsufficientUserAuthentication)
_ABOUT_PROOFS = (InvalidDpopProof, UseDpopNonce)


@dataclass(frozen=True, slots=True)
class Reply:
    """A finished answer, independent of any framework."""

    status: int
    headers: tuple[Header, ...]
    body: bytes

    def header(self, name: str) -> str | None:
        """Return the first header field of that name."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


def json_reply(
    value: Mapping[str, object], status: int = 200, headers: tuple[Header, ...] = (), *, store: bool = False
) -> Reply:
    """Answer with a JSON object that no cache keeps (RFC 6749 §5.1)."""
    body = orjson.dumps(value)
    return Reply(status, ((JSON,) if store else _JSON_NO_STORE) + headers, body)


def jwt_reply(compact: str, media_type: str = "application/jwt") -> Reply:
    """Answer with a signed document (OIDC Core §5.3.2, RFC 9701 §5)."""
    return Reply(200, (("Content-Type", media_type), *NO_STORE), compact.encode("ascii"))


def empty_reply(status: int = 200) -> Reply:
    """Answer without body and without Content-Type (RFC 7009 §2.2): some clients refuse an empty text."""
    return Reply(status, NO_STORE, b"")


def token_reply(
    *,
    access_token: str,
    token_type: str,
    expires_in: int,
    scope: str | None = None,
    refresh_token: str | None = None,
    id_token: str | None = None,
    extra: Mapping[str, object] | None = None,
) -> Reply:
    """Answer a token request (RFC 6749 §5.1, OIDC Core §3.1.3.3); absent members are left out."""
    members: dict[str, object] = {
        "access_token": access_token,
        "token_type": token_type,
        "expires_in": expires_in,
    }
    for name, value in (("scope", scope), ("refresh_token", refresh_token), ("id_token", id_token)):
        if value:
            members[name] = value
    if extra:
        members.update(extra)
    return json_reply(members)


def error_reply(error: ProtocolError, realm: str = "", scheme: str = "Bearer") -> Reply:
    """Answer with an error object (RFC 6749 §5.2, RFC 6750 §3, RFC 9449 §7.1).

    `realm` is the issuer; `scheme` is the scheme a protected resource was asked with. Only there is `DPoP` a scheme:
    a fault of a proof is then one of authentication.
    """
    headers: list[Header] = []
    body = {} if isinstance(error, MissingToken) else error_members(error)
    if challenge := _challenge(error, realm, scheme):
        headers.append(("WWW-Authenticate", challenge))
    if error.retry_after is not None:
        headers.append(("Retry-After", str(error.retry_after)))
    status = 401 if scheme == "DPoP" and isinstance(error, _ABOUT_PROOFS) else error.status
    return json_reply(body, status, tuple(headers))


def error_members(error: ProtocolError) -> dict[str, str]:
    """The members of an error answer; no empty description (RFC 6749 §5.2)."""
    members = {"error": error.code}
    if error.public:
        members["error_description"] = error.public
    return members


def _challenge(error: ProtocolError, realm: str, scheme: str) -> str | None:
    """Build the WWW-Authenticate field, or None where the error needs none (RFC 9110 §11.6.1)."""
    if isinstance(error, InvalidClient):
        return f'{error.scheme} realm="{realm}"' if error.scheme else None
    if not isinstance(error, _FROM_RESOURCES) and not (scheme == "DPoP" and isinstance(error, _ABOUT_PROOFS)):
        return None
    fields = {"realm": realm}
    if not isinstance(error, MissingToken):
        fields.update(error_members(error))
    if isinstance(error, InsufficientScope) and error.scope:
        fields["scope"] = error.scope
    if isinstance(error, InsufficientUserAuthentication):
        if error.acr_values:
            fields["acr_values"] = error.acr_values
        if error.max_age is not None:
            fields["max_age"] = str(error.max_age)
    algs = {"algs": " ".join(dpop.ALGORITHMS)}
    if scheme == "DPoP":
        return _challenged(scheme, fields | algs)
    if isinstance(error, MissingToken | KeyNeeded):  # either scheme would do (RFC 9449 §7.2)
        return f"{_challenged(scheme, fields)}, {_challenged('DPoP', {'realm': realm} | algs)}"
    return _challenged(scheme, fields)


def _challenged(scheme: str, fields: Mapping[str, str]) -> str:
    return f"{scheme} " + ", ".join(f'{name}="{value}"' for name, value in fields.items() if value)

"""Opening authorization requests that come as request objects, at both channels (RFC 9101, OIDC Core §6).

`open_request` finds out who signed, `Opened.validate` judges; between the two the caller resolves where an answer may
go.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, replace
from urllib.parse import urldefrag

from idp.domain.grants.replay import REQUEST_OBJECT, first_use
from idp.protocol.authorize.checks import Policy, require_pushed, validate
from idp.protocol.authorize.request import AuthorizationRequest, ReplyTo
from idp.protocol.authorize.request_object import (
    RequestObject,
    UnknownRequestKey,
    open_request_object,
    takes_outer,
)
from idp.protocol.oauth.client import Client
from idp.protocol.oauth.errors import (
    InvalidRequest,
    InvalidRequestObject,
    InvalidRequestUri,
    RequestUriNotSupported,
)
from idp.protocol.oauth.parameters import Parameters
from idp.protocol.oauth.values import b64url
from idp.services import Services
from keys import CannotDecrypt

JWE_DOTS = 4


@dataclass(frozen=True, slots=True)
class Opened:
    """The parameters that count, and the object they came in."""

    params: Parameters
    policy: Policy
    request_object: RequestObject | None = None
    by_reference: bool = False

    def check(self, services: Services) -> None:
        """Judge the object.

        Raises:
            InvalidRequestObject: with what is wrong.
        """
        if self.request_object is not None:
            self.request_object.check(services.settings.issuer, services.clock())

    def validate(self, services: Services, client: Client, reply_to: ReplyTo) -> AuthorizationRequest:
        """Judge the object, then the request, then its single use; the last step is the only one that writes.

        Raises:
            ProtocolError: for `reply_to.error`.
        """
        self.check(services)
        asked = validate(self.params, client, reply_to, self.policy)
        if self.request_object is not None and not self.by_reference:
            _use(services, self.request_object)
        return asked


def open_request(services: Services, params: Parameters, client: Client, policy: Policy) -> Opened:
    """Find the parameters that count: those sent, or those of a request object of this client.

    Raises:
        InvalidRequest: this client must push, or sent an object twice.
        InvalidRequestObject: it does not verify.
        InvalidRequestUri: not registered, or not to be had.
        RequestUriNotSupported: this client registered no request_uris.
    """
    by_value, by_reference = params.get("request"), params.get("request_uri")
    if by_value is None and by_reference is None:
        return Opened(params, policy)
    if by_value is not None and by_reference is not None:
        raise InvalidRequest("request and request_uri exclude each other", parameter="request_uri")
    require_pushed(client, policy)
    text = by_value if by_value is not None else _fetched(services, client, by_reference or "")
    request_object = _verified(services, client, text)
    outer = params if takes_outer(client) and not policy.pushed else None
    return Opened(
        request_object.parameters(outer),
        replace(policy, signed=request_object.signed),
        request_object,
        by_reference is not None,
    )


def _verified(services: Services, client: Client, text: str) -> RequestObject:
    text = _decrypted(services, text)
    if client.jwks_uri is None:
        return open_request_object(text, client, client.jwks)
    try:
        return open_request_object(text, client, services.keysets.get(client.jwks_uri))
    except UnknownRequestKey:
        return open_request_object(text, client, services.keysets.refetch(client.jwks_uri))


def _decrypted(services: Services, text: str) -> str:
    """The object inside an encrypted one (RFC 9101 §6.1); to register encryption obliges nobody (OIDC Reg §2)."""
    if text.count(".") != JWE_DOTS:
        return text
    try:
        return services.keyring.decrypt(text).decode("ascii")
    except (CannotDecrypt, UnicodeDecodeError) as exc:
        raise InvalidRequestObject(f"request object: {exc}") from exc


def _use(services: Services, request_object: RequestObject) -> None:
    """Take an object with a `jti` once (RFC 9101 §10; FAPI 2.0 MS §5.3.1)."""
    jti, client_id = request_object.jti, request_object.client.client_id
    kept_until = request_object.remembered_until
    if jti is not None and not first_use(
        services.database.statements, client_id, jti, kept_until, REQUEST_OBJECT
    ):
        raise InvalidRequestObject("request object: it was used before")


def _fetched(services: Services, client: Client, uri: str) -> str:
    """Fetch a registered address; a fragment is the SHA-256 of the content (OIDC Core §6.2).

    Whoever writes a fragment: it decides neither what is called nor what is remembered, for anybody can write one.
    """
    if not client.request_uris:
        raise RequestUriNotSupported("this client registered no request_uris", parameter="request_uri")
    address, fragment = urldefrag(uri)
    if uri not in client.request_uris and address not in client.request_uris:
        raise InvalidRequestUri("request_uri is not registered for this client", parameter="request_uri")
    content = services.request_uris.get(address)
    if not _is_version(content, fragment):
        content = services.request_uris.refetch(address)
    if not content:
        raise InvalidRequestUri("nothing can be fetched from request_uri", parameter="request_uri")
    if not _is_version(content, fragment):
        raise InvalidRequestUri("the content is not what request_uri names", parameter="request_uri")
    return content.decode("ascii", "replace").strip()


def _is_version(content: bytes, fragment: str) -> bool:
    """Tell whether content is what a fragment names; without one, any is. Any bytes of a fragment may come here."""
    named = fragment.encode("utf-8", "surrogatepass")
    return not fragment or hmac.compare_digest(
        b64url(hashlib.sha256(content).digest()).encode("ascii"), named
    )

"""Reading an authorization request; what cannot be read at all is a page."""

from __future__ import annotations

from flask import request

from idp.domain.grants import pushed_requests
from idp.protocol.authorize.checks import Policy
from idp.protocol.authorize.request import AuthorizationRequest
from idp.protocol.oauth.client import Client
from idp.protocol.oauth.errors import (
    InvalidRequest,
    PageOnly,
    PushedRequestRefused,
    RedirectRefused,
    UnknownClient,
)
from idp.protocol.oauth.parameters import Parameters, collect, decode_form
from idp.protocol.oauth.redirects import redirect_matches
from idp.services import Services


def policy(services: Services) -> Policy:
    """Return what this deployment offers on the front channel."""
    return Policy(registration=True, serving=services.clients.serving, agreed=services.publishing.agreed)


def read_parameters(encoded: bytes) -> Parameters:
    """Read form-encoded parameters.

    Raises:
        PageOnly: not form-encoded, not UTF-8, or too many.
    """
    try:
        return collect(decode_form(encoded.decode("ascii")))
    except (ValueError, InvalidRequest) as exc:
        raise PageOnly("the parameters are not well formed") from exc


def posted_query() -> str:
    """Return a posted form as the query of the same request by address, if it can stand in one.

    Form-encoded text is printable ASCII (URL Standard §5.2); a line break would end the Location header.

    Raises:
        PageOnly: parameters in the address too, not form-encoded, or not well formed.
    """
    if request.query_string:
        raise PageOnly("parameters belong in the form or in the address, not in both")
    body = request.get_data(cache=False)
    if not body:
        return ""
    is_encoded = body.isascii() and body.decode("ascii").isprintable()
    if request.mimetype != "application/x-www-form-urlencoded" or not is_encoded:
        raise PageOnly("the form is not form-encoded")
    read_parameters(body)
    return body.decode("ascii")


def is_pushed(params: Parameters) -> bool:
    """Tell whether the parameters point to a request that was pushed to us (RFC 9126 §4)."""
    return params.get("request_uri", "").startswith(pushed_requests.URN)


def has_object(params: Parameters) -> bool:
    """Tell whether the request is in an object, sent along or to be fetched (RFC 9101 §5)."""
    return "request" in params or "request_uri" in params


def pushed(services: Services, params: Parameters) -> tuple[Client, AuthorizationRequest]:
    """Read the pushed request the parameters point to; of these only `client_id` and `request_uri` count.

    Raises:
        UnknownClient: not ours.
        PushedRequestRefused: unknown, expired, used or another client's (RFC 9126 §4, §7.3).
        RedirectRefused: its address was taken out of the registration meanwhile.
    """
    client = client_of(services, params)
    if "request" in params:
        raise PageOnly("request and request_uri exclude each other", parameter="request_uri")
    asked = pushed_requests.find(
        services.database.statements,
        services.tree.vault.system("pii"),
        client,
        params["request_uri"],
        services.clock(),
    )
    if asked is None:
        raise PushedRequestRefused("request_uri is unknown, expired or used", parameter="request_uri")
    if not redirect_matches(client.redirect_uris, asked.reply_to.redirect_uri, native=client.is_native):
        raise RedirectRefused("redirect_uri is not registered any more", parameter="redirect_uri")
    return client, asked


def client_of(services: Services, params: Parameters) -> Client:
    """Find the client that asks.

    Raises:
        UnknownClient: missing, repeated or not known.
    """
    client = services.clients.get(params.get("client_id", ""))
    if client is None:
        raise UnknownClient("client_id is missing, repeated or not known", parameter="client_id")
    return client

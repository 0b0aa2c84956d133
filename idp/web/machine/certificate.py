"""The client certificate of a request, and the tokens bound to it (RFC 8705 §3).

It comes from the TLS front in the `Client-Cert` field (RFC 9440). `idp/web/proxies.py` takes the field away from
everybody but trusted proxies, so that what is here was put there by one of ours (ADR 0012).
"""

from __future__ import annotations

from datetime import datetime

from idp.protocol.client_auth import TLS_METHODS, ClientCertificate
from idp.protocol.client_auth.authorities import NoAuthorities
from idp.protocol.client_auth.tls import PKI
from idp.protocol.oauth.errors import InvalidRequest, InvalidToken
from idp.protocol.oauth.values import Confirmation
from idp.services import Services
from idp.web.machine.request import MachineRequest


def certificate_of(request: MachineRequest) -> ClientCertificate | None:
    """Return the certificate the caller showed to our TLS front, None when it showed none.

    Raises:
        InvalidRequest: the front handed on something that is no single certificate (RFC 9440 §2.2).
    """
    field = request.headers.get("client-cert")
    return ClientCertificate.of_header(field) if field is not None else None


def binding_certificate(request: MachineRequest, now: datetime) -> Confirmation | None:
    """Say what certificate new tokens are bound to (RFC 8705 §3), None where the caller showed none.

    Raises:
        InvalidRequest: the certificate cannot be read, or is out of its time.
    """
    certificate = certificate_of(request)
    if certificate is None:
        return None
    if not certificate.is_valid_at(now):
        raise InvalidRequest("the client certificate is not valid now")
    return certificate.confirmation


def require_certificate(bound: Confirmation, request: MachineRequest, now: datetime) -> None:
    """Refuse a token that is bound to another certificate than the caller's (RFC 8705 §3).

    Raises:
        InvalidToken: no certificate, another one, or one out of its time.
    """
    certificate = certificate_of(request)
    if certificate is None or certificate.thumbprint != bound.x5t_s256 or not certificate.is_valid_at(now):
        raise InvalidToken("this token is bound to a certificate")


def offered_methods(services: Services) -> tuple[str, ...]:
    """Return the methods of RFC 8705 §2 that this deployment serves; none without a TLS front for them."""
    if services.settings.mtls_base_url is None:
        return ()
    off = {PKI} if isinstance(services.authorities, NoAuthorities) else set()
    return tuple(method for method in TLS_METHODS if method not in off)

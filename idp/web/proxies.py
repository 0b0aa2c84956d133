"""Believing `X-Forwarded-For`, `X-Forwarded-Proto` and `Client-Cert` from configured proxies only (attacks O-093)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Any

WsgiApp = Callable[[dict[str, Any], Any], Iterable[bytes]]
Network = IPv4Network | IPv6Network

CERTIFICATES = ("HTTP_CLIENT_CERT", "HTTP_CLIENT_CERT_CHAIN")
"""What a TLS front says about the caller's certificate (RFC 9440 §2); from anybody else it is a forgery (§4)."""


class TrustedProxies:
    """Corrects the caller's address and scheme where the direct peer is one of our proxies."""

    def __init__(self, app: WsgiApp, networks: Sequence[Network]) -> None:
        self._app = app
        self._networks = networks

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Serve one request."""
        if not self._networks or not self._is_trusted(environ.get("REMOTE_ADDR", "")):
            for name in CERTIFICATES:
                environ.pop(name, None)
        else:
            hops = [hop.strip() for hop in environ.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
            caller = next((hop for hop in reversed(hops) if not self._is_trusted(hop)), None)
            if caller is not None and _is_address(caller):
                environ["REMOTE_ADDR"] = caller
            scheme = environ.get("HTTP_X_FORWARDED_PROTO", "").strip().lower()
            if scheme in ("http", "https"):
                environ["wsgi.url_scheme"] = scheme
        return self._app(environ, start_response)

    def _is_trusted(self, text: str) -> bool:
        if not _is_address(text):
            return False
        address = ip_address(text)
        return any(address in network for network in self._networks if network.version == address.version)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True

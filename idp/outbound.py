"""The only HTTP client: https, public addresses, no redirects, bounded size and time (RFC 9700 §4.15).

The time is one deadline for a whole call: the lookup of the name, the connection, TLS, the answer.

The address is checked where the connection is made, so that a name cannot resolve to one thing for the check and to
another for the call. Hosts and networks in `IDP_OUTBOUND_ALLOW` are exempt; the sandbox also reaches loopback.
"""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any
from urllib.parse import urlsplit

import httpcore

from idp.resolver import NotResolved, Resolver

CONNECT_SECONDS = 2.0
TOTAL_SECONDS = 5.0
MOST_BYTES = 1_000_000
NAT64 = IPv6Network("64:ff9b::/96")
"""Addresses that a gateway turns into the IPv4 address in their last 32 bits (RFC 6052 §2.1)."""
NOT_PUBLIC = (IPv6Network("::/96"), IPv6Network("::ffff:0:0:0/96"), IPv6Network("fec0::/10"))
"""Forms given up by RFC 4291 §2.5.5.1, RFC 2765 §2.1 and RFC 3879, which the standard library takes for public ones."""

Address = IPv4Address | IPv6Address


class OutboundRefused(Exception):
    """The guard does not let this call leave: scheme, host or address is not allowed."""


class OutboundFailed(Exception):
    """The call was made and did not give a usable answer: no connection, too slow, too large."""


class OutboundTooLarge(OutboundFailed):
    """The other side sends more than it was allowed to."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the other side said."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Guard:
    """Which hosts and addresses may be called."""

    def __init__(self, allow: Iterable[str], *, loopback: bool) -> None:
        self._loopback = loopback
        self._hosts: set[str] = set()
        self._networks = []
        for entry in allow:
            try:
                self._networks.append(ip_network(entry))
            except ValueError:
                self._hosts.add(entry.lower())

    def check_url(self, url: str) -> None:
        """Refuse anything but https to a named host; http only where an exemption covers it.

        Raises:
            OutboundRefused: with the reason, which names no address.
        """
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
        if not host or parts.username is not None or parts.scheme not in ("http", "https"):
            raise OutboundRefused("only http and https addresses without credentials can be called")
        if parts.scheme == "http" and not self._may_be_plain(host):
            raise OutboundRefused("only https addresses can be called")
        literal = _literal(host)
        if literal is not None:
            self.check_address(literal, host)

    def check_address(self, address: Address, host: str) -> None:
        """Refuse addresses that are not public, unless exempt."""
        mapped = _inner(address)
        exempt = (
            host.lower() in self._hosts
            or any(mapped in network for network in self._networks if network.version == mapped.version)
            or (self._loopback and mapped.is_loopback)
        )
        given_up = any(mapped in network for network in NOT_PUBLIC if mapped.version == network.version)
        if not exempt and (not mapped.is_global or mapped.is_multicast or given_up):
            raise OutboundRefused("the address is not public")

    def _may_be_plain(self, host: str) -> bool:
        literal = _literal(host)
        if host in self._hosts:
            return True
        if literal is not None:
            exempt = any(literal in n for n in self._networks if n.version == literal.version)
            return exempt or (self._loopback and literal.is_loopback)
        return self._loopback and host == "localhost"


class Outbound:
    """Makes guarded calls; safe to share between threads."""

    def __init__(self, allow: Iterable[str] = (), *, loopback: bool = False) -> None:
        self.guard = Guard(allow, loopback=loopback)
        self._pool = httpcore.ConnectionPool(
            network_backend=_GuardedBackend(self.guard), max_connections=32, keepalive_expiry=15.0, retries=0
        )

    def get(
        self,
        url: str,
        headers: Mapping[str, str] | None = None,
        *,
        total: float = TOTAL_SECONDS,
        most: int = MOST_BYTES,
    ) -> Answer:
        """Fetch a document of at most so many bytes."""
        return self._call("GET", url, dict(headers or {}), b"", total, most)

    def document(self, url: str) -> bytes:
        """Fetch a document that must be there.

        Raises:
            OutboundRefused: before anything is sent.
            OutboundFailed: when no complete answer came in time, or another status than 200.
        """
        answer = self.get(url)
        if answer.status != 200:
            raise OutboundFailed("the answer is not a document")
        return answer.body

    def post(
        self, url: str, body: bytes, headers: Mapping[str, str] | None = None, *, total: float = TOTAL_SECONDS
    ) -> Answer:
        """Send a body and read the answer.

        Raises:
            OutboundRefused: before anything is sent.
            OutboundFailed: when no complete answer came in time.
        """
        return self._call("POST", url, dict(headers or {}), body, total, MOST_BYTES)

    def close(self) -> None:
        """Close idle connections."""
        self._pool.close()

    def _call(
        self, method: str, url: str, headers: dict[str, str], body: bytes, total: float, most: int
    ) -> Answer:
        self.guard.check_url(url)
        deadline = _DEADLINE.moment = time.monotonic() + total
        own = {"Host": urlsplit(url).netloc, "User-Agent": "Gerbang", "Accept-Encoding": "identity"}
        sent = list({**own, **headers}.items())
        timeouts = {
            "connect": CONNECT_SECONDS,
            "read": total,
            "write": total,
            "pool": min(CONNECT_SECONDS, total),
        }
        try:
            with self._pool.stream(
                method, url, headers=[*sent], content=body, extensions={"timeout": timeouts}
            ) as response:
                received = bytearray()
                for chunk in response.iter_stream():
                    received += chunk
                    if len(received) > most:
                        raise OutboundTooLarge("the answer is too large")
                    if time.monotonic() > deadline:
                        raise OutboundFailed("the answer took too long")
                names = {k.decode("latin-1").lower(): v.decode("latin-1") for k, v in response.headers}
                return Answer(response.status, names, bytes(received))
        except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, OSError) as exc:
            raise OutboundFailed(type(exc).__name__) from exc


class _Deadline(threading.local):
    """When the call of this thread must be over."""

    moment = float("inf")


_DEADLINE = _Deadline()


class _TimedStream(httpcore.NetworkStream):
    """A connection on which the whole call has one deadline, however little the other side sends at a time."""

    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Receive."""
        return self._stream.read(max_bytes, _left(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send."""
        self._stream.write(buffer, _left(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        """Close."""
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        """Go on encrypted."""
        return _TimedStream(
            self._stream.start_tls(ssl_context, server_hostname, _left(timeout, httpcore.ConnectTimeout))
        )

    def get_extra_info(self, info: str) -> Any:
        """Tell about the connection."""
        return self._stream.get_extra_info(info)


def _left(timeout: float | None, error: type[httpcore.TimeoutException]) -> float:
    """What is left of a call for one more step."""
    left = _DEADLINE.moment - time.monotonic()
    if left <= 0:
        raise error("the call took too long")
    return left if timeout is None else min(timeout, left)


class _GuardedBackend(httpcore.SyncBackend):
    """Resolves, checks every address, and connects to one that was checked."""

    def __init__(self, guard: Guard) -> None:
        super().__init__()
        self._guard = guard
        self._resolver = Resolver()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to a checked address of `host`."""
        addresses = self._resolved(host, port, _left(timeout, httpcore.ConnectTimeout))
        for address in addresses:
            self._guard.check_address(ip_address(address.split("%")[0]), host)
        last: Exception = httpcore.ConnectError("no address")
        for address in addresses:
            try:
                left = _left(timeout, httpcore.ConnectTimeout)
                return _TimedStream(super().connect_tcp(address, port, left, local_address, socket_options))
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as exc:
                last = exc
        raise last

    def _resolved(self, host: str, port: int, seconds: float) -> list[str]:
        if _literal(host) is not None:
            return [host]
        try:
            return self._resolver.addresses(host, port, seconds)
        except NotResolved as exc:
            raise httpcore.ConnectError(str(exc)) from exc


def _inner(address: Address) -> Address:
    """The IPv4 address that a mapped, a 6to4 or a NAT64 address leads to; any other address as it is."""
    if isinstance(address, IPv4Address):
        return address
    if address in NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


def _literal(host: str) -> Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None

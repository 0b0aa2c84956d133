"""Which addresses a client may register: redirect URIs, pages, logout endpoints (RFC 9700 §2.1, RFC 8252)."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from urllib.parse import SplitResult, urlsplit

from idp.domain.registry.violations import Report, Rule
from idp.outbound import OutboundRefused
from idp.protocol.oauth.resources import is_resource

LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})
LONGEST = 2000
_VISIBLE = re.compile(r"[\x21-\x7e]+")
_REVERSE_DOMAIN = re.compile(r"[a-z][a-z0-9-]*(\.[a-z0-9-]+)+")


def check_redirects(
    report: Report, member: str, uris: Sequence[str], *, native: bool, plain_loopback: bool
) -> None:
    """Allow exact https addresses; loopback for native applications and in the sandbox (RFC 8252 §7)."""
    for uri in uris:
        parts = _split(report, member, uri)
        if parts is None:
            continue
        if parts.scheme == "https":
            continue
        if parts.scheme == "http":
            if not (parts.hostname in LOOPBACK_HOSTS and (native or plain_loopback)):
                report.add(member, Rule.NOT_HTTPS, uri)
        elif not native:
            report.add(member, Rule.WEB_SCHEME, uri)
        elif not _REVERSE_DOMAIN.fullmatch(parts.scheme):
            report.add(member, Rule.NATIVE_SCHEME, uri)


def check_page(report: Report, member: str, uri: str, *, plain_loopback: bool) -> None:
    """Allow https pages; plain http on loopback in the sandbox only (decision 1)."""
    parts = _split(report, member, uri, fragment=True)
    if parts is None or parts.scheme == "https":
        return
    if not (plain_loopback and parts.scheme == "http" and parts.hostname in LOOPBACK_HOSTS):
        report.add(member, Rule.NOT_HTTPS, uri)


def check_resources(report: Report, uris: Sequence[str], issuer: str, *, plain_loopback: bool) -> None:
    """Allow https addresses without fragment, and never our own: its tokens are ours to judge (RFC 8707 §2)."""
    for uri in uris:
        check_page(report, "resource_uris", uri, plain_loopback=plain_loopback)
        if not is_resource(uri) and not report.about("resource_uris"):
            report.add("resource_uris", Rule.NO_FRAGMENT if "#" in uri else Rule.TOO_LONG, _shown(uri))
        if issuer and f"{uri}/".startswith(f"{issuer}/"):
            report.add("resource_uris", Rule.OURS, uri)


def check_public(report: Report, member: str, uri: str, check_url: Callable[[str], None]) -> None:
    """Refuse a page at an address that is not public: nobody outside could open it (attacks O-070)."""
    if report.about(member):
        return
    try:
        check_url(uri)
    except OutboundRefused as reason:
        report.add(member, Rule.NOT_REACHABLE, str(reason))


def check_called(
    report: Report,
    member: str,
    uri: str,
    check_url: Callable[[str], None],
    *,
    plain_loopback: bool,
    fragment: bool = False,
) -> None:
    """Allow what the outbound guard would let us call (OIDC Back-Channel Logout §2.2; RFC 9700 §4.15)."""
    parts = _split(report, member, uri, fragment=fragment)
    if parts is None:
        return
    if parts.scheme != "https" and not plain_loopback:
        report.add(member, Rule.NOT_HTTPS, uri)
        return
    try:
        check_url(uri)
    except OutboundRefused as reason:
        report.add(member, Rule.NOT_REACHABLE, str(reason))


def _split(report: Report, member: str, uri: str, *, fragment: bool = False) -> SplitResult | None:
    """Take an address apart, or report why it is none. Only printable ASCII: no lookalikes, no line ends."""
    if len(uri) > LONGEST:
        report.add(member, Rule.TOO_LONG)
        return None
    try:
        parts = urlsplit(uri)
        port = parts.port
    except ValueError:
        report.add(member, Rule.NOT_A_URI, _shown(uri))
        return None
    web = parts.scheme in ("http", "https")
    bare = not parts.netloc and not parts.path
    if not _VISIBLE.fullmatch(uri) or "\\" in uri or not parts.scheme or port == 0 or bare:
        report.add(member, Rule.NOT_A_URI, _shown(uri))
        return None
    if web and not parts.hostname:
        report.add(member, Rule.NOT_A_URI, uri)
        return None
    before = len(list(report))
    if ("#" in uri) and not fragment:
        report.add(member, Rule.NO_FRAGMENT, uri)
    if "*" in uri:
        report.add(member, Rule.NO_WILDCARD, uri)
    if "@" in parts.netloc:
        report.add(member, Rule.NO_CREDENTIALS, uri)
    return parts if len(list(report)) == before else None


def _shown(uri: str) -> str:
    return "".join(char if char.isprintable() else "?" for char in uri[:120])

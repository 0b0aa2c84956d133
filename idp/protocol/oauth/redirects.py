"""Redirect URIs: matched as exact strings (or a native application's loopback port), and filled."""

import re
from collections.abc import Mapping, Sequence
from urllib.parse import quote

_LOOPBACK = re.compile(r"http://(127\.0\.0\.1|\[::1\])(?::([0-9]{1,5}))?((?:[/?][^#]*)?)")
_LAST_PORT = 65_535
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]*")


def redirect_matches(registered: Sequence[str], asked: str, *, native: bool = False) -> bool:
    """Compare byte by byte (RFC 9700 §2.1); native applications may use any loopback port (RFC 8252 §7.3)."""
    if asked in registered:
        return True
    if not native:
        return False
    wanted = _portless(asked)
    return wanted is not None and any(_portless(uri) == wanted for uri in registered)


def _portless(uri: str) -> tuple[str, str] | None:
    """Split a loopback address literal into host and the rest, its port left out; None for any other URI."""
    match = _LOOPBACK.fullmatch(uri)
    if match is None or (match[2] and not 0 < int(match[2]) <= _LAST_PORT):
        return None
    return match[1], match[3]


def append_query(uri: str, parameters: Mapping[str, str]) -> str:
    """Add parameters to a URI and leave what is there as it is (RFC 6749 §3.1.2, §4.1.2)."""
    if not parameters:
        return uri
    joint = "" if uri.endswith(("?", "&")) else "&" if "?" in uri else "?"
    pairs = [f"{_quoted(name)}={_quoted(value)}" for name, value in parameters.items()]
    return f"{uri}{joint}{'&'.join(pairs)}"


def _quoted(text: str) -> str:
    """Quote what needs it (RFC 3986 §2.3); codes, states and most others do not."""
    return text if _UNRESERVED.fullmatch(text) else quote(text, safe="")

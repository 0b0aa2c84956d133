"""Matching a redirect URI with a registration: the exact string, or a native application's loopback port."""

import re
from collections.abc import Sequence

_LOOPBACK = re.compile(r"http://(127\.0\.0\.1|\[::1\])(?::([0-9]{1,5}))?((?:[/?][^#]*)?)")
_LAST_PORT = 65_535


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

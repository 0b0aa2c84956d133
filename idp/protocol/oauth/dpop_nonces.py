"""Nonces for DPoP proofs that need no storage: a MAC over a window of time (RFC 9449 §8, §9)."""

import hmac
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from idp.protocol.oauth.values import b64url

WINDOW_SECONDS: Final = 120
MAC_BYTES: Final = 16

Mac = Callable[[bytes], bytes]
"""A keyed digest; every node of a deployment has the same key."""


class Nonces:
    """Makes and recognises nonces. One is good for its own window and the next: two to four minutes."""

    def __init__(self, mac: Mac) -> None:
        self._mac = mac

    def current(self, now: datetime) -> str:
        """Return the nonce of this moment."""
        return self._of(_window(now))

    def good_until(self, nonce: str, now: datetime) -> datetime | None:
        """Say until when a presented nonce is good; None for one that is not.

        The coming window counts too: another node's clock may be a little ahead.
        """
        presented = nonce.encode("utf-8", "surrogatepass")
        this = _window(now)
        for window in (this, this - 1, this + 1):
            if hmac.compare_digest(presented, self._of(window).encode("ascii")):
                return datetime.fromtimestamp((window + 2) * WINDOW_SECONDS, UTC)
        return None

    def _of(self, window: int) -> str:
        return b64url(self._mac(window.to_bytes(8, "big"))[:MAC_BYTES])


def _window(moment: datetime) -> int:
    return int(moment.timestamp()) // WINDOW_SECONDS

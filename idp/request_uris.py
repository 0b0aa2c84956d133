"""Request objects by reference (OIDC Core §6.2): fetched from registered addresses only, small, and kept shortly."""

from __future__ import annotations

import structlog

from idp.fetched import Fetched
from idp.outbound import Outbound, OutboundFailed, OutboundRefused

log = structlog.get_logger()

KEEP_SECONDS = 60.0
TOTAL_SECONDS = 3.0
MOST_BYTES = 64 * 1024
ACCEPT = {"Accept": "application/oauth-authz-req+jwt, application/jwt"}


class RequestUris:
    """Fetched request objects."""

    def __init__(self, outbound: Outbound) -> None:
        self._outbound = outbound
        self._fetched: Fetched[bytes] = Fetched(self._fetch, b"", keep=KEEP_SECONDS)

    def get(self, uri: str) -> bytes:
        """Return what is at an address, from memory while it is fresh; nothing when it cannot be had."""
        return self._fetched.get(uri)

    def refetch(self, uri: str) -> bytes:
        """Fetch again because it is not the version that was asked for; at most every ten seconds."""
        return self._fetched.refetch(uri)

    def _fetch(self, uri: str) -> bytes | None:
        try:
            answer = self._outbound.get(uri, ACCEPT, total=TOTAL_SECONDS, most=MOST_BYTES)
        except (OutboundFailed, OutboundRefused) as exc:
            log.warning("request_fetch_failed", reason=type(exc).__name__)
            return None
        return answer.body if answer.status == 200 else None

"""Request objects by reference (OIDC Core §6.2): fetched from registered addresses only, small, and kept shortly."""

from __future__ import annotations

from functools import partial

import structlog

from idp.fetched import Fetched
from idp.outbound import Outbound, OutboundFailed, OutboundRefused

log = structlog.get_logger()

KEEP_SECONDS = 60.0
TOTAL_SECONDS = 3.0
MOST_BYTES = 64 * 1024
ACCEPT = {"Accept": "application/oauth-authz-req+jwt, application/jwt"}


RequestUris = Fetched[bytes]


def request_uris(outbound: Outbound) -> RequestUris:
    """Make an empty cache of request objects; one that cannot be had is empty."""
    return Fetched(partial(_fetch, outbound), b"", keep=KEEP_SECONDS)


def _fetch(outbound: Outbound, uri: str) -> bytes | None:
    try:
        answer = outbound.get(uri, ACCEPT, total=TOTAL_SECONDS, most=MOST_BYTES)
    except (OutboundFailed, OutboundRefused) as exc:
        log.warning("request_fetch_failed", reason=type(exc).__name__)
        return None
    return answer.body if answer.status == 200 else None

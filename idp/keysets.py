"""Key sets of clients by `jwks_uri`: cached, fetched again when a key is unknown (OIDC Core §10.1.1)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import orjson
import structlog

from idp.fetched import Fetched
from idp.outbound import Outbound, OutboundFailed, OutboundRefused

log = structlog.get_logger()

KEEP_SECONDS = 600.0
ACCEPT = {"Accept": "application/json, application/jwk-set+json"}
NO_KEYS: Mapping[str, object] = {"keys": []}


KeySets = Fetched[Mapping[str, object]]
"""Fetched key sets. An unknown key refetches at most every ten seconds, so that guesses cost us nothing."""


def key_sets(outbound: Outbound) -> KeySets:
    """Make an empty cache of key sets; one that cannot be had is empty."""
    return Fetched(partial(_fetch, outbound), NO_KEYS, keep=KEEP_SECONDS)


def _fetch(outbound: Outbound, uri: str) -> Mapping[str, object] | None:
    try:
        answer = outbound.get(uri, ACCEPT)
        document = orjson.loads(answer.body) if answer.status == 200 else None
    except (OutboundFailed, OutboundRefused, orjson.JSONDecodeError) as exc:
        log.warning("jwks_fetch_failed", reason=type(exc).__name__)
        return None
    return document if isinstance(document, dict) and isinstance(document.get("keys"), list) else None

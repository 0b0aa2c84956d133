"""Key sets of clients by `jwks_uri`: cached, fetched again when a key is unknown (OIDC Core §10.1.1)."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping

import orjson
import structlog

from idp.outbound import Outbound, OutboundFailed, OutboundRefused

log = structlog.get_logger()

KEEP_SECONDS = 600.0
AGAIN_AFTER_SECONDS = 10.0
MOST = 2000
NO_KEYS: Mapping[str, object] = {"keys": []}


class KeySets:
    """Fetched key sets. An unknown key refetches at most every ten seconds, so that guesses cost us nothing."""

    def __init__(self, outbound: Outbound) -> None:
        self._outbound = outbound
        self._known: dict[str, tuple[float, Mapping[str, object]]] = {}
        self._lock = threading.Lock()

    def get(self, uri: str) -> Mapping[str, object]:
        """Return the key set, from the cache while it is fresh; an empty one when it cannot be had."""
        found = self._known.get(uri)
        if found is not None and time.monotonic() - found[0] < KEEP_SECONDS:
            return found[1]
        return self._fetch(uri)

    def refetch(self, uri: str) -> Mapping[str, object]:
        """Fetch again because a key was not in the set."""
        found = self._known.get(uri)
        if found is not None and time.monotonic() - found[0] < AGAIN_AFTER_SECONDS:
            return found[1]
        return self._fetch(uri)

    def _fetch(self, uri: str) -> Mapping[str, object]:
        before = self._known.get(uri)
        keys = before[1] if before is not None else NO_KEYS
        try:
            answer = self._outbound.get(uri, {"Accept": "application/json, application/jwk-set+json"})
            document = orjson.loads(answer.body) if answer.status == 200 else None
            if isinstance(document, dict) and isinstance(document.get("keys"), list):
                keys = document
        except (OutboundFailed, OutboundRefused, orjson.JSONDecodeError) as exc:
            log.warning("jwks_fetch_failed", reason=type(exc).__name__)
        with self._lock:
            if len(self._known) >= MOST:
                self._known.clear()
            self._known[uri] = (time.monotonic(), keys)
        return keys

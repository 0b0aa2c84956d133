"""Key sets of clients by `jwks_uri`: cached, fetched again when a key is unknown (OIDC Core §10.1.1)."""

from __future__ import annotations

from collections.abc import Mapping

import orjson
import structlog

from idp.fetched import Fetched
from idp.outbound import Outbound, OutboundFailed, OutboundRefused

log = structlog.get_logger()

KEEP_SECONDS = 600.0
ACCEPT = {"Accept": "application/json, application/jwk-set+json"}
NO_KEYS: Mapping[str, object] = {"keys": []}


class KeySets:
    """Fetched key sets. An unknown key refetches at most every ten seconds, so that guesses cost us nothing."""

    def __init__(self, outbound: Outbound) -> None:
        self._outbound = outbound
        self._fetched: Fetched[Mapping[str, object]] = Fetched(self._fetch, NO_KEYS, keep=KEEP_SECONDS)

    def get(self, uri: str) -> Mapping[str, object]:
        """Return the key set, from the cache while it is fresh; an empty one when it cannot be had."""
        return self._fetched.get(uri)

    def refetch(self, uri: str) -> Mapping[str, object]:
        """Fetch again because a key was not in the set."""
        return self._fetched.refetch(uri)

    def _fetch(self, uri: str) -> Mapping[str, object] | None:
        try:
            answer = self._outbound.get(uri, ACCEPT)
            document = orjson.loads(answer.body) if answer.status == 200 else None
        except (OutboundFailed, OutboundRefused, orjson.JSONDecodeError) as exc:
            log.warning("jwks_fetch_failed", reason=type(exc).__name__)
            return None
        return document if isinstance(document, dict) and isinstance(document.get("keys"), list) else None

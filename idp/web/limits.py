"""Rate limits of the machine endpoints: per client, and per failing client and address (attacks O-049).

Coarse limits only. What guards secrets that can be guessed, passwords and codes, counts in the database. Redis shares
counts between nodes; while it is away each node counts by itself with half the allowance, never without limit.
"""

from __future__ import annotations

import time

import structlog
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.errors import StorageError
from limits.storage import MemoryStorage, storage_from_string
from limits.strategies import FixedWindowRateLimiter

from idp.protocol.oauth.errors import TooManyRequests

log = structlog.get_logger()

PER_CLIENT = RateLimitItemPerMinute(60_000)
REGISTRATIONS = RateLimitItemPerMinute(120)
FAILURES = RateLimitItemPerMinute(30)
UNKNOWN_CLIENTS = RateLimitItemPerMinute(30)
"""Failures under invented client ids that go on record, of the whole deployment; the metric counts them all."""
DEVICE_REQUESTS = RateLimitItemPerMinute(60)
LOCAL_SHARE = 2
PROBE_AGAIN_SECONDS = 5.0


class MachineLimits:
    """Counts calls; a memory of its own unless Redis is configured."""

    def __init__(self, redis_url: str | None) -> None:
        self._local = FixedWindowRateLimiter(MemoryStorage())
        self._shared = (
            FixedWindowRateLimiter(storage_from_string(redis_url, socket_timeout=0.2, wrap_exceptions=True))
            if redis_url
            else None
        )
        self._away_until = 0.0

    def spend(self, item: RateLimitItem, *key: str) -> None:
        """Count one call.

        Raises:
            TooManyRequests: with the seconds to wait.
        """
        if not self._hit(item, key):
            raise TooManyRequests("too many requests", retry_after=int(item.get_expiry()))

    def within(self, item: RateLimitItem, *key: str) -> bool:
        """Count one call, and tell whether it was within the allowance."""
        return self._hit(item, key)

    def would_refuse(self, item: RateLimitItem, *key: str) -> bool:
        """Tell whether a key has used its allowance, without counting."""
        limiter = self._limiter()
        try:
            return not limiter.test(item, *key)
        except StorageError:
            self._lost()
            return not self._local.test(item, *key)

    def _hit(self, item: RateLimitItem, key: tuple[str, ...]) -> bool:
        if self._shared is not None and time.monotonic() >= self._away_until:
            try:
                return self._shared.hit(item, *key)
            except StorageError:
                self._lost()
        cost = LOCAL_SHARE if self._shared is not None else 1
        return self._local.hit(item, *key, cost=cost)

    def _limiter(self) -> FixedWindowRateLimiter:
        usable = self._shared is not None and time.monotonic() >= self._away_until
        return self._shared if usable and self._shared is not None else self._local

    def _lost(self) -> None:
        self._away_until = time.monotonic() + PROBE_AGAIN_SECONDS
        log.warning("limits_storage_away")

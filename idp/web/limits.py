"""Rate limits of the machine endpoints: per client, and per failing client and address (attacks O-049).

Coarse limits only. What guards secrets that can be guessed, passwords and codes, counts in the database. Redis shares
counts between nodes; while it is away each node counts by itself with half the allowance, never without limit.
"""

from __future__ import annotations

import threading
import time

import structlog
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.errors import StorageError
from limits.storage import storage_from_string
from limits.strategies import FixedWindowRateLimiter

from idp.protocol.oauth.errors import TooManyRequests

log = structlog.get_logger()

PER_CLIENT = RateLimitItemPerMinute(60_000)
REGISTRATIONS = RateLimitItemPerMinute(120)
FAILURES = RateLimitItemPerMinute(30)
UNKNOWN_CLIENTS = RateLimitItemPerMinute(30)
"""Failures under invented client ids that go on record, of the whole deployment; the metric counts them all."""
DEVICE_REQUESTS = RateLimitItemPerMinute(60)
PUSHES = RateLimitItemPerMinute(6_000)
"""Signed statements one publisher sends."""
METER_REPORTS = RateLimitItemPerMinute(30_000)
"""Submitted forms of one client: 500 a second are more than any service sees."""
SELF_STATED = RateLimitItemPerMinute(30)
"""Statements of one citizen at one client."""
LOCAL_SHARE = 2
PROBE_AGAIN_SECONDS = 5.0


class LocalCounts:
    """Fixed windows in the memory of this process; a window that is over takes its counts with it.

    The library's storage in memory starts a thread every ten milliseconds to expire keys, which a hot path feels.
    """

    def __init__(self) -> None:
        self._windows: dict[RateLimitItem, _Window] = {}
        self._lock = threading.Lock()

    def hit(self, item: RateLimitItem, *key: str, cost: int = 1) -> bool:
        """Count, and tell whether that was within the allowance."""
        with self._lock:
            counts = self._current(item).counts
            counts[key] = spent = counts.get(key, 0) + cost
        return spent <= item.amount

    def test(self, item: RateLimitItem, *key: str) -> bool:
        """Tell whether one more would be within the allowance, without counting."""
        with self._lock:
            return self._current(item).counts.get(key, 0) < item.amount

    def _current(self, item: RateLimitItem) -> _Window:
        now = time.monotonic()
        window = self._windows.get(item)
        if window is None or window.ends_at <= now:
            window = self._windows[item] = _Window(now + item.get_expiry())
        return window


class _Window:
    __slots__ = ("counts", "ends_at")

    def __init__(self, ends_at: float) -> None:
        self.ends_at = ends_at
        self.counts: dict[tuple[str, ...], int] = {}


class MachineLimits:
    """Counts calls; a memory of its own unless Redis is configured."""

    def __init__(self, redis_url: str | None) -> None:
        self._local = LocalCounts()
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

    def within_here(self, item: RateLimitItem, *key: str) -> bool:
        """Count one call in this process only, for hot paths that ask nobody else."""
        return self._local.hit(item, *key)

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

    def _limiter(self) -> FixedWindowRateLimiter | LocalCounts:
        usable = self._shared is not None and time.monotonic() >= self._away_until
        return self._shared if usable and self._shared is not None else self._local

    def _lost(self) -> None:
        self._away_until = time.monotonic() + PROBE_AGAIN_SECONDS
        log.warning("limits_storage_away")

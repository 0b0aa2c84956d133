"""Documents of agencies kept for a while: one call at a time for each address, and nobody waits long for it.

An agency that hangs holds one of our threads, not all of them: who comes while a call is under way waits a moment and
goes on with what is known.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")

AGAIN_AFTER_SECONDS = 10.0
PATIENCE_SECONDS = 0.5
MOST = 2000


@dataclass(frozen=True, slots=True)
class _Kept(Generic[T]):
    """A document, when it was asked for, and until when it is fresh."""

    value: T
    asked: float
    fresh_until: float


class Fetched(Generic[T]):
    """Fetches by address. A call that fails is not repeated for ten seconds, so that guesses cost us nothing."""

    def __init__(self, fetch: Callable[[str], T | None], nothing: T, *, keep: float) -> None:
        self._call = fetch
        self._nothing = nothing
        self._keep = keep
        self._known: dict[str, _Kept[T]] = {}
        self._under_way: dict[str, threading.Event] = {}
        self._lock = threading.Lock()

    def get(self, uri: str) -> T:
        """Return a document, from memory while it is fresh; the former one, or nothing, when it cannot be had."""
        found = self._known.get(uri)
        if found is not None and time.monotonic() < found.fresh_until:
            return found.value
        return self._fetch(uri)

    def refetch(self, uri: str) -> T:
        """Fetch again because something was not in it; at most every ten seconds."""
        found = self._known.get(uri)
        if found is not None and time.monotonic() < found.asked + AGAIN_AFTER_SECONDS:
            return found.value
        return self._fetch(uri)

    def _fetch(self, uri: str) -> T:
        with self._lock:
            others = self._under_way.get(uri)
            mine = threading.Event()
            if others is None:
                self._under_way[uri] = mine
        if others is not None:
            others.wait(PATIENCE_SECONDS)
            return self._value(uri)
        got: T | None = None
        try:
            got = self._call(uri)
        finally:
            self._keep_for(uri, got)
            mine.set()
        return self._value(uri)

    def _keep_for(self, uri: str, got: T | None) -> None:
        now = time.monotonic()
        with self._lock:
            value = got if got is not None else self._value(uri)
            if len(self._known) >= MOST:
                self._known.clear()
            lasts = self._keep if got is not None else AGAIN_AFTER_SECONDS
            self._known[uri] = _Kept(value, now, now + lasts)
            del self._under_way[uri]

    def _value(self, uri: str) -> T:
        found = self._known.get(uri)
        return found.value if found is not None else self._nothing

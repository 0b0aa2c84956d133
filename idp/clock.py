"""The only place that reads the time of day; everyone else is handed a `Clock`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], datetime]
"""Returns the current moment, timezone-aware, in UTC."""


def system_clock() -> datetime:
    """Return the host's time of day in UTC."""
    return datetime.now(UTC)  # noqa: TID251 - the one reader of the host clock


class FrozenClock:
    """A clock that moves only when it is told to; tests inject it."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        """Return the moment it stands at."""
        return self.now

    def advance(self, **delta: float) -> None:
        """Move forward by the arguments of `timedelta`."""
        self.now += timedelta(**delta)

"""The agencies' only reader of the time of day; everyone else is handed a `Clock`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Returns the current moment, timezone-aware, in UTC."""


def system_clock() -> datetime:
    """Return the host's time of day in UTC."""
    return datetime.now(UTC)  # noqa: TID251 - the one reader of the host clock on this side

"""How long a session may sleep and live, by how sure its sign-in was (NIST SP 800-63B-4 §2.1.3, §2.2.3, §2.3.3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from idp.protocol.oidc import acr


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a session may sleep and live."""

    idle: timedelta
    absolute: timedelta


@dataclass(frozen=True, slots=True)
class SessionLimits:
    """The limits of each level; on a device of several people a session sleeps no longer than `shared_idle`."""

    levels: Mapping[str, Limits]
    shared_idle: timedelta

    @classmethod
    def same(cls, limits: Limits) -> Self:
        """Return the same limits for every level."""
        return cls(dict.fromkeys(acr.LEVELS, limits), limits.idle)

    @property
    def longest(self) -> timedelta:
        """The longest that any session lives."""
        return max(limits.absolute for limits in self.levels.values())

    def carries(self, level: str, auth_time: datetime, now: datetime) -> bool:
        """Tell whether a sign-in of this level may still be raised by one more factor.

        What is proved earlier counts no longer than a session of the higher level would live.
        """
        higher = acr.LEVELS[min(acr.rank(level), len(acr.LEVELS) - 1)]
        return now - auth_time <= self.levels[higher].absolute

    def of(self, level: str, *, shared: bool = False) -> Limits:
        """Return the limits of a session of this level."""
        limits = self.levels[level]
        return Limits(min(limits.idle, self.shared_idle), limits.absolute) if shared else limits

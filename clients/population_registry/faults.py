"""Faults on request: slowness, outage, an exhausted quota; and the one-time tickets for records."""

from __future__ import annotations

import secrets
import threading
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

LONGEST_LATENCY_MS = 60_000
TICKET_LIFE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Faults:
    """What is wrong right now; `quota` is how many more checks are answered, None without limit."""

    latency_ms: int = 0
    outage: bool = False
    quota: int | None = None

    def changed(self, members: dict[str, Any]) -> Faults:
        """Return these faults with some members set; refuse unknown members and impossible values."""
        latency, outage, quota = (
            members.get("latency_ms", self.latency_ms),
            members.get("outage", self.outage),
            members.get("quota", self.quota),
        )
        if set(members) - set(asdict(self)):
            raise ValueError("known faults: latency_ms, outage, quota")
        if type(latency) is not int or not 0 <= latency <= LONGEST_LATENCY_MS:
            raise ValueError(f"latency_ms must be a whole number from 0 to {LONGEST_LATENCY_MS}")
        if type(outage) is not bool:
            raise ValueError("outage must be true or false")
        if quota is not None and (type(quota) is not int or quota < 0):
            raise ValueError("quota must be null or a whole number from 0")
        return Faults(latency, outage, quota)


class FaultDesk:
    """Holds the present faults for all threads of the simulator."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults = Faults()

    @property
    def now(self) -> Faults:
        """The faults at this moment."""
        return self._faults

    def change(self, members: dict[str, Any]) -> Faults:
        """Set some faults and return them all."""
        with self._lock:
            self._faults = self._faults.changed(members)
            return self._faults

    def clear(self) -> None:
        """Return to health."""
        with self._lock:
            self._faults = Faults()

    def spend(self) -> bool:
        """Count one check against the quota; False when none is left."""
        with self._lock:
            quota = self._faults.quota
            if quota is None:
                return True
            if quota == 0:
                return False
            self._faults = replace(self._faults, quota=quota - 1)
            return True


class Tickets:
    """References to a matched record, each good once and for five minutes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: dict[str, tuple[str, datetime]] = {}

    def issue(self, nik: str, now: datetime) -> str:
        """Return a new reference to a person's record."""
        reference = secrets.token_urlsafe(24)
        with self._lock:
            self._open = {ref: entry for ref, entry in self._open.items() if entry[1] > now}
            self._open[reference] = (nik, now + TICKET_LIFE)
        return reference

    def redeem(self, reference: str, now: datetime) -> str | None:
        """Return the NIK a reference stands for, once; None when it is unknown, used or too old."""
        with self._lock:
            nik, expires_at = self._open.pop(reference, ("", now))
        return nik if nik and expires_at > now else None

"""What every audit event has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something happened; the class says what, the fields say to whom."""

    citizen_id: UUID | None = None
    client_id: str | None = None
    actor: str | None = None

    IN_HISTORY: ClassVar[bool] = False
    """Whether the citizen sees it in "Riwayat"."""

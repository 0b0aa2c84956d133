"""Events of ways back into an account and of grave changes that wait; `events.py` lists them with all others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from idp.domain.audit.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeAsked(Event):
    """A grave change was asked for; it waits until `effective_at` and can be cancelled until then."""

    IN_HISTORY: ClassVar[bool] = True
    change_id: UUID
    kind: str
    effective_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeCancelled(Event):
    """A waiting change was called off: by its link, by its owner, or because it had become void."""

    IN_HISTORY: ClassVar[bool] = True
    change_id: UUID
    kind: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeApplied(Event):
    """A change took effect after its waiting time."""

    IN_HISTORY: ClassVar[bool] = True
    change_id: UUID
    kind: str

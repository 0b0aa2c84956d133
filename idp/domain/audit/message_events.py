"""Events of messages: codes that went out, messages that were refused, templates that were tried."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from idp.domain.audit.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageCodeSent(Event):
    """A code for signing in, or for confirming a number, was sent on a channel."""

    IN_HISTORY: ClassVar[bool] = True
    account_id: UUID | None
    channel: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRefused(Event):
    """A code was not sent: `reason` is number, budget or too_often; `scope` is the spent budget, never a number."""

    account_id: UUID | None
    channel: str
    reason: str
    scope: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateTried(Event):
    """An operator sent a message with invented values to their own address."""

    template: str
    channel: str
    language: str

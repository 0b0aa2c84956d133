"""Queueing a message to a citizen; the worker renders it from `templates/mail` and hands it over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Self
from uuid import UUID

from idp.domain.events import outbox
from idp.domain.store.database import Session
from keys import DataKey

KIND: Final = "message"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message. `context` is what its template takes; `until` is when it stops being of use (a code)."""

    to: str = field(repr=False)
    template: str
    language: str = "id"
    context: Mapping[str, Any] = field(default_factory=dict, repr=False)
    channel: str = "email"
    citizen_id: UUID | None = None
    until: datetime | None = None

    @classmethod
    def of(cls, payload: Mapping[str, Any]) -> Self:
        """Read a message back out of the outbox."""
        until = payload.get("until")
        return cls(
            to=payload["to"],
            template=payload["template"],
            language=payload["language"],
            context=payload["context"],
            channel=payload["channel"],
            until=datetime.fromisoformat(until) if until else None,
        )


def queue(db: Session, seal: DataKey, message: Message, now: datetime) -> UUID:
    """Add a message to the caller's transaction: it goes out if, and only if, the act is committed."""
    payload = {
        "to": message.to,
        "template": message.template,
        "language": message.language,
        "context": dict(message.context),
        "channel": message.channel,
        "until": message.until.isoformat() if message.until else None,
    }
    return outbox.add(db, seal, KIND, payload, now, citizen_id=message.citizen_id)

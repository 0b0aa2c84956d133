"""Queueing a message to a citizen; the worker renders it from `templates/` and hands it over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final, Self
from uuid import UUID

from idp.domain.events import outbox
from idp.domain.store.database import Session
from keys import DataKey

KIND: Final = "message"
RECEIPT: Final = "receipt"
"""The outbox kind of asking a gateway whether a message arrived."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message. `context` is what its template takes; `until` is when it stops being of use (a code).

    `counted` tells that its budgets were spent when it was asked for; `avoid` names gateways that have failed it.
    """

    to: str = field(repr=False)
    template: str
    language: str = "id"
    context: Mapping[str, Any] = field(default_factory=dict, repr=False)
    channel: str = "email"
    citizen_id: UUID | None = None
    until: datetime | None = None
    counted: bool = False
    avoid: tuple[str, ...] = ()

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
            counted=bool(payload.get("counted")),
            avoid=tuple(payload.get("avoid", ())),
        )

    def avoiding(self, gateway: str) -> Self:
        """Return the same message for another gateway; it is counted again, since it costs again."""
        return replace(self, counted=False, avoid=(*self.avoid, gateway))


def queue(
    db: Session, seal: DataKey, message: Message, now: datetime, *, not_before: datetime | None = None
) -> UUID:
    """Add a message to the caller's transaction: it goes out if, and only if, the act is committed."""
    payload = {
        "to": message.to,
        "template": message.template,
        "language": message.language,
        "context": dict(message.context),
        "channel": message.channel,
        "until": message.until.isoformat() if message.until else None,
        "counted": message.counted,
        "avoid": list(message.avoid),
    }
    return outbox.add(db, seal, KIND, payload, now, citizen_id=message.citizen_id, not_before=not_before)

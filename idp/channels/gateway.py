"""SMS and WhatsApp by HTTP: one small JSON format that every gateway is adapted to (docs/reference/message-gateway.md).

A gateway is untrusted: it sees the number and the text, its answer is read with suspicion and never shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol
from urllib.parse import quote, urlsplit
from uuid import UUID

import orjson

from idp.channels.parts import parts
from idp.domain.events.outbox import DONE, Outcome, later, never
from idp.domain.messages.channels import Channel
from idp.domain.messages.letters import Letter
from idp.outbound import Outbound, OutboundFailed, OutboundRefused

ACCEPTED: Final = frozenset({"accepted", "delivered"})
GAVE_UP: Final = frozenset({"refused", "failed"})
OURS_TO_MEND: Final = frozenset({401, 403, 408, 409, 425, 429})
"""Client errors that say nothing about the message: the key, the pace, a repeat that is still under way."""
MOST_COST: Final = 1_000_000
MOST_ID_CHARS: Final = 200


@dataclass(frozen=True, slots=True)
class Handed:
    """What became of handing a message over; `reference` is what its delivery can be asked by."""

    outcome: Outcome = DONE
    cost: int = 0
    reference: str = ""


class Gateway(Protocol):
    """Whatever takes a written message for somebody."""

    @property
    def name(self) -> str:
        """Name it for counters and logs."""
        ...

    def send(self, letter: Letter, delivery_id: UUID, now: datetime) -> Handed:
        """Hand one message over; a repeat under the same id is the same message."""
        ...


class HttpGateway:
    """One SMS or WhatsApp gateway."""

    def __init__(
        self, outbound: Outbound, channel: Channel, url: str, key: str | None, sender: str, cost: int
    ) -> None:
        self._outbound = outbound
        self._channel = channel
        self._url = url
        self._headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if key:
            self._headers["Authorization"] = f"Bearer {key}"
        self._sender = sender
        self._cost = cost
        self.name = urlsplit(url).netloc

    def send(self, letter: Letter, delivery_id: UUID, now: datetime) -> Handed:
        """Post one message; the delivery's id is its idempotency key."""
        body = {
            "id": delivery_id.hex,
            "channel": self._channel.value,
            "from": self._sender,
            "to": letter.to,
            "text": letter.text,
            **({"expires_at": letter.until.isoformat()} if letter.until is not None else {}),
        }
        headers = {**self._headers, "Idempotency-Key": delivery_id.hex}
        try:
            answer = self._outbound.post(self._url, orjson.dumps(body), headers)
        except (OutboundFailed, OutboundRefused):
            return Handed(later("gateway_away"))
        if not 200 <= answer.status < 300:
            final = 400 <= answer.status < 500 and answer.status not in OURS_TO_MEND
            error = f"gateway_{answer.status}"
            return Handed(never(error) if final else later(error))
        said = _read(answer.body)
        if said.get("status") in GAVE_UP:
            return Handed(never("gateway_refused"))
        if said.get("status") not in ACCEPTED:
            return Handed(later("gateway_answer"))
        reference = "" if said["status"] == "delivered" else _reference(said.get("id"))
        return Handed(DONE, self._paid(said.get("cost"), letter.text), reference)

    def delivered(self, reference: str) -> bool | None:
        """Ask whether a message reached its phone; None while nobody knows.

        Raises:
            OutboundFailed: the gateway is away, or keeps no reports.
        """
        try:
            answer = self._outbound.get(f"{self._url}/{quote(reference, safe='')}", self._headers)
        except OutboundRefused as exc:
            raise OutboundFailed("refused") from exc
        if answer.status != 200:
            raise OutboundFailed(f"gateway_{answer.status}")
        status = _read(answer.body).get("status")
        return True if status == "delivered" else False if status in GAVE_UP else None

    def _paid(self, told: object, text: str) -> int:
        """Believe a sane price in the answer, else reckon with our own."""
        if isinstance(told, int) and not isinstance(told, bool) and 0 <= told <= MOST_COST:
            return told
        return self._cost * (parts(text) if self._channel is Channel.SMS else 1)


def _read(body: bytes) -> dict[str, Any]:
    try:
        said = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return said if isinstance(said, dict) else {}


def _reference(value: object) -> str:
    return value if isinstance(value, str) and len(value) <= MOST_ID_CHARS else ""

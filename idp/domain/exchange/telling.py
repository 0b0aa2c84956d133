"""Telling one client of one event: a security event token pushed to its address (RFC 8417, RFC 8935)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson

from idp.domain.audit.announcement_events import ServiceConfirmed, ServiceNotTold, ServiceTold
from idp.domain.audit.record import record
from idp.domain.citizens.models import Citizen
from idp.domain.events import announcements
from idp.domain.events.models import Announcement
from idp.domain.events.outbox import DONE, Delivery, Outcome, State, later, never, skipped
from idp.domain.registry.lookup import as_client
from idp.domain.registry.models import ClientRegistration
from idp.domain.store.database import Database, Session
from idp.protocol.oauth.client import Client
from idp.protocol.oauth.values import seconds
from idp.protocol.oidc.security_events import (
    ERRORS,
    MEDIA_TYPE,
    TYP,
    EventKind,
    security_event_claims,
    transaction,
)
from idp.protocol.oidc.subject import subject
from keys import DataKey, Keyring, compact

HEADERS: Final[Mapping[str, str]] = {
    "Content-Type": MEDIA_TYPE,
    "Accept": "application/json",
    "Cache-Control": "no-store",
}
ACCEPTED: Final = 202
REFUSED: Final = 400
NO_ADDRESS, UNKNOWN, CONFIRMED = "no_address", "unknown_client", "confirmed"

Push = Callable[[str, bytes, Mapping[str, str]], tuple[int, bytes] | None]
"""Sends a body to an address without following redirects: status and body of the answer, None when there was none."""


@dataclass(frozen=True, slots=True)
class Transmitter:
    """Who speaks: the issuer, the keys it signs with, the salt of pairwise subjects, the key of what waits."""

    issuer: str
    keyring: Keyring
    salt: bytes
    seal: DataKey


@dataclass(frozen=True, slots=True)
class _Told:
    announcement: Announcement
    client: Client
    account_id: UUID
    members: Mapping[str, Any]


def deliver(database: Database, by: Transmitter, push: Push, delivery: Delivery) -> Outcome:
    """Push the token once: 202 is received, 400 is refused for good, anything else is tried again (RFC 8935 §2)."""
    with database.unit_of_work() as db:
        told = _told(db, by.seal, delivery)
    if isinstance(told, Outcome):
        return told
    address = told.client.security_events_uri
    if address is None:
        return skipped(NO_ADDRESS)
    answer = push(address, token(by, told).encode("ascii"), HEADERS)
    if answer is None:
        return later("no_answer")
    status, body = answer
    if status == ACCEPTED:
        return DONE
    return never(f"refused{_error_in(body)}") if status == REFUSED else later(f"status_{status}")


def token(by: Transmitter, told: _Told) -> str:
    """Sign a token that speaks of one event and of one citizen by the name this client knows them by (RFC 8417)."""
    row, client = told.announcement, told.client
    due = {"confirm_by": seconds(row.answer_by)} if row.answer_by is not None else {}
    claims = security_event_claims(
        issuer=by.issuer,
        client_id=client.client_id,
        subject=subject(told.account_id, client, by.salt),
        kind=EventKind(row.kind),
        members={**told.members, **due},
        jti=row.id.hex,
        txn=transaction(row.act, client.client_id),
        occurred_at=row.occurred_at,
    )
    return compact(by.keyring.signer(client.id_token_signed_response_alg), claims, TYP)


def note(db: Session, delivery: Delivery, outcome: Outcome, state: State, now: datetime) -> None:
    """Write down that the client has the event, or why it will not get it."""
    row = db.get(Announcement, _id_of(delivery))
    if row is None or state == "waiting":
        return
    if state == "done" and not outcome.error:
        announcements.delivered(db, row.id, now)
        record(
            db,
            ServiceTold(citizen_id=row.citizen_id, client_id=row.client_id, jti=row.id, kind=row.kind),
            now,
        )
        return
    if outcome.error == CONFIRMED:
        return
    reason = outcome.error if state == "done" else "refused" if outcome.final else "no_answer"
    announcements.not_delivered(db, row.id, reason)
    event = ServiceNotTold(
        citizen_id=row.citizen_id, client_id=row.client_id, jti=row.id, kind=row.kind, reason=reason
    )
    record(db, event, now)


def confirm(db: Session, jti: UUID, client_id: str, now: datetime) -> bool:
    """Take a client's word that it has done what an event asks; False where it was told of no such event.

    Saying it twice is saying it once.
    """
    row = announcements.confirm(db, jti, client_id, now)
    if row is None:
        return announcements.own(db, jti, client_id) is not None
    event = ServiceConfirmed(citizen_id=row.citizen_id, client_id=client_id, jti=row.id, kind=row.kind)
    record(db, event, now)
    return True


def _told(db: Session, seal: DataKey, delivery: Delivery) -> _Told | Outcome:
    row = db.get(Announcement, _id_of(delivery))
    registration = db.get(ClientRegistration, delivery.client_id)
    citizen = db.get(Citizen, delivery.citizen_id)
    if row is None or registration is None or citizen is None:
        return skipped(UNKNOWN)
    if row.confirmed_at is not None:
        return skipped(CONFIRMED)
    return _Told(row, as_client(registration), citizen.account_id, announcements.payload_of(row, seal))


def _id_of(delivery: Delivery) -> UUID:
    return UUID(str(delivery.payload["announcement"]))


def _error_in(body: bytes) -> str:
    """Read the error code of a refusal; anything that is not registered is left out (RFC 8935 §2.3, §2.4)."""
    try:
        said = orjson.loads(body)
    except orjson.JSONDecodeError:
        return ""
    code = said.get("err") if isinstance(said, dict) else None
    return f"_{code}" if isinstance(code, str) and code in ERRORS else ""

"""Telling a client that a citizen has decided (CIBA Core §10.2): its address, its token, nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

import orjson

from idp.domain.audit.decoupled_events import PingUndelivered
from idp.domain.audit.record import record
from idp.domain.events import outbox
from idp.domain.events.outbox import DONE, Delivery, Outcome, State, later, never
from idp.domain.grants.decoupled import SEAL, Decoupled
from idp.domain.registry.lookup import as_client
from idp.domain.registry.models import ClientRegistration
from idp.domain.store.database import Database, Session
from keys import KeyTree

KIND: Final = "ping"
REFUSED: Final = (401, 403)

Post = Callable[[str, bytes, Mapping[str, str]], int | None]
"""Sends a body to an address without following redirects; the status, None when there was no answer."""


def queue(db: Session, tree: KeyTree, waiting: Decoupled, now: datetime) -> None:
    """Add a ping to the transaction of the decision, where the client asked for one."""
    token = waiting.extra.get("notification_token")
    if token is None:
        return
    payload = {
        "auth_req_id": waiting.extra["auth_req_id"],
        "token": token,
        "until": waiting.expires_at.isoformat(),
    }
    outbox.add(db, tree.vault.system(SEAL), KIND, payload, now, client_id=waiting.client_id)


def deliver(database: Database, post: Post, delivery: Delivery, now: datetime) -> Outcome:
    """Ping once. What the client answers beside a status is not read; 401 and 403 are final (CIBA Core §10.2)."""
    payload = delivery.payload
    if datetime.fromisoformat(payload["until"]) <= now:
        return never("too_late")
    with database.unit_of_work() as db:
        row = db.get(ClientRegistration, delivery.client_id)
        client = as_client(row) if row is not None and row.status == "approved" else None
    if client is None or client.backchannel_client_notification_endpoint is None:
        return never("no_address")
    headers = {
        "Content-Type": "application/json",
        "Authorization": f"Bearer {payload['token']}",
        "Cache-Control": "no-store",
    }
    body = orjson.dumps({"auth_req_id": payload["auth_req_id"]})
    status = post(client.backchannel_client_notification_endpoint, body, headers)
    if status is None:
        return later("no_answer")
    if 200 <= status < 300:
        return DONE
    return never(f"status_{status}") if status in REFUSED else later(f"status_{status}")


def note(db: Session, delivery: Delivery, state: State, now: datetime) -> None:
    """Record a ping that was given up; the client may still poll."""
    if state == "failed":
        record(db, PingUndelivered(client_id=delivery.client_id, attempts=delivery.attempts), now)

"""Telling one client that a session is over (OIDC Back-Channel Logout 1.0 §2.4, §2.5)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final
from urllib.parse import urlencode

from sqlalchemy import select

from idp.domain.audit.events import LogoutDelivered, LogoutUndelivered
from idp.domain.audit.record import record
from idp.domain.events.outbox import DONE, Delivery, Outcome, State, later, never
from idp.domain.registry.lookup import as_client
from idp.domain.registry.models import ClientRegistration
from idp.domain.sessions.models import BrowserSession
from idp.domain.store.database import Database, Session
from idp.protocol.oauth.client import Client
from idp.protocol.oauth.jwe import Answer, NoEncryptionKey
from idp.protocol.oidc.logout import TYP, logout_token_claims
from idp.protocol.oidc.sid import sid
from idp.protocol.oidc.subject import subject
from keys import Keyring, compact

ACCEPTED: Final = (200, 204)

Post = Callable[[str, bytes], int | None]
"""Sends a form to an address; the status of the answer, None when there was none."""
Seal = Callable[[Client, Answer, str], str]
"""Encrypts a logout token for a client that gets its ID Tokens encrypted (§2.4)."""


def deliver(
    database: Database,
    keyring: Keyring,
    salt: bytes,
    issuer: str,
    post: Post,
    seal: Seal,
    delivery: Delivery,
    now: datetime,
) -> Outcome:
    """Post a logout token; its `jti` is the delivery's id, so a second attempt is the same token to the client."""
    with database.unit_of_work() as db:
        row = db.get(ClientRegistration, delivery.client_id)
        session = db.scalars(
            select(BrowserSession).where(BrowserSession.id == delivery.session_id)
        ).one_or_none()
    if row is None or session is None:
        return never("unknown_session")
    client = as_client(row)
    if client.backchannel_logout_uri is None:
        return never("no_address")
    try:
        token = seal(client, Answer.ID_TOKEN, _token(keyring, salt, issuer, client, session, delivery, now))
    except NoEncryptionKey:
        return later("no_encryption_key")
    status = post(client.backchannel_logout_uri, urlencode({"logout_token": token}).encode("ascii"))
    if status is None:
        return later("no_answer")
    return DONE if status in ACCEPTED else later(f"status_{status}")


def note(db: Session, delivery: Delivery, state: State, now: datetime) -> None:
    """Record the end of a delivery: confirmed, or given up."""
    if delivery.session_id is None:
        return
    if state == "done":
        event = LogoutDelivered(
            citizen_id=delivery.citizen_id, client_id=delivery.client_id, session_id=delivery.session_id
        )
        record(db, event, now)
    elif state == "failed":
        given_up = LogoutUndelivered(
            citizen_id=delivery.citizen_id,
            client_id=delivery.client_id,
            session_id=delivery.session_id,
            attempts=delivery.attempts,
        )
        record(db, given_up, now)


def _token(
    keyring: Keyring,
    salt: bytes,
    issuer: str,
    client: Client,
    session: BrowserSession,
    delivery: Delivery,
    now: datetime,
) -> str:
    claims = logout_token_claims(
        issuer=issuer,
        client_id=client.client_id,
        now=now,
        jti=delivery.id.hex,
        subject=subject(session.account_id, client, salt),
        sid=sid(session.id, client.client_id, salt),
    )
    return compact(keyring.signer(client.id_token_signed_response_alg), claims, TYP)

"""A client asks a citizen to sign in (CIBA Core §7): who is meant, whether they may be asked, and telling them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import Select, select

from idp.domain.audit.decoupled_events import AskingRefused, CitizenAsked
from idp.domain.audit.record import record
from idp.domain.authenticators import throttle
from idp.domain.authenticators.throttle import Ladder
from idp.domain.citizens import identifiers
from idp.domain.citizens.models import Account, Citizen
from idp.domain.consent import blocks
from idp.domain.consent.models import Authorization
from idp.domain.grants import decoupled
from idp.domain.proofing import contact
from idp.domain.registry.lookup import is_approved
from idp.domain.sessions.browser import Place
from idp.domain.store.database import Session
from idp.protocol.decoupled.ciba import CibaRequest
from idp.protocol.decoupled.errors import RequestRefused, UnknownUserId
from idp.protocol.oauth.client import Client
from idp.protocol.oauth.errors import ProtocolError, TooManyRequests, UnauthorizedClient
from idp.protocol.oauth.values import Handle
from keys import KeyTree

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
PER_CITIZEN: Final = Ladder(10, MINUTE, MINUTE, 10, MINUTE, MINUTE)
PER_CITIZEN_HOURLY: Final = Ladder(60, HOUR, HOUR, 60, HOUR, HOUR)
STRANGERS: Final = Ladder(100, HOUR, HOUR, 100, HOUR, HOUR)
"""Hints that name nobody: a client must not find out who has an account by asking for everybody."""


@dataclass(frozen=True, slots=True)
class Asking:
    """What asking a citizen needs besides the request."""

    tree: KeyTree
    client: Client
    origin: Place
    issuer: str
    now: datetime


def subject_digest(sub: str) -> bytes:
    """Digest a `sub` for `authorization.subject`."""
    return hashlib.sha256(sub.encode()).digest()


def by_identifier(db: Session, tree: KeyTree, text: str) -> UUID | None:
    """Find the citizen somebody means with what people sign in with."""
    found = identifiers.classify(text)
    if found is None:
        return None
    digest = identifiers.digest(tree.blind_index, found.kind, found.value)
    account_id = identifiers.account_of(db, found.kind, digest)
    return db.scalar(_who_may_be_asked().where(Account.id == account_id)) if account_id else None


def by_subject(db: Session, client: Client, sub: str, now: datetime) -> UUID | None:
    """Find the citizen a client knows by this `sub`, while their consent stands."""
    return db.scalar(
        _who_may_be_asked()
        .join(Authorization, Authorization.citizen_id == Citizen.id)
        .where(
            Authorization.client_id == client.client_id,
            Authorization.subject == subject_digest(sub),
            Authorization.withdrawn_at.is_(None),
            Authorization.superseded_at.is_(None),
            Authorization.expires_at > now,
        )
        .limit(1)
    )


def ask(db: Session, asking: Asking, request: CibaRequest, citizen_id: UUID | None) -> Handle | ProtocolError:
    """Keep the request and tell its citizen; a refusal is returned, so that its record is committed."""
    error = _refusal(db, asking, citizen_id)
    if error is not None or citizen_id is None:
        return error or UnknownUserId()
    client, now = asking.client, asking.now
    handle = decoupled.mint("ciba", client.client_id, now)
    extra: dict[str, object] = {"binding_message": request.binding_message}
    if request.notification_token is not None:
        extra |= {"notification_token": request.notification_token, "auth_req_id": handle.text}
    decoupled.start(
        db,
        asking.tree.vault.system(decoupled.SEAL),
        "ciba",
        request.asked,
        asking.origin,
        now,
        lifetime=request.lifetime,
        citizen_id=citizen_id,
        extra=extra,
        event=CitizenAsked,
        handle=handle,
    )
    _tell(db, asking, request, citizen_id)
    return handle


def _refusal(db: Session, asking: Asking, citizen_id: UUID | None) -> ProtocolError | None:
    client, now, tree = asking.client, asking.now, asking.tree
    if not is_approved(db, client.client_id):
        record(db, AskingRefused(client_id=client.client_id, reason="suspended"), now)
        return UnauthorizedClient("the client is suspended")
    if citizen_id is None:
        verdict = throttle.count(
            db, "ciba.strangers", throttle.key(tree, client.client_id.encode()), STRANGERS, now
        )
        reason = "unknown" if verdict.allowed else "too_often"
        record(db, AskingRefused(client_id=client.client_id, reason=reason), now)
        if verdict.allowed:
            return UnknownUserId("no citizen can be asked by this hint")
        return _wait(verdict.wait)
    if blocks.is_blocked(db, citizen_id, client.client_id):
        record(db, AskingRefused(client_id=client.client_id, citizen_id=citizen_id, reason="blocked"), now)
        return RequestRefused("the citizen wants no requests from this client")
    name = throttle.key(tree, client.client_id.encode(), citizen_id.bytes)
    for kind, ladder in (("ciba.citizen", PER_CITIZEN), ("ciba.hourly", PER_CITIZEN_HOURLY)):
        verdict = throttle.count(db, kind, name, ladder, now)
        if not verdict.allowed:
            record(
                db, AskingRefused(client_id=client.client_id, citizen_id=citizen_id, reason="too_often"), now
            )
            return _wait(verdict.wait)
    return None


def _wait(wait: timedelta) -> ProtocolError:
    return TooManyRequests("too many requests", retry_after=-int(-wait.total_seconds() // 1))


def _tell(db: Session, asking: Asking, request: CibaRequest, citizen_id: UUID) -> None:
    """Write that a request waits; the letter leads to the account page and decides nothing (CIBA Core §9)."""
    citizen = db.get_one(Citizen, citizen_id)
    contact.write(
        db,
        asking.tree,
        citizen_id,
        "request_waiting",
        {
            "agency": asking.client.name(citizen.locale),
            "binding_message": request.binding_message or "",
            "minutes": max(1, int(request.lifetime / MINUTE)),
            "account_url": f"{asking.issuer}/me",
        },
        asking.now,
        help_url=f"{asking.issuer}/help",
        until=asking.now + request.lifetime,
    )


def _who_may_be_asked() -> Select[UUID]:
    return (
        select(Citizen.id)
        .join(Account, Account.id == Citizen.account_id)
        .where(Account.status == "active", Account.kind == "citizen", Citizen.erased_at.is_(None))
    )

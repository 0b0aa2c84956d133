"""The citizen decides on a request of another screen: once, and only while everything stands (RFC 8628 §3.3)."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Select, or_, select, update

from idp.domain.audit.decoupled_events import DecoupledRequestApproved, DecoupledRequestDenied
from idp.domain.audit.record import record
from idp.domain.citizens.models import Account, Citizen
from idp.domain.consent.models import Authorization
from idp.domain.grants import ping
from idp.domain.grants.decoupled import Decoupled
from idp.domain.grants.issue_code import given
from idp.domain.grants.models import DecoupledRequest
from idp.domain.grants.situation import Standing
from idp.domain.registry.models import ClientRegistration
from idp.domain.sessions.models import BrowserSession
from idp.domain.store.database import Session
from idp.protocol.oauth.client import Client
from keys import KeyTree

CITIZEN = "citizen"
"""Who decided, where it was the citizen; a sandbox command names itself."""


def approve(
    db: Session,
    tree: KeyTree,
    waiting: Decoupled,
    client: Client,
    standing: Standing,
    now: datetime,
    by: str = CITIZEN,
) -> bool:
    """Approve a request of which nothing more is asked, through the eligibility gate.

    False when it was decided, expired or is another citizen's, or when session, consent, account or client fell.
    """
    decided = _decide(
        db,
        waiting,
        now,
        standing.citizen_id,
        _stands(client, standing, now),
        decision="approved",
        citizen_id=standing.citizen_id,
        account_id=standing.account_id,
        authorization_id=standing.authorization_id,
        session_id=uuid4(),
        amr=" ".join(standing.session.amr),
        auth_time=standing.session.auth_time,
        **given(waiting.asked, client, standing),
    )
    if decided and standing.authorization_id is not None:
        event = DecoupledRequestApproved(
            citizen_id=standing.citizen_id,
            client_id=client.client_id,
            request_id=waiting.id,
            authorization_id=standing.authorization_id,
            by=by,
        )
        record(db, event, now)
        ping.queue(db, tree, waiting, now)
    return decided


def deny(
    db: Session,
    tree: KeyTree,
    waiting: Decoupled,
    citizen_id: UUID | None,
    now: datetime,
    by: str = CITIZEN,
) -> bool:
    """Refuse a request that still waits; `citizen_id` is who is signed in, if anybody."""
    decided = _decide(db, waiting, now, citizen_id or waiting.citizen_id, decision="denied")
    if decided:
        event = DecoupledRequestDenied(
            citizen_id=citizen_id, client_id=waiting.client_id, request_id=waiting.id, by=by
        )
        record(db, event, now)
        ping.queue(db, tree, waiting, now)
    return decided


def _decide(
    db: Session, waiting: Decoupled, now: datetime, whose: UUID | None, *gate: Any, **values: Any
) -> bool:
    """Write a decision down, whoever races us; one statement."""
    decided = db.execute(
        update(DecoupledRequest)
        .where(
            DecoupledRequest.id == waiting.id,
            DecoupledRequest.decision.is_(None),
            DecoupledRequest.expires_at > now,
            or_(DecoupledRequest.citizen_id.is_(None), DecoupledRequest.citizen_id == whose),
            *gate,
        )
        .values(decided_at=now, **values)
        .returning(DecoupledRequest.id)
        .execution_options(synchronize_session=False)
    )
    return decided.first() is not None


def _stands(client: Client, standing: Standing, now: datetime) -> Any:
    """What must stand where a code would be issued: the session, and all that hangs on it (reliability 5.5)."""
    return (
        eligible(client, standing.account_id, standing.authorization_id, now)
        .join(BrowserSession, BrowserSession.citizen_id == Citizen.id)
        .where(
            BrowserSession.id == standing.session_id,
            BrowserSession.ended_at.is_(None),
            BrowserSession.idle_expires_at > now,
            BrowserSession.expires_at > now,
        )
        .exists()
    )


def eligible(client: Client, account_id: UUID, authorization_id: UUID | None, now: datetime) -> Select[UUID]:
    """Select the consent of this account to this client, if account, person, consent and client stand."""
    return (
        select(Authorization.id)
        .join(ClientRegistration, ClientRegistration.id == Authorization.client_id)
        .join(Citizen, Citizen.id == Authorization.citizen_id)
        .join(Account, Account.id == Citizen.account_id)
        .where(
            Authorization.id == authorization_id,
            Authorization.client_id == client.client_id,
            Authorization.withdrawn_at.is_(None),
            Authorization.superseded_at.is_(None),
            Authorization.expires_at > now,
            ClientRegistration.status == "approved",
            Citizen.erased_at.is_(None),
            Account.id == account_id,
            Account.status == "active",
        )
    )

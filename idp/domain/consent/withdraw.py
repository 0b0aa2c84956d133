"""Taking a consent back: everything that rests on it stops at once (UU PDP art. 9, 40)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import update

from idp.domain.audit.events import ConsentWithdrawn
from idp.domain.audit.record import record
from idp.domain.consent.decisions import standing
from idp.domain.consent.models import Authorization
from idp.domain.events.announcements import CLOCK, announce
from idp.domain.registry import participation
from idp.domain.registry.models import ClientRegistration
from idp.domain.store.database import Session
from idp.protocol.oidc.security_events import EventKind
from keys import DataKey


def withdraw(
    db: Session,
    seal: DataKey,
    citizen_id: UUID,
    client_id: str,
    live_sessions: Collection[UUID],
    now: datetime,
    *,
    kind: EventKind = EventKind.CONSENT_WITHDRAWN,
) -> bool:
    """Withdraw what a citizen gives a client and end its session there; False when nothing stands.

    The client is told, and has 3 x 24 hours to confirm that it has stopped (UU PDP art. 40). `kind` is what it is
    told when the consent ends by something greater. Rows that a later consent superseded are withdrawn too: tokens
    may still rest on them (decisions 6).
    """
    given = standing(db, citizen_id, client_id, now)
    withdrawn = db.execute(
        update(Authorization)
        .where(
            Authorization.citizen_id == citizen_id,
            Authorization.client_id == client_id,
            Authorization.withdrawn_at.is_(None),
        )
        .values(withdrawn_at=now)
        .returning(Authorization.id, Authorization.granted)
        .execution_options(synchronize_session=False)
    ).all()
    if not withdrawn:
        return False
    ended = given if given is not None else withdrawn[0]  # tokens may rest on a row that stands no more
    client = db.get_one(ClientRegistration, client_id)
    for session_id in participation.sessions_with(db, citizen_id, client_id) & set(live_sessions):
        participation.tell(db, (client,), session_id=session_id, citizen_id=citizen_id, now=now)
    announce(
        db,
        seal,
        client_id=client_id,
        citizen_id=citizen_id,
        kind=kind,
        payload={"claims": ended.granted.split()},
        now=now,
        answer_by=now + CLOCK,
    )
    event = ConsentWithdrawn(citizen_id=citizen_id, client_id=client_id, authorization_id=ended.id)
    record(db, event, now)
    return True

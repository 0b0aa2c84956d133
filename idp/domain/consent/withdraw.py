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
from idp.domain.registry import participation
from idp.domain.registry.models import ClientRegistration
from idp.domain.store.database import Session


def withdraw(
    db: Session, citizen_id: UUID, client_id: str, live_sessions: Collection[UUID], now: datetime
) -> bool:
    """Withdraw what a citizen gives a client and end its session there; False when nothing stands.

    Rows that a later consent superseded are withdrawn too: tokens may still rest on them (decisions 6).
    """
    given = standing(db, citizen_id, client_id, now)
    if given is None:
        return False
    withdrawn = db.execute(
        update(Authorization)
        .where(
            Authorization.citizen_id == citizen_id,
            Authorization.client_id == client_id,
            Authorization.withdrawn_at.is_(None),
        )
        .values(withdrawn_at=now)
        .returning(Authorization.id)
        .execution_options(synchronize_session=False)
    ).all()
    if not withdrawn:
        return False
    client = db.get_one(ClientRegistration, client_id)
    for session_id in participation.sessions_with(db, citizen_id, client_id) & set(live_sessions):
        participation.tell(db, (client,), session_id=session_id, citizen_id=citizen_id, now=now)
    event = ConsentWithdrawn(citizen_id=citizen_id, client_id=client_id, authorization_id=given.id)
    record(db, event, now)
    return True

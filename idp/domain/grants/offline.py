"""Ending what lives on without a session: offline families die with the password they rest on (decisions 7)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update

from idp.domain.audit.events import TokenRevoked
from idp.domain.audit.record import record
from idp.domain.consent.models import Authorization
from idp.domain.grants.models import Family
from idp.domain.store.database import Session


def end_offline(db: Session, citizen_id: UUID, reason: str, now: datetime) -> int:
    """Revoke every offline family of a citizen; return how many stood (OIDC Core §11)."""
    given = select(Authorization.id).where(Authorization.citizen_id == citizen_id)
    ended = db.execute(
        update(Family)
        .where(Family.authorization_id.in_(given), Family.offline, Family.revoked_at.is_(None))
        .values(revoked_at=now, revoke_reason=reason)
        .returning(Family.id, Family.client_id)
        .execution_options(synchronize_session=False)
    ).all()
    for row in ended:
        record(db, TokenRevoked(citizen_id=citizen_id, client_id=row.client_id, family_id=row.id), now)
    return len(ended)

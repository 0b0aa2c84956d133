"""Ending what lives on without a browser's session (decisions 7, ADR 0017).

Offline families die with the password they rest on. Those that began at another screen or without any are signed-in
devices to their citizen, who ends them like sessions. A family of a browser is told by its session, whose row is
kept for longer than the family lives.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnExpressionArgument, select, update

from idp.domain.audit.events import TokenRevoked
from idp.domain.audit.record import record
from idp.domain.consent.models import Authorization
from idp.domain.grants.models import DecoupledRequest, Family
from idp.domain.registry.models import ClientRegistration
from idp.domain.sessions.models import BrowserSession
from idp.domain.store.database import Session

NOT_A_BROWSERS = ~select(BrowserSession.id).where(BrowserSession.id == Family.session_id).exists()


@dataclass(frozen=True, slots=True)
class Device:
    """What a citizen approved at another screen and still stands."""

    family_id: UUID
    client: ClientRegistration
    started_at: datetime
    used_at: datetime


def devices(db: Session, citizen_id: UUID, now: datetime) -> Sequence[Device]:
    """Return what was approved at another screen or without one and still stands, the latest used first."""
    rows = db.execute(
        select(Family.id, ClientRegistration, Family.started_at, Family.refreshed_at)
        .join(Authorization, Authorization.id == Family.authorization_id)
        .join(ClientRegistration, ClientRegistration.id == Family.client_id)
        .where(
            Authorization.citizen_id == citizen_id,
            Authorization.withdrawn_at.is_(None),
            Authorization.expires_at > now,
            Family.revoked_at.is_(None),
            Family.expires_at > now,
            NOT_A_BROWSERS,
        )
        .order_by(Family.refreshed_at.desc())
    )
    return [Device(*row) for row in rows]


def end_device(db: Session, citizen_id: UUID, family_id: UUID, reason: str, now: datetime) -> bool:
    """End one of them; False when it is not this citizen's or has ended already."""
    return _end(db, citizen_id, reason, now, NOT_A_BROWSERS, Family.id == family_id) == 1


def end_devices(db: Session, citizen_id: UUID, reason: str, now: datetime) -> int:
    """End all of them, and what was approved and not fetched yet; return how many stood."""
    _take_back(db, citizen_id, now)
    return _end(db, citizen_id, reason, now, NOT_A_BROWSERS)


def end_offline(db: Session, citizen_id: UUID, reason: str, now: datetime) -> int:
    """Revoke every offline family of a citizen, devices among them; return how many stood (OIDC Core §11)."""
    _take_back(db, citizen_id, now)
    return _end(db, citizen_id, reason, now, Family.offline)


def _take_back(db: Session, citizen_id: UUID, now: datetime) -> None:
    """Turn approvals that nobody has redeemed into refusals; first, so that one being redeemed is a family by then."""
    db.execute(
        update(DecoupledRequest)
        .where(
            DecoupledRequest.citizen_id == citizen_id,
            DecoupledRequest.decision == "approved",
            DecoupledRequest.redeemed_at.is_(None),
            DecoupledRequest.expires_at > now,
        )
        .values(decision="denied", decided_at=now)
        .execution_options(synchronize_session=False)
    )


def _end(
    db: Session, citizen_id: UUID, reason: str, now: datetime, *which: ColumnExpressionArgument[bool]
) -> int:
    given = select(Authorization.id).where(Authorization.citizen_id == citizen_id)
    ended = db.execute(
        update(Family)
        .where(Family.authorization_id.in_(given), Family.revoked_at.is_(None), *which)
        .values(revoked_at=now, revoke_reason=reason)
        .returning(Family.id, Family.client_id)
        .execution_options(synchronize_session=False)
    ).all()
    for row in ended:
        record(db, TokenRevoked(citizen_id=citizen_id, client_id=row.client_id, family_id=row.id), now)
    return len(ended)

"""What is agreed between agencies: who may read whose attributes, why, on which ground, until when (UU PDP art. 20).

Nothing of one agency flows to another without an agreement in force. The consumer asks, the owner says yes, and the
platform puts it into force: three parties, and never one person for two of them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select

from idp.domain.exchange.agreement_models import Agreement, AgreementStep
from idp.domain.registry.changes import NotAllowed
from idp.domain.store.database import Session

REQUESTED, AGREED, IN_FORCE_STATUS = "requested", "agreed", "in_force"
SUSPENDED, ENDED, REFUSED = "suspended", "ended", "refused"
EXPIRED: Final = "expired"
"""How a row in force reads after its last day; it is no status of its own, so nothing has to run at midnight."""
STANDINGS: Final = (REQUESTED, AGREED, IN_FORCE_STATUS, SUSPENDED, EXPIRED, ENDED, REFUSED)
OPEN: Final = (REQUESTED, AGREED)
"""What somebody still has to decide."""
SOON: Final = timedelta(days=30)

IN_FORCE: Final = "ag.status = 'in_force' AND ag.expires_at > :now"
"""For hand-written statements that join `agreement ag` on its consumer."""


def readable(db: Session, consumer_id: str, now: datetime) -> frozenset[str]:
    """Return the attributes of others that agreements in force let an agency read."""
    found = db.scalars(
        select(Agreement.attributes).where(
            Agreement.consumer_id == consumer_id,
            Agreement.status == IN_FORCE_STATUS,
            Agreement.expires_at > now,
        )
    )
    return frozenset(name for names in found for name in names.split())


def standing(row: Agreement, now: datetime) -> str:
    """Say where an agreement stands: its status, or `expired` once its last day is over."""
    return EXPIRED if row.status in (IN_FORCE_STATUS, SUSPENDED) and row.expires_at <= now else row.status


def find(db: Session, agreement_id: UUID) -> Agreement:
    """Return an agreement.

    Raises:
        NotAllowed: `unknown_agreement`.
    """
    row = db.get(Agreement, agreement_id)
    if row is None:
        raise NotAllowed("unknown_agreement", "there is no such agreement")
    return row


def search(
    db: Session,
    now: datetime,
    *,
    agency_id: str | None = None,
    text: str = "",
    standings: Collection[str] = (),
    expires_before: datetime | None = None,
    limit: int = 200,
) -> Sequence[Agreement]:
    """Return agreements, newest first: of one agency on either side, by words in them, by where they stand."""
    wanted = select(Agreement)
    if agency_id is not None:
        wanted = wanted.where(or_(Agreement.consumer_id == agency_id, Agreement.owner_id == agency_id))
    for word in text.split()[:8]:
        wanted = wanted.where(
            or_(
                *(
                    func.lower(column).contains(word.lower(), autoescape=True)
                    for column in (
                        Agreement.consumer_id,
                        Agreement.owner_id,
                        Agreement.attributes,
                        Agreement.purpose_id,
                        Agreement.purpose_en,
                        Agreement.legal_reference,
                    )
                )
            )
        )
    if expires_before is not None:
        wanted = wanted.where(Agreement.expires_at > now, Agreement.expires_at <= expires_before)
    if standings:
        wanted = wanted.where(or_(*_standing(standings, now)))
    return db.scalars(wanted.order_by(Agreement.created_at.desc(), Agreement.id).limit(limit)).all()


def expiring(db: Session, now: datetime, agency_id: str | None = None) -> Sequence[Agreement]:
    """Return agreements in force that end within 30 days, the nearest first."""
    found = search(
        db, now, agency_id=agency_id, standings=(IN_FORCE_STATUS,), expires_before=now + SOON, limit=1000
    )
    return sorted(found, key=lambda row: row.expires_at)


def history(db: Session, agreement_id: UUID) -> Sequence[AgreementStep]:
    """Return every step of an agreement, the oldest first."""
    return db.scalars(
        select(AgreementStep).where(AgreementStep.agreement_id == agreement_id).order_by(AgreementStep.number)
    ).all()


def last_party(db: Session, agreement_id: UUID, step: str) -> str | None:
    """Return who took a step last."""
    return db.scalars(
        select(AgreementStep.party)
        .where(AgreementStep.agreement_id == agreement_id, AgreementStep.step == step)
        .order_by(AgreementStep.number.desc())
        .limit(1)
    ).first()


def readers(db: Session, name: str, now: datetime) -> Sequence[Agreement]:
    """Return the agreements in force under which an attribute is read."""
    found = search(db, now, text=name, standings=(IN_FORCE_STATUS,), limit=1000)
    return [row for row in found if name in row.attributes.split()]


def _standing(standings: Collection[str], now: datetime) -> Iterator[ColumnElement[bool]]:
    for wanted in standings:
        if wanted == EXPIRED:
            yield Agreement.status.in_((IN_FORCE_STATUS, SUSPENDED)) & (Agreement.expires_at <= now)
        elif wanted in (IN_FORCE_STATUS, SUSPENDED):
            yield (Agreement.status == wanted) & (Agreement.expires_at > now)
        else:
            yield Agreement.status == wanted

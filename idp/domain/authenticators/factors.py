"""What an account proves itself with beside the password: listing it, and taking one off (attacks O-109)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, delete, select, update

from idp.domain.audit.account_events import FactorRemoved
from idp.domain.audit.record import record
from idp.domain.authenticators import ways_in
from idp.domain.authenticators.models import Factor
from idp.domain.authenticators.passkey_models import Passkey
from idp.domain.store.database import Session

MOST: Final = 5
"""How many of a kind one account keeps."""


class LastFactor(Exception):
    """The factor stays: without it the owner could not always come back (`ways_in.py`)."""


def of(db: Session, account_id: UUID, kind: str | None = None) -> Sequence[Factor]:
    """Return the factors of an account, the oldest first; all kinds unless one is named."""
    found = select(Factor).where(Factor.account_id == account_id, Factor.removed_at.is_(None))
    if kind is not None:
        found = found.where(Factor.kind == kind)
    return db.scalars(found.order_by(Factor.created_at, Factor.id)).all()


def remove(
    db: Session, account_id: UUID, factor_id: UUID, now: datetime, *, citizen_id: UUID | None = None
) -> Factor | None:
    """Take a factor off; None when it is not theirs or gone already.

    Changes of one account wait for each other, so that two at once never leave none.

    Raises:
        LastFactor: what is left would not be enough.
    """
    standing = ways_in.read(db, account_id)
    factor = next((each for each in of(db, account_id) if each.id == factor_id), None)
    if factor is None:
        return None
    if not standing.without(factor.kind).enough:
        raise LastFactor
    taken = db.execute(
        update(Factor)
        .where(Factor.id == factor_id, Factor.removed_at.is_(None))
        .values(removed_at=now)
        .returning(Factor.id)
        .execution_options(synchronize_session=False)
    ).first()
    if taken is None:
        return None
    event = FactorRemoved(citizen_id=citizen_id, account_id=account_id, kind=factor.kind)
    record(db, event, now)
    return factor


def take_off(
    db: Session, account_id: UUID, now: datetime, *which: ColumnElement[bool], citizen_id: UUID | None
) -> Sequence[str]:
    """Take factors off whose owner comes back by another proof, all or some; return their kinds."""
    taken = db.execute(
        update(Factor)
        .where(Factor.account_id == account_id, Factor.removed_at.is_(None), *which)
        .values(removed_at=now, secret=b"")
        .returning(Factor.id, Factor.kind)
        .execution_options(synchronize_session=False)
    ).all()
    gone = [factor.id for factor in taken]
    db.execute(
        delete(Passkey).where(Passkey.factor_id.in_(gone)).execution_options(synchronize_session=False)
    )
    for factor in taken:
        record(db, FactorRemoved(citizen_id=citizen_id, account_id=account_id, kind=factor.kind), now)
    return [factor.kind for factor in taken]

"""Permits to set a new password and a new second factor: what the counter and the identity check end in.

A permit is 80 random bits, kept as a peppered digest bound to its account; good once, for a day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID, uuid4

from sqlalchemy import select, update

from idp.domain.audit.record import record
from idp.domain.audit.recovery_events import PermitIssued
from idp.domain.authenticators import recovery_codes
from idp.domain.cases.models import EnrolmentPermit
from idp.domain.store.database import Session
from keys import KeyTree

LIFETIME: Final = timedelta(hours=24)

Origin = Literal["counter", "identity"]


@dataclass(frozen=True, slots=True)
class Permit:
    """A permit that is good now."""

    id: UUID
    account_id: UUID
    citizen_id: UUID
    origin: str
    case_id: UUID | None


def issue(
    db: Session,
    tree: KeyTree,
    *,
    account_id: UUID,
    citizen_id: UUID,
    origin: Origin,
    case_id: UUID | None = None,
    actor: str | None = None,
    lifetime: timedelta = LIFETIME,
    now: datetime,
) -> str:
    """Make a permit and void those before it; the code is shown or sent once."""
    retire(db, account_id, now)
    code = recovery_codes.new_codes()[0]
    db.add(
        EnrolmentPermit(
            id=uuid4(),
            account_id=account_id,
            citizen_id=citizen_id,
            origin=origin,
            case_id=case_id,
            digest=_digest(tree, account_id, code),
            created_at=now,
            expires_at=now + lifetime,
        )
    )
    db.flush()
    record(db, PermitIssued(citizen_id=citizen_id, origin=origin, case_id=case_id, actor=actor), now)
    return code


def find(db: Session, tree: KeyTree, account_id: UUID, code: str, now: datetime) -> Permit | None:
    """Return the permit of a code without spending it."""
    return _one(db, EnrolmentPermit.digest == _digest(tree, account_id, code), now)


def by_id(db: Session, permit_id: UUID, now: datetime) -> Permit | None:
    """Return a permit that was shown before, as long as it is good."""
    return _one(db, EnrolmentPermit.id == permit_id, now)


def spend(db: Session, permit_id: UUID, now: datetime) -> bool:
    """Spend a permit, once, in the transaction that enrols."""
    spent = db.execute(
        update(EnrolmentPermit)
        .where(EnrolmentPermit.id == permit_id, *_good(now))
        .values(used_at=now)
        .returning(EnrolmentPermit.id)
        .execution_options(synchronize_session=False)
    )
    return spent.first() is not None


def retire(db: Session, account_id: UUID, now: datetime) -> None:
    """Void the permits of an account."""
    db.execute(
        update(EnrolmentPermit)
        .where(
            EnrolmentPermit.account_id == account_id,
            EnrolmentPermit.used_at.is_(None),
            EnrolmentPermit.retired_at.is_(None),
        )
        .values(retired_at=now)
        .execution_options(synchronize_session=False)
    )


def _one(db: Session, which: object, now: datetime) -> Permit | None:
    row = db.scalars(select(EnrolmentPermit).where(which, *_good(now))).one_or_none()  # type: ignore[arg-type]
    return (
        Permit(row.id, row.account_id, row.citizen_id, row.origin, row.case_id) if row is not None else None
    )


def _good(now: datetime) -> tuple:  # type: ignore[type-arg]  # SQLAlchemy criteria
    return (
        EnrolmentPermit.used_at.is_(None),
        EnrolmentPermit.retired_at.is_(None),
        EnrolmentPermit.expires_at > now,
    )


def _digest(tree: KeyTree, account_id: UUID, code: str) -> bytes:
    text = recovery_codes.canonical(code).encode("utf-8", "replace")
    return tree.pepper(b"permit|" + account_id.bytes + b"|" + text)

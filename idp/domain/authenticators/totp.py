"""Codes of an authenticator application: HMAC-SHA-1, six digits, 30 seconds (RFC 6238, RFC 4226).

SHA-1 because every application knows it; HMAC does not lean on collision resistance.
"""

from __future__ import annotations

import hmac
from datetime import datetime
from uuid import UUID, uuid4

import pyotp
from sqlalchemy import select, update

from idp.domain.audit.events import FactorEnrolled
from idp.domain.audit.record import record
from idp.domain.authenticators.models import Factor
from idp.domain.store.database import Session
from keys import DataKey, Place

KIND = "totp"
SECONDS, DIGITS, DRIFT = 30, 6, 1
ISSUER = "Gerbang"


def new_secret() -> str:
    """Make a 160-bit secret in base32 (RFC 4226 §4)."""
    return pyotp.random_base32(32)


def uri(secret: str, label: str) -> str:
    """Return the `otpauth:` address an application reads from the QR code."""
    return pyotp.TOTP(secret, digits=DIGITS, interval=SECONDS).provisioning_uri(
        name=label, issuer_name=ISSUER
    )


def step_at(now: datetime) -> int:
    """Return the number of the time step (RFC 6238 §4.2)."""
    return int(now.timestamp()) // SECONDS


def code_at(secret: str, step: int) -> str:
    """Return the code of a time step."""
    return pyotp.TOTP(secret, digits=DIGITS, interval=SECONDS).generate_otp(step)


def matching_step(secret: str, code: str, now: datetime) -> int | None:
    """Return the step a code belongs to, at most one away from now (RFC 6238 §5.2); all are compared."""
    given = typed(code)
    here = step_at(now)
    found = None
    for step in range(here - DRIFT, here + DRIFT + 1):
        if step >= 0 and hmac.compare_digest(code_at(secret, step).encode(), given.encode()):
            found = step
    return found


def typed(code: str) -> str:
    """Return the digits of a code as people type it, with or without a space in the middle."""
    return "".join(code.split())[:16]


def enrol(
    db: Session,
    seal: DataKey,
    account_id: UUID,
    secret: str,
    now: datetime,
    *,
    citizen_id: UUID | None = None,
    confirmed_step: int = 0,
    name: str = "",
    actor: str | None = None,
) -> UUID:
    """Keep a secret whose first code was right; that code opens nothing any more."""
    factor_id = uuid4()
    db.add(
        Factor(
            id=factor_id,
            account_id=account_id,
            kind=KIND,
            name=name,
            secret=seal.seal(secret.encode("ascii"), _place(factor_id)),
            last_step=confirmed_step,
            created_at=now,
        )
    )
    db.flush()
    record(db, FactorEnrolled(account_id=account_id, citizen_id=citizen_id, kind=KIND, actor=actor), now)
    return factor_id


def claim(db: Session, seal: DataKey, account_id: UUID, code: str, now: datetime) -> bool:
    """Spend a code: right, and of a step later than any used before, whoever races us (RFC 6238 §5.2)."""
    factors = db.scalars(
        select(Factor).where(
            Factor.account_id == account_id, Factor.kind == KIND, Factor.removed_at.is_(None)
        )
    ).all()
    for factor in factors:
        secret = seal.unseal(factor.secret, _place(factor.id)).decode("ascii")
        step = matching_step(secret, code, now)
        if step is not None and _advance(db, factor.id, step, now):
            return True
    return False


def enrolled(db: Session, account_id: UUID) -> bool:
    """Tell whether an account has an authenticator application."""
    return (
        db.scalars(
            select(Factor.id)
            .where(Factor.account_id == account_id, Factor.kind == KIND, Factor.removed_at.is_(None))
            .limit(1)
        ).first()
        is not None
    )


def _advance(db: Session, factor_id: UUID, step: int, now: datetime) -> bool:
    moved = db.execute(
        update(Factor)
        .where(Factor.id == factor_id, Factor.last_step < step, Factor.removed_at.is_(None))
        .values(last_step=step, last_used_at=now)
        .returning(Factor.id)
        .execution_options(synchronize_session=False)
    )
    return moved.first() is not None


def _place(factor_id: UUID) -> Place:
    return Place("factor", "secret", factor_id.hex)

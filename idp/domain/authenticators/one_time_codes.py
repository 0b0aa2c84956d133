"""Codes sent to an address: six digits, ten minutes, five tries, the newest only (NIST SP 800-63B-4 §3.1.3.2)."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import select, update

from idp.domain.authenticators import throttle
from idp.domain.authenticators.models import OneTimeCode
from idp.domain.store.database import Session
from keys import KeyTree

DIGITS = 6
LIFETIME = timedelta(minutes=10)
TRIES = 5
RESEND_AFTER = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Sending:
    """A code to be sent, or how long to wait before another may be asked for."""

    code: str | None = field(repr=False)
    wait: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A code on its way: since when, and how long until another may be asked for."""

    since: datetime
    resend_wait: timedelta


def holder(tree: KeyTree, *parts: bytes) -> bytes:
    """Name whom a code is for, for instance an address within one registration."""
    return tree.mac("one-time-code", b"|".join(part.hex().encode() for part in parts))


def issue(
    db: Session,
    tree: KeyTree,
    purpose: str,
    holder: bytes,
    *,
    address: str,
    network: str,
    policy: throttle.Policy,
    now: datetime,
    account: bytes = b"",
    proved: bool = False,
) -> Sending:
    """Make a code and retire the earlier one; limits per account, address and network hold (attacks O-102).

    An address the account has `proved` has a counter of that account's own, so that strangers who type it use nothing
    up; all strangers together have one (ADR 0026).

    Commits when a limit says no, so that asking again and again stays counted. The network is counted first: one that
    is blocked uses up nothing of an address or an account. Of requests at the same moment one gets a code: the counters
    make them wait for each other, and the later ones see the code.
    """
    wait = _too_soon(db, purpose, holder, now)
    if wait is not None:
        return Sending(None, wait)
    whose = ("send.own", account) if proved else ("send.address", b"")
    limits = [
        ("send.network", throttle.key(tree, network.encode()), policy.sending_network),
        (whose[0], throttle.key(tree, address.lower().encode(), whose[1]), policy.sending),
    ]
    if account:
        limits.append(("send.account", throttle.key(tree, account), policy.sending))
    for kind, key, ladder in limits:
        verdict = throttle.count(db, kind, key, ladder, now)
        if not verdict.allowed:
            db.commit()
            return Sending(None, verdict.wait)
    wait = _too_soon(db, purpose, holder, now)
    if wait is not None:
        for kind, key, _ladder in limits:
            throttle.give_back(db, kind, key)
        return Sending(None, wait)
    retire(db, purpose, holder, now)
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
    db.add(
        OneTimeCode(
            id=uuid4(),
            purpose=purpose,
            holder=holder,
            digest=_digest(tree, purpose, holder, code),
            created_at=now,
            expires_at=now + LIFETIME,
        )
    )
    db.flush()
    return Sending(code)


def retire(db: Session, purpose: str, holder: bytes, now: datetime) -> None:
    """Make void what a holder was sent."""
    db.execute(
        update(OneTimeCode)
        .where(
            OneTimeCode.purpose == purpose,
            OneTimeCode.holder == holder,
            OneTimeCode.used_at.is_(None),
            OneTimeCode.retired_at.is_(None),
        )
        .values(retired_at=now)
    )


def waiting(db: Session, purpose: str, holder: bytes, now: datetime) -> Waiting | None:
    """Tell of the code that a holder has been sent and may still type in."""
    row = db.scalars(
        select(OneTimeCode).where(
            OneTimeCode.purpose == purpose,
            OneTimeCode.holder == holder,
            OneTimeCode.used_at.is_(None),
            OneTimeCode.retired_at.is_(None),
            OneTimeCode.expires_at > now,
        )
    ).one_or_none()
    if row is None:
        return None
    return Waiting(row.created_at, max(timedelta(0), row.created_at + RESEND_AFTER - now))


def _too_soon(db: Session, purpose: str, holder: bytes, now: datetime) -> timedelta | None:
    last = db.scalars(
        select(OneTimeCode.created_at)
        .where(OneTimeCode.purpose == purpose, OneTimeCode.holder == holder)
        .order_by(OneTimeCode.created_at.desc())
        .limit(1)
    ).first()
    return RESEND_AFTER - (now - last) if last is not None and now - last < RESEND_AFTER else None


def claim(db: Session, tree: KeyTree, purpose: str, holder: bytes, code: str, now: datetime) -> bool:
    """Spend the newest code of a holder; the try is counted and committed before it is judged."""
    counted = db.execute(
        update(OneTimeCode)
        .where(
            OneTimeCode.purpose == purpose,
            OneTimeCode.holder == holder,
            OneTimeCode.used_at.is_(None),
            OneTimeCode.retired_at.is_(None),
            OneTimeCode.expires_at > now,
            OneTimeCode.tries < TRIES,
        )
        .values(tries=OneTimeCode.tries + 1)
        .returning(OneTimeCode.id, OneTimeCode.digest)
        .execution_options(synchronize_session=False)
    ).first()
    db.commit()
    if counted is None:
        return False
    given = "".join(code.split())[:16]
    if not hmac.compare_digest(counted.digest, _digest(tree, purpose, holder, given)):
        return False
    spent = db.execute(
        update(OneTimeCode)
        .where(OneTimeCode.id == counted.id, OneTimeCode.used_at.is_(None), OneTimeCode.retired_at.is_(None))
        .values(used_at=now)
        .returning(OneTimeCode.id)
        .execution_options(synchronize_session=False)
    )
    return spent.first() is not None


def _digest(tree: KeyTree, purpose: str, holder: bytes, code: str) -> bytes:
    return tree.pepper(
        b"|".join((b"one-time-code", purpose.encode(), holder, code.encode("utf-8", "replace")))
    )

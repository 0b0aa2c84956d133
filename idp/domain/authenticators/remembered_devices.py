"""Devices that spare their owner the second factor for 30 days (features C12).

What a device is remembered by is a random token in its browser, kept here as a digest, for one account and one browser.
It is no factor: it repeats, for services that ask for aal2, that two factors were proved here lately. It counts for
nothing where something has changed or looks wrong since (`_is_as_it_was`, `recognised`).
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, or_, select, update

from idp.domain.audit.device_events import DeviceForgotten, DeviceRemembered
from idp.domain.audit.record import record
from idp.domain.authenticators import throttle
from idp.domain.authenticators.models import Factor, RememberedDevice
from idp.domain.citizens import enrolment
from idp.domain.citizens.models import Account
from idp.domain.store.database import Session
from keys import KeyTree

LASTS: Final = timedelta(days=30)
TOKEN_BYTES: Final = 32
FAILURES_THAT_WARN: Final = 3
"""So many wrong passwords from browsers the account does not know, and the second factor is asked everywhere."""


def remember(
    db: Session, account_id: UUID, *, browser: bytes, device: str, network: str, now: datetime
) -> str:
    """Remember a device after two factors were proved on it; its token goes into its cookie, once."""
    for earlier in live_of(db, account_id, now):
        if earlier.browser == browser:
            end(db, earlier.id, account_id, "renewed", now)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    row = RememberedDevice(
        id=uuid4(),
        account_id=account_id,
        digest=_digest(token),
        browser=browser,
        device=device,
        network=network,
        created_at=now,
        last_used_at=now,
        expires_at=now + LASTS,
    )
    db.add(row)
    citizen_id = enrolment.citizen_of(db, account_id)
    record(
        db,
        DeviceRemembered(citizen_id=citizen_id, account_id=account_id, device_id=row.id, device=device),
        now,
    )
    return token


def recognised(
    db: Session,
    tree: KeyTree,
    account_id: UUID,
    tokens: Iterable[str],
    *,
    browser: bytes,
    device: str,
    now: datetime,
) -> bool:
    """Tell whether a browser is remembered for an account and nothing speaks against it, and note the use.

    What speaks against it: another browser or device name than the token was given to, a password or a second factor
    that changed since, wrong passwords from browsers the account does not know, an account that does not stand.
    """
    if throttle.failures(db, "password", throttle.key(tree, account_id.bytes)) >= FAILURES_THAT_WARN:
        return False
    used = db.execute(
        update(RememberedDevice)
        .where(
            RememberedDevice.account_id == account_id,
            RememberedDevice.digest.in_([_digest(token) for token in tokens]),
            RememberedDevice.browser == browser,
            RememberedDevice.device == device,
            *_live(now),
            *_is_as_it_was(),
        )
        .values(last_used_at=now)
        .returning(RememberedDevice.id)
        .execution_options(synchronize_session=False)
    )
    return used.first() is not None


def live_of(db: Session, account_id: UUID, now: datetime) -> Sequence[RememberedDevice]:
    """Return the devices an account remembers, the one used last first."""
    return db.scalars(
        select(RememberedDevice)
        .where(RememberedDevice.account_id == account_id, *_live(now))
        .order_by(RememberedDevice.last_used_at.desc())
    ).all()


def end(db: Session, device_id: UUID, account_id: UUID, reason: str, now: datetime) -> bool:
    """Forget one device of an account; False when it is not theirs or is forgotten already."""
    ended = db.execute(
        update(RememberedDevice)
        .where(
            RememberedDevice.id == device_id,
            RememberedDevice.account_id == account_id,
            RememberedDevice.ended_at.is_(None),
        )
        .values(ended_at=now, end_reason=reason)
        .returning(RememberedDevice.id)
        .execution_options(synchronize_session=False)
    )
    if ended.first() is None:
        return False
    citizen_id = enrolment.citizen_of(db, account_id)
    record(
        db,
        DeviceForgotten(citizen_id=citizen_id, account_id=account_id, device_id=device_id, reason=reason),
        now,
    )
    return True


def end_all(db: Session, account_id: UUID, now: datetime, reason: str = "credentials_changed") -> int:
    """Forget every device of an account: its password was changed, it was locked or recovered."""
    return sum(end(db, device.id, account_id, reason, now) for device in live_of(db, account_id, now))


def end_here(db: Session, account_id: UUID, browser: bytes, reason: str, now: datetime) -> None:
    """Forget the device of one browser."""
    for device in live_of(db, account_id, now):
        if device.browser == browser:
            end(db, device.id, account_id, reason, now)


def _live(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (RememberedDevice.ended_at.is_(None), RememberedDevice.expires_at > now)


def _is_as_it_was() -> tuple[ColumnElement[bool], ...]:
    """Password and second factors are those of the day the device was remembered, and the account stands."""
    changed = select(Factor.id).where(
        Factor.account_id == RememberedDevice.account_id,
        or_(
            Factor.created_at > RememberedDevice.created_at,
            Factor.removed_at > RememberedDevice.created_at,
        ),
    )
    stands = select(Account.id).where(
        Account.id == RememberedDevice.account_id,
        Account.status == "active",
        or_(
            Account.password_changed_at.is_(None),
            Account.password_changed_at <= RememberedDevice.created_at,
        ),
    )
    return (~changed.exists(), stands.exists())


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()

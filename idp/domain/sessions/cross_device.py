"""Signing a computer in with a phone that is signed in already (features C8; RFC 10027 on cross-device flows).

The computer shows a code for a minute. The first account that opens it owns it; it decides once, and only with the
number that the computer shows; the browser that showed the code collects the decision, once. Each is one statement.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, case, func, literal, or_, select, update

from idp.domain.audit.device_events import CrossDeviceApproved, CrossDeviceDenied
from idp.domain.audit.record import record
from idp.domain.citizens.models import Account
from idp.domain.sessions.browser import Place
from idp.domain.sessions.models import BrowserSession, CrossDeviceRequest
from idp.domain.store.base import UtcDateTime
from idp.domain.store.database import Session
from idp.protocol.oauth.values import Handle, HandleKind
from idp.protocol.oidc import acr
from keys import DataKey, Place as SealPlace

SHOWN_FOR: Final = timedelta(seconds=60)
DECIDED_WITHIN: Final = timedelta(minutes=2)
COLLECTED_WITHIN: Final = timedelta(minutes=2)
APPROVED, DENIED = "approved", "denied"
WAITING, OPENED, EXPIRED = "waiting", "opened", "expired"
CHOICES: Final = 3


@dataclass(frozen=True, slots=True)
class Collected:
    """Whose sign-in a computer takes over: it is as old as the phone's, and no surer."""

    account_id: UUID
    citizen_id: UUID
    auth_time: datetime
    shared: bool


def start(
    db: Session,
    seal: DataKey,
    *,
    interaction: bytes,
    browser: bytes,
    client_id: str | None,
    place: Place,
    now: datetime,
) -> CrossDeviceRequest:
    """Make a code for the interaction of one browser."""
    handle = Handle.mint(HandleKind.CROSS_DEVICE, now, browser)
    numbers = secrets.SystemRandom().sample(range(10, 100), CHOICES)
    row = CrossDeviceRequest(
        day=handle.day,
        bucket=handle.bucket,
        digest=handle.digest,
        interaction=interaction,
        browser=browser,
        client_id=client_id,
        device=place.device,
        network=place.network,
        code=seal.seal(handle.text.encode(), _sealed_at(handle.digest)),
        number=secrets.choice(numbers),
        choices=" ".join(map(str, numbers)),
        started_at=now,
        expires_at=now + SHOWN_FOR,
    )
    db.add(row)
    return row


def code_of(seal: DataKey, row: CrossDeviceRequest) -> str:
    """Return the text of a code, for the browser that shows it."""
    return seal.unseal(row.code, _sealed_at(row.digest)).decode()


def latest(db: Session, interaction: bytes, browser: bytes) -> CrossDeviceRequest | None:
    """Return the code an interaction showed last, in its own browser."""
    return db.scalars(
        select(CrossDeviceRequest)
        .where(CrossDeviceRequest.interaction == interaction, CrossDeviceRequest.browser == browser)
        .order_by(CrossDeviceRequest.started_at.desc(), CrossDeviceRequest.expires_at.desc())
        .limit(1)
    ).one_or_none()


def state(row: CrossDeviceRequest | None, now: datetime) -> str:
    """Say how far a code is."""
    if row is None or row.collected_at is not None or row.expires_at <= now:
        return EXPIRED
    return row.decision or (OPENED if row.opened_at is not None else WAITING)


def may_approve(session: BrowserSession) -> bool:
    """Tell whether a phone's session may speak for a computer: two factors proved on it, by one person's phone.

    A session that was itself approved on another device, or rests on a remembered one, starts no chain.
    """
    return not session.shared and acr.is_fresh(session.methods.split())


def open_code(db: Session, text: str, session: BrowserSession, now: datetime) -> CrossDeviceRequest | None:
    """Take a code for an account, which then has time to read; another account's is as good as none."""
    handle = Handle.parse(text, HandleKind.CROSS_DEVICE)
    if handle is None:
        return None
    moment = UtcDateTime()
    first = CrossDeviceRequest.opened_at.is_(None)
    db.execute(
        update(CrossDeviceRequest)
        .where(
            *_this(handle, now),
            CrossDeviceRequest.decision.is_(None),
            or_(CrossDeviceRequest.account_id.is_(None), CrossDeviceRequest.account_id == session.account_id),
        )
        .values(
            account_id=session.account_id,
            session_id=session.id,
            opened_at=func.coalesce(CrossDeviceRequest.opened_at, literal(now, moment)),
            expires_at=case(
                (first, literal(now + DECIDED_WITHIN, moment)), else_=CrossDeviceRequest.expires_at
            ),
        )
        .execution_options(synchronize_session=False)
    )
    return db.scalars(
        select(CrossDeviceRequest)
        .where(
            *_this(handle, now),
            CrossDeviceRequest.decision.is_(None),
            CrossDeviceRequest.account_id == session.account_id,
        )
        .execution_options(populate_existing=True)
    ).one_or_none()


def decide(
    db: Session,
    text: str,
    session: BrowserSession,
    number: int | None,
    now: datetime,
    *,
    shared: bool = False,
) -> str | None:
    """Decide once: approved with the right number, denied with a wrong one or none; None when it is too late."""
    handle = Handle.parse(text, HandleKind.CROSS_DEVICE)
    if handle is None:
        return None
    right = CrossDeviceRequest.number == (number if number is not None else -1)
    decided = db.execute(
        update(CrossDeviceRequest)
        .where(
            *_this(handle, now),
            CrossDeviceRequest.decision.is_(None),
            CrossDeviceRequest.account_id == session.account_id,
        )
        .values(
            decision=case((right, APPROVED), else_=DENIED),
            session_id=session.id,
            shared=shared,
            decided_at=now,
            expires_at=now + COLLECTED_WITHIN,
        )
        .returning(CrossDeviceRequest.decision, CrossDeviceRequest.device, CrossDeviceRequest.client_id)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if decided is None:
        return None
    who = {
        "citizen_id": session.citizen_id,
        "client_id": decided.client_id,
        "account_id": session.account_id,
        "device": decided.device,
    }
    if decided.decision == APPROVED:
        record(db, CrossDeviceApproved(session_id=session.id, **who), now)
    else:
        record(db, CrossDeviceDenied(reason="refused" if number is None else "number", **who), now)
    return str(decided.decision)


def collect(db: Session, interaction: bytes, browser: bytes, now: datetime) -> Collected | None:
    """Take an approval over, once, in the browser that showed the code, while account and phone's session stand."""
    taken = db.execute(
        update(CrossDeviceRequest)
        .where(
            CrossDeviceRequest.interaction == interaction,
            CrossDeviceRequest.browser == browser,
            CrossDeviceRequest.decision == APPROVED,
            CrossDeviceRequest.collected_at.is_(None),
            CrossDeviceRequest.expires_at > now,
        )
        .values(collected_at=now)
        .returning(CrossDeviceRequest.session_id, CrossDeviceRequest.shared)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if taken is None:
        return None
    phone = db.execute(
        select(BrowserSession.account_id, BrowserSession.citizen_id, BrowserSession.auth_time)
        .join(Account, Account.id == BrowserSession.account_id)
        .where(
            BrowserSession.id == taken.session_id,
            BrowserSession.ended_at.is_(None),
            BrowserSession.expires_at > now,
            Account.status == "active",
        )
    ).one_or_none()
    if phone is None or phone.citizen_id is None:
        return None
    return Collected(phone.account_id, phone.citizen_id, phone.auth_time, taken.shared)


def _this(handle: Handle, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        CrossDeviceRequest.day == handle.day,
        CrossDeviceRequest.bucket == handle.bucket,
        CrossDeviceRequest.digest == handle.digest,
        CrossDeviceRequest.expires_at > now,
    )


def _sealed_at(digest: bytes) -> SealPlace:
    return SealPlace("cross_device_request", "code", digest.hex())

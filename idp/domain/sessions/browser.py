"""Browser sessions: start, rise, touch, end (decisions 8, 21; NIST SP 800-63B-4 §2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import select, update

from idp.domain.audit.events import SessionEnded, SignedIn
from idp.domain.audit.record import record
from idp.domain.sessions.limits import SessionLimits
from idp.domain.sessions.models import BrowserSession
from idp.domain.store.database import Session
from idp.protocol.oauth.values import Handle, HandleKind
from idp.protocol.oidc import acr

TOUCH_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sign-in came from, in words a citizen recognises; never a full address."""

    device: str
    network: str


def start(
    db: Session,
    *,
    account_id: UUID,
    citizen_id: UUID | None,
    methods: Sequence[str],
    place: Place,
    limits: SessionLimits,
    now: datetime,
    shared: bool = False,
    auth_time: datetime | None = None,
) -> tuple[BrowserSession, Handle]:
    """Start a session after a successful sign-in; the handle goes into the cookie, once.

    `auth_time` is when that was, where it was earlier; the session lives from then on.
    """
    handle = Handle.mint(HandleKind.SESSION, now, account_id.bytes)
    level = acr.achieved(methods)
    allowed = limits.of(level, shared=shared)
    session = BrowserSession(
        day=handle.day,
        bucket=handle.bucket,
        digest=handle.digest,
        id=uuid4(),
        account_id=account_id,
        citizen_id=citizen_id,
        acr=level,
        amr=" ".join(acr.amr(methods)),
        methods=" ".join(methods),
        shared=shared,
        auth_time=auth_time or now,
        started_at=now,
        seen_at=now,
        idle_expires_at=now + allowed.idle,
        expires_at=(auth_time or now) + allowed.absolute,
        device=place.device,
        network=place.network,
    )
    db.add(session)
    _record_sign_in(db, session, now)
    return session, handle


def raise_assurance(
    db: Session, session: BrowserSession, *, methods: Sequence[str], limits: SessionLimits, now: datetime
) -> Handle:
    """Note a fresh sign-in and change the handle; the old cookie is dead (ASVS 7.2.4).

    The limits of the level reached begin anew.
    """
    handle = Handle.mint(HandleKind.SESSION, now, session.account_id.bytes)
    session.day, session.bucket, session.digest = handle.day, handle.bucket, handle.digest
    session.methods = " ".join(methods)
    session.acr, session.amr, session.auth_time = acr.achieved(methods), " ".join(acr.amr(methods)), now
    allowed = limits.of(session.acr, shared=session.shared)
    session.seen_at, session.idle_expires_at = now, now + allowed.idle
    session.expires_at = now + allowed.absolute
    _record_sign_in(db, session, now)
    return handle


def find(db: Session, text: str | None, now: datetime) -> BrowserSession | None:
    """Return the live session of a cookie, if there is one."""
    handle = Handle.parse(text, HandleKind.SESSION)
    if handle is None:
        return None
    return db.scalars(
        select(BrowserSession).where(
            BrowserSession.day == handle.day,
            BrowserSession.bucket == handle.bucket,
            BrowserSession.digest == handle.digest,
            *_live(now),
        )
    ).one_or_none()


def touch(db: Session, session: BrowserSession, limits: SessionLimits, now: datetime) -> None:
    """Move the idle limit, at most once a minute."""
    if now - session.seen_at >= TOUCH_EVERY:
        allowed = limits.of(session.acr, shared=session.shared)
        session.seen_at, session.idle_expires_at = now, now + allowed.idle


def has_ended(db: Session, session_id: UUID) -> bool:
    """Tell whether a session that was found before has been ended since."""
    return db.scalar(select(BrowserSession.ended_at).where(BrowserSession.id == session_id)) is not None


def live_of(db: Session, account_id: UUID, now: datetime) -> Sequence[BrowserSession]:
    """Return the live sessions of an account, the latest first."""
    return db.scalars(
        select(BrowserSession)
        .where(BrowserSession.account_id == account_id, *_live(now))
        .order_by(BrowserSession.seen_at.desc())
    ).all()


def end(db: Session, session_id: UUID, account_id: UUID, reason: str, now: datetime) -> bool:
    """End one session of an account; False when it is not theirs or has ended already.

    Telling the clients is `sessions/logout.py`; call that instead where clients may have sessions of their own.
    """
    ended = db.execute(
        update(BrowserSession)
        .where(
            BrowserSession.id == session_id,
            BrowserSession.account_id == account_id,
            BrowserSession.ended_at.is_(None),
        )
        .values(ended_at=now, end_reason=reason)
        .returning(BrowserSession.citizen_id)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if ended is None:
        return False
    record(db, SessionEnded(citizen_id=ended.citizen_id, session_id=session_id, reason=reason), now)
    return True


def _live(now: datetime) -> tuple:  # type: ignore[type-arg]  # SQLAlchemy criteria
    return (
        BrowserSession.ended_at.is_(None),
        BrowserSession.idle_expires_at > now,
        BrowserSession.expires_at > now,
    )


def _record_sign_in(db: Session, session: BrowserSession, now: datetime) -> None:
    record(
        db,
        SignedIn(
            citizen_id=session.citizen_id,
            account_id=session.account_id,
            session_id=session.id,
            acr=session.acr,
            amr=session.amr,
            device=session.device,
        ),
        now,
    )

"""Links that lead back in: asked for by anybody, written by a worker to the one it is for, good once for an hour.

The newest link of an account and purpose is the only one that counts (attacks O-119; ASVS 6.4.1).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID, uuid4

from sqlalchemy import select, update

from idp.domain.audit.record import record
from idp.domain.audit.recovery_events import RecoveryLetterWritten
from idp.domain.authenticators import throttle
from idp.domain.authenticators.throttle import Policy, Verdict
from idp.domain.cases.models import RecoveryLetter
from idp.domain.citizens import identifiers
from idp.domain.citizens.identifiers import Canonical, Kind
from idp.domain.store.database import Session
from idp.protocol.oauth.values import Handle, HandleKind
from keys import KeyTree

LIFETIME: Final = timedelta(hours=1)
PAUSE: Final = timedelta(minutes=5)
"""A link that was just written is not replaced: strangers who ask cannot void what its owner is using (ADR 0026)."""

Purpose = Literal["password", "identity"]


@dataclass(frozen=True, slots=True)
class Request:
    """A request a worker has taken: whose it is when there is such an account."""

    id: UUID
    purpose: Purpose
    proved: bool
    account_id: UUID | None
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class Link:
    """A link that is good now."""

    id: UUID
    purpose: Purpose
    account_id: UUID
    citizen_id: UUID
    contact_id: UUID | None
    interaction: str | None = field(repr=False)


def allowed(
    db: Session, tree: KeyTree, subject: Canonical, network: str, policy: Policy, now: datetime
) -> Verdict:
    """Count a request by network, and there by what was typed, the same for identifiers nobody has; commit after.

    Nobody in another network can use up what the owner may ask for; how many letters are written at all is up to PAUSE.
    """
    typed = throttle.key(tree, subject.value.lower().encode(), network.encode())
    verdicts = (
        throttle.count(db, "recover", typed, policy.sending, now),
        throttle.count(
            db, "recover.network", throttle.key(tree, network.encode()), policy.sending_network, now
        ),
    )
    return next((verdict for verdict in verdicts if not verdict.allowed), verdicts[0])


def ask(
    db: Session,
    tree: KeyTree,
    purpose: Purpose,
    subject: Canonical,
    interaction: str | None,
    now: datetime,
    *,
    proved: bool = False,
) -> None:
    """Leave a request for a worker; the same row for identifiers somebody has and nobody has."""
    db.add(
        RecoveryLetter(
            id=uuid4(),
            purpose=purpose,
            kind=subject.kind.value,
            subject=identifiers.digest(tree.blind_index, subject.kind, subject.value),
            proved=proved,
            interaction=interaction,
            asked_at=now,
        )
    )


def take(db: Session, now: datetime) -> Request | None:
    """Take the request that has waited longest, with one statement, for the transaction that writes the letter."""
    oldest = (
        select(RecoveryLetter.id)
        .where(RecoveryLetter.handled_at.is_(None))
        .order_by(RecoveryLetter.asked_at)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    row = db.execute(
        update(RecoveryLetter)
        .where(RecoveryLetter.id == oldest, RecoveryLetter.handled_at.is_(None))
        .values(handled_at=now)
        .returning(
            RecoveryLetter.id,
            RecoveryLetter.purpose,
            RecoveryLetter.proved,
            RecoveryLetter.kind,
            RecoveryLetter.subject,
            RecoveryLetter.asked_at,
        )
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if row is None:
        return None
    owner = identifiers.account_of(db, Kind(row.kind), row.subject)
    return Request(row.id, row.purpose, row.proved, owner, row.asked_at)


def just_written(db: Session, account_id: UUID, purpose: Purpose, now: datetime) -> bool:
    """Tell whether a link of this account and purpose was written moments ago and is still good."""
    found = db.scalars(
        select(RecoveryLetter.id).where(
            RecoveryLetter.account_id == account_id,
            RecoveryLetter.purpose == purpose,
            RecoveryLetter.digest.is_not(None),
            RecoveryLetter.used_at.is_(None),
            RecoveryLetter.retired_at.is_(None),
            RecoveryLetter.expires_at > now,
            RecoveryLetter.handled_at > now - PAUSE,
        )
    )
    return found.first() is not None


def give_link(
    db: Session,
    request: Request,
    account_id: UUID,
    citizen_id: UUID,
    now: datetime,
    lifetime: timedelta = LIFETIME,
    *,
    contact_id: UUID | None = None,
) -> str:
    """Make the link of a request and retire those before it; the text goes into one letter and nowhere else."""
    retire(db, account_id, request.purpose, now)
    handle = Handle.mint(HandleKind.RECOVERY, now, account_id.bytes)
    db.execute(
        update(RecoveryLetter)
        .where(RecoveryLetter.id == request.id)
        .values(
            account_id=account_id,
            citizen_id=citizen_id,
            contact_id=contact_id,
            digest=handle.digest,
            expires_at=now + lifetime,
        )
        .execution_options(synchronize_session=False)
    )
    record(db, RecoveryLetterWritten(citizen_id=citizen_id, purpose=request.purpose), now)
    return handle.text


def find(db: Session, text: str | None, purpose: Purpose, now: datetime) -> Link | None:
    """Return what a link is good for, without spending it."""
    handle = Handle.parse(text, HandleKind.RECOVERY)
    if handle is None:
        return None
    row = db.scalars(select(RecoveryLetter).where(*_good(handle, purpose, now))).one_or_none()
    if row is None or row.account_id is None or row.citizen_id is None:
        return None
    return Link(row.id, purpose, row.account_id, row.citizen_id, row.contact_id, row.interaction)


def spend(db: Session, text: str | None, purpose: Purpose, now: datetime) -> bool:
    """Spend a link, once, in the transaction of what it opens."""
    handle = Handle.parse(text, HandleKind.RECOVERY)
    if handle is None:
        return False
    spent = db.execute(
        update(RecoveryLetter)
        .where(*_good(handle, purpose, now))
        .values(used_at=now)
        .returning(RecoveryLetter.id)
        .execution_options(synchronize_session=False)
    )
    return spent.first() is not None


def opened_since(db: Session, account_id: UUID, since: datetime) -> bool:
    """Tell whether a link has set a password of this account lately: its mailbox has spoken for it already."""
    found = db.scalars(
        select(RecoveryLetter.id).where(
            RecoveryLetter.account_id == account_id,
            RecoveryLetter.purpose == "password",
            RecoveryLetter.used_at > since,
        )
    )
    return found.first() is not None


def retire(db: Session, account_id: UUID, purpose: Purpose | None, now: datetime) -> None:
    """Void the links of an account, of one purpose or of all."""
    void = update(RecoveryLetter).where(
        RecoveryLetter.account_id == account_id,
        RecoveryLetter.used_at.is_(None),
        RecoveryLetter.retired_at.is_(None),
    )
    if purpose is not None:
        void = void.where(RecoveryLetter.purpose == purpose)
    db.execute(void.values(retired_at=now).execution_options(synchronize_session=False))


def _good(handle: Handle, purpose: Purpose, now: datetime) -> tuple:  # type: ignore[type-arg]  # criteria
    return (
        RecoveryLetter.digest == handle.digest,
        RecoveryLetter.purpose == purpose,
        RecoveryLetter.used_at.is_(None),
        RecoveryLetter.retired_at.is_(None),
        RecoveryLetter.expires_at > now,
    )

"""The life of an agreement: asked by the consumer, agreed by the owner, put into force by the platform.

Every step is one statement that names the status it starts from, so that nothing is decided twice; who did it and why
is kept beside the agreement, that it happened is in the audit log.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final, Literal
from uuid import UUID

from sqlalchemy import func, select, update

from idp.domain.audit.agreement_events import (
    AgreementAgreed,
    AgreementEndAsked,
    AgreementEnded,
    AgreementInForce,
    AgreementRefused,
    AgreementRequested,
    AgreementResumeAsked,
    AgreementResumed,
    AgreementSuspended,
)
from idp.domain.audit.event import Event
from idp.domain.audit.record import record
from idp.domain.exchange import agreement_terms
from idp.domain.exchange.agreement_models import Agreement, AgreementStep
from idp.domain.exchange.agreement_terms import Wanted
from idp.domain.exchange.agreements import (
    AGREED,
    ENDED,
    EXPIRED,
    IN_FORCE_STATUS,
    OPEN,
    REFUSED,
    REQUESTED,
    SUSPENDED,
    find,
    last_party,
    standing,
)
from idp.domain.registry.changes import NotAllowed
from idp.domain.store.database import Session

LONGEST_REASON: Final = 500
END_ASKED: Final = "end_asked"
Party = Literal["consumer", "owner", "platform"]


@dataclass(frozen=True, slots=True)
class Hand:
    """Who acts: a person, and for whom: an agency, or the platform itself."""

    actor: str
    agency_id: str | None = None
    platform: bool = False

    def party(self, row: Agreement) -> Party | None:
        """Say on which side of an agreement this person stands; None for strangers."""
        if self.platform:
            return "platform"
        if self.agency_id == row.owner_id:
            return "owner"
        return "consumer" if self.agency_id == row.consumer_id else None


def request(db: Session, wanted: Wanted, by: Hand, now: datetime, *, reason: str = "") -> Agreement:
    """Ask the owner of attributes for an agreement.

    Raises:
        BadAgreement: with every problem of the terms.
        NotAllowed: `not_yours`, or `asked_already` when the same is asked or agreed.
    """
    if not by.platform and by.agency_id != wanted.consumer_id:
        raise NotAllowed("not_yours", "an agency asks for itself only")
    agreement_terms.check(db, wanted, now)
    if _same(db, wanted, now):
        raise NotAllowed("asked_already", "these attributes are asked or agreed for this purpose already")
    row = Agreement(
        consumer_id=wanted.consumer_id,
        owner_id=wanted.owner_id,
        attributes=wanted.names,
        purpose_id=wanted.purpose_id.strip(),
        purpose_en=wanted.purpose_en.strip(),
        legal_basis=wanted.legal_basis,
        legal_reference=wanted.legal_reference.strip(),
        retention_days=wanted.retention_days,
        status=REQUESTED,
        supersedes_id=wanted.supersedes_id,
        requested_by=by.actor,
        created_at=now,
        expires_at=wanted.expires_at,
    )
    db.add(row)
    db.flush()
    _note(db, row, "requested", by, reason, now)
    record(
        db,
        AgreementRequested(
            actor=by.actor,
            agreement_id=row.id,
            consumer_id=row.consumer_id,
            owner_id=row.owner_id,
            attributes=tuple(row.attributes.split()),
            supersedes=row.supersedes_id,
        ),
        now,
    )
    return row


def renew(
    db: Session, old: Agreement, wanted: Wanted, by: Hand, now: datetime, *, reason: str = ""
) -> Agreement:
    """Ask for an agreement that takes the place of another once it is in force; until then the old one stands.

    Raises:
        BadAgreement: with every problem of the terms.
        NotAllowed: `not_yours`, `wrong_status`, `asked_already`, or `other_parties` when it would change them.
    """
    if standing(old, now) not in (IN_FORCE_STATUS, SUSPENDED, EXPIRED):
        raise NotAllowed("wrong_status", "only an agreement that was in force can be renewed")
    if (wanted.consumer_id, wanted.owner_id) != (old.consumer_id, old.owner_id):
        raise NotAllowed("other_parties", "a renewal is between the same two agencies")
    if wanted.supersedes_id != old.id:
        raise ValueError("a renewal names what it supersedes")
    return request(db, wanted, by, now, reason=reason)


def approve_by_owner(db: Session, agreement_id: UUID, by: Hand, now: datetime) -> Agreement:
    """Say yes for the owner of the attributes; only somebody of that agency can.

    Raises:
        NotAllowed: `unknown_agreement`, `not_yours`, `same_person`, `expired`, `wrong_status`.
    """
    row = _of_party(db, agreement_id, by, ("owner",))
    if by.actor == row.requested_by:
        raise NotAllowed("same_person", "somebody other than the one who asked must agree")
    _not_over(row, now)
    _move(db, row, (REQUESTED,), status=AGREED, agreed_by=by.actor, agreed_at=now)
    return _done(db, row, AGREED, by, "", now, AgreementAgreed)


def approve_by_platform(db: Session, agreement_id: UUID, by: Hand, now: datetime) -> Agreement:
    """Put an agreement into force once its owner has agreed: a second pair of eyes, never who asked or agreed.

    Raises:
        NotAllowed: `unknown_agreement`, `not_yours`, `same_person`, `expired`, `wrong_status`.
    """
    row = _of_party(db, agreement_id, by, ("platform",))
    if by.actor in (row.requested_by, row.agreed_by):
        raise NotAllowed("same_person", "somebody other than who asked or agreed must approve")
    _not_over(row, now)
    _move(db, row, (AGREED,), status=IN_FORCE_STATUS, approved_by=by.actor, approved_at=now)
    if row.supersedes_id is not None:
        _supersede(db, find(db, row.supersedes_id), row, by, now)
    return _done(db, row, IN_FORCE_STATUS, by, "", now, AgreementInForce)


def refuse(db: Session, agreement_id: UUID, reason: str, by: Hand, now: datetime) -> Agreement:
    """Say no: the owner while it has not agreed, the platform until it is in force.

    Raises:
        NotAllowed: `unknown_agreement`, `not_yours`, `no_reason`, `wrong_status`.
    """
    row = _of_party(db, agreement_id, by, ("owner", "platform"))
    given = _reason(reason)
    _move(db, row, OPEN if by.platform else (REQUESTED,), status=REFUSED)
    return _done(db, row, REFUSED, by, given, now, AgreementRefused)


def suspend(db: Session, agreement_id: UUID, reason: str, by: Hand, now: datetime) -> Agreement:
    """Stop an agreement at once; the owner or the platform can.

    Raises:
        NotAllowed: `unknown_agreement`, `not_yours`, `no_reason`, `expired`, `wrong_status`.
    """
    row = _of_party(db, agreement_id, by, ("owner", "platform"))
    given = _reason(reason)
    _not_over(row, now)
    _move(db, row, (IN_FORCE_STATUS,), status=SUSPENDED, resume_asked_by=None)
    return _done(db, row, SUSPENDED, by, given, now, AgreementSuspended)


def resume(db: Session, agreement_id: UUID, by: Hand, now: datetime) -> Agreement:
    """Let a suspended agreement work again: one asks, another of the platform confirms by the same act.

    What the owner has stopped only the owner can ask to resume.

    Raises:
        NotAllowed: `unknown_agreement`, `not_yours`, `same_person`, `expired`, `wrong_status`.
    """
    row = _of_party(db, agreement_id, by, ("owner", "platform"))
    _not_over(row, now)
    if row.status != SUSPENDED:
        raise _wrong(row)
    if row.resume_asked_by is None:
        if last_party(db, row.id, SUSPENDED) == "owner" and by.party(row) != "owner":
            raise NotAllowed("owner_first", "its owner stopped this agreement, so its owner must ask first")
        _move(db, row, (SUSPENDED,), Agreement.resume_asked_by.is_(None), resume_asked_by=by.actor)
        return _done(db, row, "resume_asked", by, "", now, AgreementResumeAsked)
    if by.actor == row.resume_asked_by:
        raise NotAllowed("same_person", "somebody other than the one who asked must confirm")
    if not by.platform:
        raise NotAllowed("not_yours", "the platform confirms that an agreement works again")
    asked = row.resume_asked_by
    _move(
        db,
        row,
        (SUSPENDED,),
        Agreement.resume_asked_by == asked,
        status=IN_FORCE_STATUS,
        resume_asked_by=None,
    )
    return _done(db, row, "resumed", by, "", now, AgreementResumed)


def ask_for_end(db: Session, row: Agreement, reason: str, by: Hand, now: datetime) -> Agreement:
    """Say that the consumer needs an agreement no more; it stands until somebody ends it."""
    return _done(db, row, END_ASKED, by, reason, now, AgreementEndAsked)


def end(db: Session, agreement_id: UUID, reason: str, by: Hand, now: datetime) -> Agreement:
    """End an agreement for good: either side or the platform; a consumer so takes back what it asked.

    Raises:
        NotAllowed: `unknown_agreement`, `not_yours`, `no_reason`, `wrong_status`.
    """
    row = _of_party(db, agreement_id, by, ("consumer", "owner", "platform"))
    given = _reason(reason)
    if row.status in OPEN and (by.party(row) == "consumer" or by.actor == row.requested_by):
        return take_back(db, row, given, by, now)
    _move(db, row, (IN_FORCE_STATUS, SUSPENDED), status=ENDED, resume_asked_by=None)
    return _done(db, row, ENDED, by, given, now, AgreementEnded)


def take_back(db: Session, row: Agreement, reason: str, by: Hand, now: datetime) -> Agreement:
    """Drop what was asked for and is not in force yet.

    Raises:
        NotAllowed: `wrong_status`.
    """
    _move(db, row, OPEN, status=ENDED)
    return _done(db, row, "taken_back", by, reason, now, AgreementEnded)


def _of_party(db: Session, agreement_id: UUID, by: Hand, parties: tuple[Party, ...]) -> Agreement:
    row = find(db, agreement_id)
    party = by.party(row)
    if party is None:
        raise NotAllowed("unknown_agreement", "there is no such agreement")
    if party not in parties:
        raise NotAllowed("not_yours", f"this is for the {' or the '.join(parties)} to do")
    return row


def _not_over(row: Agreement, now: datetime) -> None:
    if row.expires_at <= now:
        raise NotAllowed("expired", "the last day of this agreement is over; ask for a new one")


def _wrong(row: Agreement) -> NotAllowed:
    return NotAllowed("wrong_status", f"an agreement that is {row.status.replace('_', ' ')} cannot do this")


def _move(db: Session, row: Agreement, start: tuple[str, ...], *more: Any, **values: Any) -> None:
    moved = db.execute(
        update(Agreement)
        .where(Agreement.id == row.id, Agreement.status.in_(start), *more)
        .values(**values)
        .returning(Agreement.id)
        .execution_options(synchronize_session=False)
    )
    if moved.first() is None:
        db.refresh(row)
        raise _wrong(row)
    db.refresh(row)


def _supersede(db: Session, old: Agreement, new: Agreement, by: Hand, now: datetime) -> None:
    if old.status not in (IN_FORCE_STATUS, SUSPENDED):
        return
    _move(db, old, (IN_FORCE_STATUS, SUSPENDED), status=ENDED, resume_asked_by=None)
    _done(db, old, "superseded", by, "", now, partial(AgreementEnded, superseded_by=new.id))


def _same(db: Session, wanted: Wanted, now: datetime) -> bool:
    rows = db.scalars(
        select(Agreement).where(
            Agreement.consumer_id == wanted.consumer_id,
            Agreement.owner_id == wanted.owner_id,
            Agreement.attributes == wanted.names,
            Agreement.status.in_((*OPEN, IN_FORCE_STATUS, SUSPENDED)),
        )
    )
    for row in rows:
        if standing(row, now) == EXPIRED or row.id == wanted.supersedes_id:
            continue
        again = wanted.supersedes_id is not None and row.supersedes_id == wanted.supersedes_id
        if again or row.purpose_id == wanted.purpose_id.strip():
            return True
    return False


def _reason(text: str) -> str:
    given = " ".join(text.split())
    if not given or len(given) > LONGEST_REASON or not given.isprintable():
        raise NotAllowed("no_reason", f"a reason of 1 to {LONGEST_REASON} characters is needed")
    return given


def _note(db: Session, row: Agreement, step: str, by: Hand, reason: str, now: datetime) -> None:
    taken = db.scalars(
        select(func.count()).select_from(AgreementStep).where(AgreementStep.agreement_id == row.id)
    ).one()
    db.add(
        AgreementStep(
            agreement_id=row.id,
            number=taken + 1,
            at=now,
            step=step,
            party=by.party(row) or "platform",
            actor=by.actor,
            reason=reason,
        )
    )


def _done(
    db: Session, row: Agreement, step: str, by: Hand, reason: str, now: datetime, event: Callable[..., Event]
) -> Agreement:
    _note(db, row, step, by, reason, now)
    record(
        db,
        event(actor=by.actor, agreement_id=row.id, consumer_id=row.consumer_id, owner_id=row.owner_id),
        now,
    )
    return row

"""Waivers: leave to ask for a known attribute in one form, by two people, twelve months at most (features F21)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select, update

from idp.domain.audit.inventory_events import WaiverApproved, WaiverAsked, WaiverEnded
from idp.domain.audit.record import record
from idp.domain.inventory.lint import Leave, asks_again
from idp.domain.inventory.models import Waiver
from idp.domain.registry.changes import NotAllowed
from idp.domain.registry.models import Agency, ClientRegistration
from idp.domain.store.database import Session

SHORTEST_REASON, LONGEST_REASON, LONGEST_FORM = 10, 500, 100
ASKED, COMING, IN_FORCE, OVER, ENDED, REFUSED = "asked", "coming", "in_force", "over", "ended", "refused"
STATES = (ASKED, COMING, IN_FORCE, OVER, ENDED, REFUSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody wants leave for."""

    agency_id: str
    client_id: str | None
    form: str
    attribute: str
    reason: str
    starts_on: date
    ends_on: date


def ask(db: Session, wish: Wish, *, by: str, now: datetime) -> Waiver:
    """Ask for a waiver; it holds only once somebody else approved it.

    Raises:
        NotAllowed: `unknown_agency`, `unknown_client`, `form`, `attribute`, `reason`, `term` or `past`.
    """
    _check(db, wish, now.date())
    row = Waiver(
        agency_id=wish.agency_id,
        client_id=wish.client_id,
        form=wish.form,
        attribute=wish.attribute,
        reason=" ".join(wish.reason.split()),
        starts_on=wish.starts_on,
        ends_on=wish.ends_on,
        asked_by=by,
        asked_at=now,
    )
    db.add(row)
    db.flush()
    record(db, WaiverAsked(actor=by, client_id=row.client_id, **_facts(row)), now)
    return row


def approve(db: Session, waiver_id: UUID, *, by: str, now: datetime) -> Waiver:
    """Approve a waiver, exactly once and by somebody other than who asked.

    Raises:
        NotAllowed: `unknown_waiver`, `same_person`, `decided` or `past`.
    """
    row = find(db, waiver_id)
    if row.asked_by == by:
        raise NotAllowed("same_person", "somebody other than who asked must approve this waiver")
    if row.ends_on < now.date():
        raise NotAllowed("past", "this waiver would have ended already")
    done = db.execute(
        update(Waiver)
        .where(Waiver.id == waiver_id, Waiver.approved_by.is_(None), Waiver.ended_at.is_(None))
        .values(approved_by=by, approved_at=now)
        .returning(Waiver.id)
        .execution_options(synchronize_session=False)
    )
    if done.first() is None:
        raise NotAllowed("decided", "this waiver was decided already")
    db.refresh(row)
    record(db, WaiverApproved(actor=by, client_id=row.client_id, **_facts(row)), now)
    return row


def end(db: Session, waiver_id: UUID, *, by: str, now: datetime) -> Waiver:
    """End a waiver at once, or refuse one that was only asked for.

    Raises:
        NotAllowed: `unknown_waiver` or `decided`.
    """
    row = find(db, waiver_id)
    done = db.execute(
        update(Waiver)
        .where(Waiver.id == waiver_id, Waiver.ended_at.is_(None))
        .values(ended_by=by, ended_at=now)
        .returning(Waiver.id)
        .execution_options(synchronize_session=False)
    )
    if done.first() is None:
        raise NotAllowed("decided", "this waiver has ended already")
    db.refresh(row)
    record(db, WaiverEnded(actor=by, client_id=row.client_id, **_facts(row)), now)
    return row


def find(db: Session, waiver_id: UUID) -> Waiver:
    """Return a waiver.

    Raises:
        NotAllowed: `unknown_waiver`.
    """
    row = db.get(Waiver, waiver_id)
    if row is None:
        raise NotAllowed("unknown_waiver", "there is no such waiver")
    return row


def every(db: Session, *, agency_id: str | None = None, client_id: str | None = None) -> Sequence[Waiver]:
    """Return waivers of any state, those that end last first."""
    query = select(Waiver).order_by(Waiver.ends_on.desc(), Waiver.asked_at.desc(), Waiver.id)
    if agency_id is not None:
        query = query.where(Waiver.agency_id == agency_id)
    if client_id is not None:
        query = query.where(Waiver.client_id == client_id)
    return db.scalars(query).all()


def leaves(db: Session, *, client_id: str | None, agency_id: str) -> tuple[Leave, ...]:
    """Return the approved waivers of a client, and its agency's that name no client, for the linter."""
    query = select(Waiver).where(
        Waiver.agency_id == agency_id,
        or_(Waiver.client_id.is_(None), Waiver.client_id == client_id),
        Waiver.approved_at.is_not(None),
        Waiver.ended_at.is_(None),
    )
    return tuple(leave_of(row) for row in db.scalars(query))


def leave_of(row: Waiver) -> Leave:
    """Return a waiver as the linter needs it."""
    return Leave(row.form, row.attribute, row.starts_on, row.ends_on, row.reason)


def state_of(row: Waiver, today: date) -> str:
    """Name the state of a waiver, one of `STATES`."""
    if row.ended_at is not None:
        return ENDED if row.approved_at is not None else REFUSED
    if row.approved_at is None:
        return ASKED
    if row.ends_on < today:
        return OVER
    return IN_FORCE if row.starts_on <= today else COMING


def last_day(starts_on: date) -> date:
    """Return the last day a waiver may hold: twelve months on."""
    try:
        return starts_on.replace(year=starts_on.year + 1)
    except ValueError:  # 29 February
        return starts_on.replace(year=starts_on.year + 1, day=28)


def _check(db: Session, wish: Wish, today: date) -> None:
    if db.get(Agency, wish.agency_id) is None:
        raise NotAllowed("unknown_agency", f"there is no agency {wish.agency_id}")
    if wish.client_id is not None:
        client = db.get(ClientRegistration, wish.client_id)
        if client is None or client.agency_id != wish.agency_id:
            raise NotAllowed("unknown_client", f"agency {wish.agency_id} has no client {wish.client_id}")
    if not 0 < len(wish.form) <= LONGEST_FORM or not wish.form.isprintable():
        raise NotAllowed("form", "a waiver names one form, as `idp inventory lint` prints it")
    if not asks_again(wish.attribute):
        raise NotAllowed("attribute", f"{wish.attribute} is nothing that needs a waiver")
    if not SHORTEST_REASON <= len(" ".join(wish.reason.split())) <= LONGEST_REASON:
        raise NotAllowed("reason", f"a reason has {SHORTEST_REASON} to {LONGEST_REASON} characters")
    if not wish.starts_on < wish.ends_on <= last_day(wish.starts_on):
        raise NotAllowed("term", "a waiver ends after it starts, and within twelve months")
    if wish.ends_on < today:
        raise NotAllowed("past", "this waiver would have ended already")


def _facts(row: Waiver) -> dict[str, Any]:
    return {"waiver_id": row.id, "agency_id": row.agency_id, "attribute": row.attribute}

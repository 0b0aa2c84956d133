"""Which agency publishes which attribute, and where it is asked (features F3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, select, update

from idp.domain.audit.exchange_events import PublisherRegistered, PublisherResumed, PublisherSuspended
from idp.domain.audit.record import record
from idp.domain.exchange.models import PublishedAttribute, Publisher
from idp.domain.registry.lookup import STAMP
from idp.domain.registry.models import ClientRegistration
from idp.domain.store import stamps
from idp.domain.store.database import Database, Session
from idp.protocol.oauth.client import Environment
from idp.protocol.oidc.catalogue import lender_of

ACTIVE, PROPOSED, SUSPENDED = "active", "proposed", "suspended"
SUBJECTS: Final = ("nik", "sub")
LONGEST_MAX_AGE: Final = timedelta(days=3660)


class BadPublisher(ValueError):
    """A publisher that cannot be; the message says what to change."""


@dataclass(frozen=True, slots=True)
class Publication:
    """One attribute as its owner publishes it. Without `endpoint` it is pushed and never asked for."""

    attribute: str
    agency_id: str
    client_id: str
    endpoint: str | None
    subject: str
    max_age: timedelta


def read(db: Session) -> Mapping[str, Publication]:
    """Return what is published now, by attribute."""
    rows = db.execute(
        select(PublishedAttribute, Publisher)
        .join(Publisher, Publisher.agency_id == PublishedAttribute.agency_id)
        .join(ClientRegistration, ClientRegistration.id == Publisher.client_id)
        .where(Publisher.status == ACTIVE, ClientRegistration.status == "approved")
    )
    return {
        row.attribute: Publication(
            row.attribute,
            publisher.agency_id,
            publisher.client_id,
            publisher.endpoint,
            publisher.subject,
            timedelta(seconds=row.max_age),
        )
        for row, publisher in rows
    }


class Publications:
    """What is published, read once and again whenever the registry's stamp moves."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._held: list[Mapping[str, Publication]] = []

    def current(self) -> Mapping[str, Publication]:
        """Return what is published, by attribute."""
        held = self._held  # what is read before a clear() must not outlive it
        if not held:
            with self._database.reading() as db:
                held.append(read(db))
        return held[0]

    def clear(self) -> None:
        """Forget; the next look reads the database."""
        self._held = []


def put(
    db: Session,
    *,
    agency_id: str,
    client_id: str,
    endpoint: str | None,
    subject: str,
    attributes: Mapping[str, timedelta],
    by: str,
    now: datetime,
) -> bool:
    """Register a publisher or bring it up to date; False when nothing changed.

    One whose client is in production waits for a second person (`approve`), and again when it changes.

    Raises:
        BadPublisher: an attribute of another agency or of none, a client of another agency, a freshness out of bounds.
    """
    client = db.get(ClientRegistration, client_id)
    if client is None or client.agency_id != agency_id:
        raise BadPublisher(f"client {client_id} is not a client of agency {agency_id}")
    if subject not in SUBJECTS:
        raise BadPublisher("subject must be nik or sub")
    for name, max_age in attributes.items():
        if lender_of(name) != agency_id:
            raise BadPublisher(f"{name} is not an attribute of agency {agency_id} in the catalogue")
        if not timedelta() < max_age <= LONGEST_MAX_AGE:
            raise BadPublisher(f"max_age_days of {name} must be 1 to {LONGEST_MAX_AGE.days}")
    if not attributes:
        raise BadPublisher("a publisher needs at least one attribute")
    row = db.get(Publisher, agency_id)
    standing = {a.attribute: timedelta(seconds=a.max_age) for a in attributes_of(db, agency_id)}
    wanted = (client_id, endpoint, subject)
    if (
        row is not None
        and (row.client_id, row.endpoint, row.subject) == wanted
        and standing == dict(attributes)
    ):
        return False
    waits = client.environment == Environment.PRODUCTION
    if row is None:
        row = Publisher(agency_id=agency_id, created_at=now)
        db.add(row)
    row.client_id, row.endpoint, row.subject = wanted
    row.updated_at, row.proposed_by = now, by
    if row.status != SUSPENDED:
        row.status = PROPOSED if waits else ACTIVE
    db.flush()
    db.execute(delete(PublishedAttribute).where(PublishedAttribute.agency_id == agency_id))
    db.add_all(
        PublishedAttribute(attribute=name, agency_id=agency_id, max_age=int(max_age.total_seconds()))
        for name, max_age in attributes.items()
    )
    record(
        db,
        PublisherRegistered(
            agency_id=agency_id, client_id=client_id, attributes=tuple(sorted(attributes)), actor=by
        ),
        now,
    )
    stamps.bump(db, STAMP)
    return True


def attributes_of(db: Session, agency_id: str) -> Sequence[PublishedAttribute]:
    """Return what an agency publishes, by name."""
    return db.scalars(
        select(PublishedAttribute)
        .where(PublishedAttribute.agency_id == agency_id)
        .order_by(PublishedAttribute.attribute)
    ).all()


def every(db: Session) -> Sequence[Publisher]:
    """Return all publishers."""
    return db.scalars(select(Publisher).order_by(Publisher.agency_id)).all()


def approve(db: Session, agency_id: str, *, by: str, now: datetime) -> None:
    """Let a proposed publisher be asked; the second pair of eyes.

    Raises:
        BadPublisher: there is none that waits, or whoever proposed it is the one approving.
    """
    row = _get(db, agency_id)
    if row.status != PROPOSED:
        raise BadPublisher(f"publisher {agency_id} does not wait for approval")
    if row.proposed_by == by:
        raise BadPublisher("somebody else must approve")
    approved = db.execute(
        update(Publisher)
        .where(
            Publisher.agency_id == agency_id,
            Publisher.status == PROPOSED,
            Publisher.proposed_by != by,
            Publisher.updated_at == row.updated_at,
        )
        .values(status=ACTIVE, updated_at=now)
        .returning(Publisher.agency_id)
        .execution_options(synchronize_session=False)
    ).first()
    if approved is None:
        raise BadPublisher(f"publisher {agency_id} was changed meanwhile; look again")
    db.refresh(row)
    stamps.bump(db, STAMP)
    record(db, PublisherResumed(agency_id=agency_id, client_id=row.client_id, actor=by), now)


def suspend(db: Session, agency_id: str, reason: str, *, by: str, now: datetime) -> None:
    """Ask nothing of a publisher and take nothing from it.

    Raises:
        BadPublisher: there is no such publisher.
    """
    row = _get(db, agency_id)
    if row.status != SUSPENDED:
        _move(db, row, SUSPENDED, now)
        event = PublisherSuspended(agency_id=agency_id, client_id=row.client_id, reason=reason, actor=by)
        record(db, event, now)


def resume(db: Session, agency_id: str, *, by: str, now: datetime) -> None:
    """Ask a suspended publisher again; one of production waits for a second person (`approve`).

    Raises:
        BadPublisher: there is none that is suspended.
    """
    row = _get(db, agency_id)
    if row.status != SUSPENDED:
        raise BadPublisher(f"publisher {agency_id} is not suspended")
    client = db.get_one(ClientRegistration, row.client_id)
    if client.environment == Environment.PRODUCTION:
        row.proposed_by = by
        _move(db, row, PROPOSED, now)
        return
    _move(db, row, ACTIVE, now)
    record(db, PublisherResumed(agency_id=agency_id, client_id=row.client_id, actor=by), now)


def _get(db: Session, agency_id: str) -> Publisher:
    row = db.get(Publisher, agency_id)
    if row is None:
        raise BadPublisher(f"agency {agency_id} publishes nothing")
    return row


def _move(db: Session, row: Publisher, status: str, now: datetime) -> None:
    row.status, row.updated_at = status, now
    stamps.bump(db, STAMP)

"""Finding clients and waiting changes: what the console and the command line list (features K1, K5)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, or_, select

from idp.domain.registry.models import Agency, ClientChange, ClientRegistration
from idp.domain.store.database import Session

PAGE = 50


@dataclass(frozen=True, slots=True)
class ClientFilter:
    """What to look for; empty means anything. `agency_id` is also how an agency's administrator is bounded."""

    text: str = ""
    status: str = ""
    environment: str = ""
    agency_id: str = ""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A change that waits, and the client it is about."""

    change: ClientChange
    client: ClientRegistration


def clients(
    db: Session, wanted: ClientFilter, *, after: str = "", limit: int = PAGE
) -> Sequence[ClientRegistration]:
    """Return registrations by their id, those after `after` only: a page costs the same wherever it lies."""
    query = select(ClientRegistration).where(ClientRegistration.id > after)
    for column, value in (
        (ClientRegistration.status, wanted.status),
        (ClientRegistration.environment, wanted.environment),
        (ClientRegistration.agency_id, wanted.agency_id),
    ):
        if value:
            query = query.where(column == value)
    if wanted.text:
        names = ("client_name", "client_name#en")
        query = query.where(
            or_(
                ClientRegistration.id.icontains(wanted.text, autoescape=True),
                *(
                    ClientRegistration.client_metadata[name]
                    .as_string()
                    .icontains(wanted.text, autoescape=True)
                    for name in names
                ),
            )
        )
    return db.scalars(query.order_by(ClientRegistration.id).limit(limit)).all()


def ids_of(db: Session, agency_id: str) -> tuple[str, ...]:
    """Return the ids of an agency's clients."""
    return tuple(db.scalars(select(ClientRegistration.id).where(ClientRegistration.agency_id == agency_id)))


def waiting(db: Session, agency_id: str | None = None) -> Sequence[Waiting]:
    """Return the undecided changes, the oldest first; of one agency when it is named."""
    query = (
        select(ClientChange, ClientRegistration)
        .join(ClientRegistration, ClientRegistration.id == ClientChange.client_id)
        .where(ClientChange.decision.is_(None))
        .order_by(ClientChange.proposed_at, ClientChange.id)
    )
    if agency_id is not None:
        query = query.where(ClientRegistration.agency_id == agency_id)
    return [Waiting(change, client) for change, client in db.execute(query)]


def waiting_count(db: Session, agency_id: str | None = None) -> int:
    """Count the undecided changes."""
    query = select(func.count()).select_from(ClientChange).where(ClientChange.decision.is_(None))
    if agency_id is not None:
        query = query.join(ClientRegistration, ClientRegistration.id == ClientChange.client_id).where(
            ClientRegistration.agency_id == agency_id
        )
    return db.scalar(query) or 0


def change(db: Session, change_id: UUID) -> Waiting | None:
    """Return a change, decided or not, with its client."""
    found = db.execute(
        select(ClientChange, ClientRegistration)
        .join(ClientRegistration, ClientRegistration.id == ClientChange.client_id)
        .where(ClientChange.id == change_id)
    ).one_or_none()
    return Waiting(found[0], found[1]) if found is not None else None


def client_counts(db: Session) -> Mapping[str, int]:
    """Count the clients of each agency that are not retired."""
    rows = db.execute(
        select(ClientRegistration.agency_id, func.count())
        .where(ClientRegistration.status != "retired")
        .group_by(ClientRegistration.agency_id)
    )
    return {agency_id: count for agency_id, count in rows}


def agencies(db: Session, ids: Iterable[str]) -> Mapping[str, Agency]:
    """Return agencies by their ids."""
    return {row.id: row for row in db.scalars(select(Agency).where(Agency.id.in_(set(ids))))}

"""What waits for a second person, with the client it is about; names for ids (features K1, K2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select

from idp.domain.registry.models import Agency, ClientChange, ClientRegistration
from idp.domain.store.database import Session


@dataclass(frozen=True, slots=True)
class Waiting:
    """A change that waits, and the client it is about."""

    change: ClientChange
    client: ClientRegistration


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


def agencies(db: Session, ids: Iterable[str]) -> Mapping[str, Agency]:
    """Return agencies by their ids."""
    return {row.id: row for row in db.scalars(select(Agency).where(Agency.id.in_(set(ids))))}

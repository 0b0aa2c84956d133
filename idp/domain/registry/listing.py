"""Lists of clients for the console and the command line: search, filter, keyset paging (features K5)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from sqlalchemy import ColumnElement, Select, func, or_, select

from idp.domain.registry.models import ClientRegistration
from idp.domain.store.database import Session

T = TypeVar("T")
MOST = 1000
LONGEST_SEARCH = 100


@dataclass(frozen=True, slots=True)
class Slice(Generic[T]):
    """A part of a list in its order, and the keys to go on from; empty where there is no more."""

    rows: tuple[T, ...]
    before: str = ""
    after: str = ""


def every(db: Session, *, agency_id: str | None = None, search: str = "") -> Sequence[ClientRegistration]:
    """Return up to 1,000 clients by id."""
    return db.scalars(_found(agency_id, search, "", "").order_by(ClientRegistration.id).limit(MOST)).all()


def by_id(db: Session, ids: Iterable[str]) -> dict[str, ClientRegistration]:
    """Return clients by their ids."""
    return {
        row.id: row
        for row in db.scalars(select(ClientRegistration).where(ClientRegistration.id.in_(set(ids))))
    }


def page(
    db: Session,
    *,
    size: int,
    agency_id: str | None = None,
    search: str = "",
    status: str = "",
    environment: str = "",
    after: str = "",
    before: str = "",
) -> Slice[ClientRegistration]:
    """Return one page of clients by id, after or before a key."""
    found = _found(agency_id, search, status, environment)
    key = ClientRegistration.id
    if before:
        rows = list(db.scalars(found.where(key < before).order_by(key.desc()).limit(size + 1)))
        more, rows = len(rows) > size, rows[:size][::-1]
        return Slice(tuple(rows), rows[0].id if more and rows else "", rows[-1].id if rows else "")
    if after:
        found = found.where(key > after)
    rows = list(db.scalars(found.order_by(key).limit(size + 1)))
    more, rows = len(rows) > size, rows[:size]
    return Slice(tuple(rows), rows[0].id if after and rows else "", rows[-1].id if more else "")


def count_by_agency(db: Session) -> dict[str, int]:
    """Count the clients of each agency."""
    counted = db.execute(
        select(ClientRegistration.agency_id, func.count()).group_by(ClientRegistration.agency_id)
    )
    return {agency: number for agency, number in counted}


def name_of(row: ClientRegistration, language: str = "id") -> str:
    """Return a client's name in a language, else in Indonesian, else its id."""
    metadata = row.client_metadata
    return str(metadata.get(f"client_name#{language}") or metadata.get("client_name") or row.id)


def _found(agency_id: str | None, search: str, status: str, environment: str) -> Select[ClientRegistration]:
    found = select(ClientRegistration)
    wanted: list[ColumnElement[bool]] = []
    for column, value in (
        (ClientRegistration.agency_id, agency_id),
        (ClientRegistration.status, status),
        (ClientRegistration.environment, environment),
    ):
        if value:
            wanted.append(column == value)
    if search := search.strip()[:LONGEST_SEARCH]:
        wanted.append(_matches(search))
    return found.where(*wanted)


def _matches(search: str) -> ColumnElement[bool]:
    """Compare with id and names; % and _ in the search mean themselves."""
    name, english = (
        ClientRegistration.client_metadata[n].as_string() for n in ("client_name", "client_name#en")
    )
    return or_(
        func.lower(ClientRegistration.id).contains(search.lower(), autoescape=True),
        func.lower(name).contains(search.lower(), autoescape=True),
        func.lower(english).contains(search.lower(), autoescape=True),
    )

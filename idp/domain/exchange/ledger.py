"""Reading the ledger of releases for the citizen it is about (UU PDP art. 31, 32)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import ColumnElement, func, literal, select

from idp.domain.exchange.entries import REFUSED, RELEASED
from idp.domain.exchange.models import Release
from idp.domain.registry.models import Agency, ClientRegistration
from idp.domain.store.database import Session

SIZE: Final = 50
PAGE: Final = 500
BLANK: Final = " "


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which lines: of one agency, about one field, within a span; everything where nothing is said."""

    agency_id: str | None = None
    field: str | None = None
    since: datetime | None = None
    before: datetime | None = None


EVERYTHING: Final = Wanted()


@dataclass(frozen=True, slots=True)
class Use:
    """One line of the ledger. `terms` is per field its source, ground and purposes, where they were kept."""

    id: UUID
    at: datetime
    client_id: str
    claims: tuple[str, ...]
    channel: str
    outcome: str
    reason: str | None
    terms: Mapping[str, Mapping[str, Any]]
    on_behalf_of: str | None

    @property
    def refused(self) -> bool:
        """Whether nothing left."""
        return self.outcome == REFUSED


@dataclass(frozen=True, slots=True)
class Reader:
    """One service that read something, how often and when last."""

    client_id: str
    times: int
    last: datetime


def last_used(db: Session, citizen_id: UUID) -> Mapping[str, datetime]:
    """Return when each client last received data of a citizen."""
    return {reader.client_id: reader.last for reader in readers(db, citizen_id)}


def readers(db: Session, citizen_id: UUID, wanted: Wanted = EVERYTHING) -> Sequence[Reader]:
    """Return who received data of a citizen, the latest first."""
    last = func.max(Release.at)
    rows = db.execute(
        select(Release.client_id, func.count(), last)
        .where(*_criteria(citizen_id, wanted), Release.outcome == RELEASED)
        .group_by(Release.client_id)
        .order_by(last.desc(), Release.client_id)
    )
    return [Reader(client_id, times, at) for client_id, times, at in rows]


def uses(
    db: Session, citizen_id: UUID, wanted: Wanted = EVERYTHING, *, offset: int = 0, limit: int = SIZE
) -> tuple[Sequence[Use], int]:
    """Return a stretch of a citizen's ledger, the newest first, and how long all of it is."""
    criteria = _criteria(citizen_id, wanted)
    total = db.scalar(select(func.count()).select_from(Release).where(*criteria)) or 0
    rows = db.scalars(
        select(Release)
        .where(*criteria)
        .order_by(Release.at.desc(), Release.id.desc())
        .offset(offset)
        .limit(limit)
    )
    return [_use(row) for row in rows], total


def every(db: Session, citizen_id: UUID, wanted: Wanted = EVERYTHING) -> Iterator[Use]:
    """Stream the lines, the newest first."""
    offset = 0
    while True:
        found, _total = uses(db, citizen_id, wanted, offset=offset, limit=PAGE)
        yield from found
        if len(found) < PAGE:
            return
        offset += PAGE


def agencies(db: Session, citizen_id: UUID) -> Sequence[Agency]:
    """Return the agencies the ledger of a citizen speaks of."""
    named = (
        select(ClientRegistration.agency_id)
        .join(Release, Release.client_id == ClientRegistration.id)
        .where(Release.citizen_id == citizen_id)
    )
    return db.scalars(select(Agency).where(Agency.id.in_(named)).order_by(Agency.name_id, Agency.id)).all()


def fields(db: Session, citizen_id: UUID) -> frozenset[str]:
    """Return the fields the ledger of a citizen speaks of."""
    found = db.scalars(select(Release.claims).where(Release.citizen_id == citizen_id).distinct())
    return frozenset(name for names in found for name in names.split())


def _criteria(citizen_id: UUID, wanted: Wanted) -> list[ColumnElement[bool]]:
    criteria: list[ColumnElement[bool]] = [Release.citizen_id == citizen_id]
    if wanted.agency_id is not None:
        ours = select(ClientRegistration.id).where(ClientRegistration.agency_id == wanted.agency_id)
        criteria.append(Release.client_id.in_(ours))
    if wanted.field is not None:
        padded = literal(BLANK) + Release.claims + literal(BLANK)
        criteria.append(padded.contains(f"{BLANK}{wanted.field}{BLANK}", autoescape=True))
    if wanted.since is not None:
        criteria.append(Release.at >= wanted.since)
    if wanted.before is not None:
        criteria.append(Release.at < wanted.before)
    return criteria


def _use(row: Release) -> Use:
    terms = orjson.loads(row.terms) if row.terms else {}
    return Use(
        id=row.id,
        at=row.at,
        client_id=row.client_id,
        claims=tuple(row.claims.split()),
        channel=row.channel,
        outcome=row.outcome,
        reason=row.reason,
        terms=terms,
        on_behalf_of=row.on_behalf_of,
    )

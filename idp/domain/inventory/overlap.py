"""What many applications ask: clusters of the same field, who else stores it, where the truth should lie (F10)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import and_, func, or_, select

from idp.domain.inventory.lint import owner_of
from idp.domain.inventory.models import Application, ApplicationField, RetirementProposal
from idp.domain.store.database import Session

MOST: Final = 50
UNKNOWN: Final = "label:"
"""Before the words of a field that matches nothing we know."""
LONGEST_SEARCH: Final = 100


@dataclass(frozen=True, slots=True)
class Headline:
    """The register in a few numbers."""

    applications: int
    agencies: int
    asked_again: int
    """Fields that ask for what the state holds."""
    attributes: int
    """How many different things those fields ask."""
    yearly_cost: int
    retirements: int
    saving: int
    """Rupiah a year, if every proposed retirement took place."""


@dataclass(frozen=True, slots=True)
class Truth:
    """Where a value should come from: an owner of the catalogue, or the application that most people use."""

    owner: str = ""
    application: Application | None = None


@dataclass(frozen=True, slots=True)
class Cluster:
    """One thing that several applications ask."""

    concept: str
    known: bool
    applications: int
    agencies: int
    users: int
    truth: Truth

    @property
    def words(self) -> str:
        """The words of what nobody in the catalogue knows."""
        return self.concept.removeprefix(UNKNOWN)


@dataclass(frozen=True, slots=True)
class Retirement:
    """A proposed retirement, with both applications."""

    proposal: RetirementProposal
    application: Application
    keeper: Application


@dataclass(frozen=True, slots=True)
class Grid:
    """Agencies against what they ask: how many applications of one ask the other."""

    agencies: tuple[tuple[str, str], ...]
    concepts: tuple[str, ...]
    counts: Mapping[tuple[str, str], int]

    def rows(self) -> list[list[int]]:
        """Return the counts, a list for each agency."""
        return [[self.counts.get((owner, each), 0) for each in self.concepts] for owner, _ in self.agencies]


def headline(db: Session) -> Headline:
    """Return the register's few numbers; a board shows them."""
    applications, agencies, cost = db.execute(
        select(
            func.count(),
            func.count(func.distinct(Application.owner_id)),
            func.coalesce(func.sum(Application.yearly_cost), 0),
        )
    ).one()
    asked, attributes = db.execute(
        select(func.count(), func.count(func.distinct(ApplicationField.concept))).where(
            ApplicationField.known.is_(True)
        )
    ).one()
    retirements, saving = db.execute(
        select(func.count(RetirementProposal.rank), func.coalesce(func.sum(RetirementProposal.saving), 0))
    ).one()
    return Headline(applications, agencies, asked, attributes, int(cost), retirements, int(saving))


def clusters(db: Session, *, known: bool | None = None, limit: int = MOST) -> Sequence[Cluster]:
    """Return what more than one application asks, the most frequent first."""
    how_many = func.count(func.distinct(ApplicationField.application_id))
    query = (
        select(
            ApplicationField.concept,
            ApplicationField.known,
            how_many,
            func.count(func.distinct(Application.owner_id)),
            func.sum(Application.users),
        )
        .join(Application, Application.id == ApplicationField.application_id)
        .group_by(ApplicationField.concept, ApplicationField.known)
        .having(how_many > 1)
        .order_by(how_many.desc(), ApplicationField.concept)
        .limit(limit)
    )
    if known is not None:
        query = query.where(ApplicationField.known.is_(known))
    rows = db.execute(query).all()
    largest = _largest(db, [row[0] for row in rows if not owner_of(row[0])])
    return [
        Cluster(concept, is_known, apps, agencies, int(users), truth_of(concept, largest))
        for concept, is_known, apps, agencies, users in rows
    ]


def cluster(db: Session, concept: str) -> Cluster | None:
    """Return one cluster, of however many applications; None when nobody asks it."""
    row = db.execute(
        select(
            func.count(func.distinct(ApplicationField.application_id)),
            func.count(func.distinct(Application.owner_id)),
            func.sum(Application.users),
            func.max(ApplicationField.confidence),
        )
        .join(Application, Application.id == ApplicationField.application_id)
        .where(ApplicationField.concept == concept)
    ).one()
    if not row[0]:
        return None
    known = db.scalar(select(ApplicationField.known).where(ApplicationField.concept == concept).limit(1))
    largest = {} if owner_of(concept) else _largest(db, [concept])
    return Cluster(concept, bool(known), row[0], row[1], int(row[2]), truth_of(concept, largest))


def who_asks(db: Session, concept: str, limit: int = MOST) -> Sequence[Application]:
    """Return the applications that ask and store something, those with the most users first."""
    asking = select(ApplicationField.application_id).where(ApplicationField.concept == concept)
    return db.scalars(
        select(Application)
        .where(Application.id.in_(asking))
        .order_by(Application.users.desc(), Application.id)
        .limit(limit)
    ).all()


def others_asking(db: Session, application_id: UUID) -> Mapping[str, int]:
    """Count, for each thing an application asks, how many other applications ask it too."""
    own = select(ApplicationField.concept).where(ApplicationField.application_id == application_id)
    rows = db.execute(
        select(ApplicationField.concept, func.count(func.distinct(ApplicationField.application_id)))
        .where(ApplicationField.concept.in_(own), ApplicationField.application_id != application_id)
        .group_by(ApplicationField.concept)
    )
    return {concept: count for concept, count in rows}


def retirements(db: Session, limit: int = MOST) -> Sequence[Retirement]:
    """Return the proposed retirements, the greatest saving first."""
    rows = db.scalars(select(RetirementProposal).order_by(RetirementProposal.rank).limit(limit)).all()
    ids = {id_ for row in rows for id_ in (row.application_id, row.keeper_id)}
    named = {row.id: row for row in db.scalars(select(Application).where(Application.id.in_(ids)))}
    return [Retirement(row, named[row.application_id], named[row.keeper_id]) for row in rows]


def retirement_of(db: Session, application_id: UUID) -> Retirement | None:
    """Return the proposal to retire one application; None when there is none."""
    row = db.get(RetirementProposal, application_id)
    if row is None:
        return None
    return Retirement(
        row, db.get_one(Application, row.application_id), db.get_one(Application, row.keeper_id)
    )


def grid(db: Session, agencies: int = 12, concepts: int = 12) -> Grid:
    """Return the agencies that ask the most known things against the things most often asked."""
    asked = func.count()
    owners = db.execute(
        select(Application.owner_id, func.min(Application.owner))
        .join(ApplicationField, ApplicationField.application_id == Application.id)
        .where(ApplicationField.known.is_(True))
        .group_by(Application.owner_id)
        .order_by(asked.desc(), Application.owner_id)
        .limit(agencies)
    ).all()
    names = db.scalars(
        select(ApplicationField.concept)
        .where(ApplicationField.known.is_(True))
        .group_by(ApplicationField.concept)
        .order_by(asked.desc(), ApplicationField.concept)
        .limit(concepts)
    ).all()
    counts = db.execute(
        select(
            Application.owner_id,
            ApplicationField.concept,
            func.count(func.distinct(ApplicationField.application_id)),
        )
        .join(ApplicationField, ApplicationField.application_id == Application.id)
        .where(Application.owner_id.in_([owner for owner, _ in owners]), ApplicationField.concept.in_(names))
        .group_by(Application.owner_id, ApplicationField.concept)
    )
    return Grid(
        tuple((owner, name) for owner, name in owners),
        tuple(names),
        {(owner, concept): count for owner, concept, count in counts},
    )


def truth_of(concept: str, largest: Mapping[str, Application]) -> Truth:
    """Say where something should come from: its owner, else the application with the most users."""
    owner = owner_of(concept)
    return Truth(owner=owner) if owner else Truth(application=largest.get(concept))


def _largest(db: Session, concepts: Sequence[str]) -> Mapping[str, Application]:
    """Find, for each of these, the application with the most users that asks it."""
    if not concepts:
        return {}
    place = (
        func.row_number()
        .over(
            partition_by=ApplicationField.concept,
            order_by=(Application.users.desc(), Application.id),
        )
        .label("place")
    )
    ranked = (
        select(ApplicationField.concept, Application.id.label("id"), place)
        .join(Application, Application.id == ApplicationField.application_id)
        .where(ApplicationField.concept.in_(concepts))
        .subquery()
    )
    rows = db.execute(
        select(ranked.c.concept, Application)
        .join(Application, Application.id == ranked.c.id)
        .where(ranked.c.place == 1)
    )
    return {concept: application for concept, application in rows}


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the list of applications, those with the most users first, and the key of the next one."""

    rows: tuple[Application, ...]
    after: str = ""


def search(db: Session, text: str, *, after: str = "", size: int = 25) -> Part:
    """Find applications by their name, owner or purpose; everything for an empty text."""
    query = select(Application)
    if text:
        part = text.lower()[:LONGEST_SEARCH]
        query = query.where(
            or_(
                *(
                    func.lower(column).contains(part, autoescape=True)
                    for column in (Application.name, Application.owner, Application.purpose)
                )
            )
        )
    key = _key(after)
    if key is not None:
        users, id_ = key
        query = query.where(
            or_(Application.users < users, and_(Application.users == users, Application.id > id_))
        )
    rows = db.scalars(query.order_by(Application.users.desc(), Application.id).limit(size + 1)).all()
    last = rows[size - 1] if len(rows) > size else None
    return Part(tuple(rows[:size]), f"{last.users}.{last.id}" if last is not None else "")


def _key(after: str) -> tuple[int, UUID] | None:
    users, _, id_ = after.partition(".")
    try:
        return min(int(users), 2**62), UUID(id_)
    except ValueError:
        return None

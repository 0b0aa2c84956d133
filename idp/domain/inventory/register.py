"""Bringing applications into the register: the same file twice changes nothing (features F10, U2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, insert, select, update

from idp.domain.audit.inventory_events import ApplicationsImported
from idp.domain.audit.record import record
from idp.domain.inventory.forms import Field
from idp.domain.inventory.lint import SURE_ENOUGH, asks_again
from idp.domain.inventory.matcher import match
from idp.domain.inventory.models import Application, ApplicationChange, ApplicationField, RetirementProposal
from idp.domain.inventory.overlap import UNKNOWN
from idp.domain.inventory.retirement import Candidate, propose, purpose_words
from idp.domain.inventory.rows import AskedField, Row, Sheet
from idp.domain.inventory.summary import patient, renew_summary
from idp.domain.inventory.vocabulary import bare, standard
from idp.domain.store.database import Database, Session

AT_ONCE: Final = 500
"""Applications in one transaction: an import of thousands must not keep everybody else waiting."""
LONGEST_CONCEPT: Final = 120


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did; `rematched` were the same, but the vocabulary has changed since."""

    added: int = 0
    changed: int = 0
    same: int = 0
    rematched: int = 0
    skipped: int = 0

    @property
    def nothing(self) -> bool:
        """Tell whether the register is as it was."""
        return not (self.added or self.changed or self.rematched)


@dataclass(frozen=True, slots=True)
class Asked:
    """A field as the register keeps it."""

    name: str
    label: str
    concept: str
    known: bool
    confidence: int


def bring_in(database: Database, sheet: Sheet, *, by: str, now: datetime) -> Imported:
    """Bring checked rows into the register; what is there and differs is changed, with a line of history.

    Applications that the file does not name stay: an agency sends its own.
    """
    counts = {"added": 0, "changed": 0, "same": 0, "rematched": 0}
    matched: dict[AskedField, tuple[Asked, ...]] = {}
    for start in range(0, len(sheet.rows), AT_ONCE):
        part = [(row, _asked(row, matched)) for row in sheet.rows[start : start + AT_ONCE]]
        with database.unit_of_work() as db:
            for name, count in _bring_in(db, part, by=by, now=now).items():
                counts[name] += count
    done = Imported(**counts, skipped=sheet.bad)
    if not done.nothing:
        renew_proposals(database)
        renew_summary(database, now)
        with database.unit_of_work() as db:
            event = ApplicationsImported(
                actor=by, added=done.added, changed=done.changed, same=done.same, skipped=done.skipped
            )
            record(db, event, now)
    return done


def concept_of(field: AskedField) -> tuple[Asked, ...]:
    """Return what a field asks for: attributes we know, or its own words."""
    sure = [
        each for each in match(Field(name=field.name, label=field.label)) if each.confidence >= SURE_ENOUGH
    ]
    if sure:
        return tuple(
            Asked(
                field.name,
                field.label,
                each.concept,
                asks_again(each.concept),
                round(each.confidence * 100),
            )
            for each in sure
        )
    reading = standard().read(field.label or field.name).words
    words = [word for word in reading if word not in standard().fillers] or list(reading)
    concept = (UNKNOWN + " ".join(words or bare(field.name) or ["?"]))[:LONGEST_CONCEPT]
    return (Asked(field.name, field.label, concept, False, 0),)


def renew_proposals(database: Database) -> int:
    """Compare all applications again and keep the list of proposed retirements; returns how many there are."""
    with database.reading() as db:
        patient(db)
        concepts: dict[UUID, set[str]] = {}
        for application_id, concept in db.execute(
            select(ApplicationField.application_id, ApplicationField.concept)
        ):
            concepts.setdefault(application_id, set()).add(concept)
        candidates = [
            Candidate(id_, users, cost, purpose_words(purpose), frozenset(concepts.get(id_, ())), retires)
            for id_, users, cost, purpose, retires in db.execute(
                select(
                    Application.id,
                    Application.users,
                    Application.yearly_cost,
                    Application.purpose,
                    Application.retires_on,
                )
            )
        ]
    found = propose(candidates)
    with database.unit_of_work() as db:
        db.execute(delete(RetirementProposal))
        if found:
            db.execute(
                insert(RetirementProposal),
                [
                    {
                        "application_id": each.id,
                        "keeper_id": each.keeper_id,
                        "rank": rank,
                        "shared": each.shared,
                        "fields": each.fields,
                        "likeness": round(each.likeness * 100),
                        "saving": each.saving,
                    }
                    for rank, each in enumerate(found, 1)
                ],
            )
    return len(found)


def _asked(row: Row, matched: dict[AskedField, tuple[Asked, ...]]) -> tuple[Asked, ...]:
    found: list[Asked] = []
    for field in row.fields:
        if field not in matched:
            matched[field] = concept_of(field)
        found.extend(matched[field])
    return tuple(found)


def _bring_in(
    db: Session, part: Sequence[tuple[Row, tuple[Asked, ...]]], *, by: str, now: datetime
) -> dict[str, int]:
    standing = {
        row.id: row
        for row in db.scalars(select(Application).where(Application.id.in_([row.id for row, _ in part])))
    }
    new: list[dict[str, Any]] = []
    fields: list[dict[str, Any]] = []
    history: list[dict[str, Any]] = []
    dropped: list[UUID] = []
    counts = {"added": 0, "changed": 0, "same": 0, "rematched": 0}
    for row, asked in part:
        there = standing.get(row.id)
        if there is not None and there.digest == row.digest:
            if there.vocabulary == standard().digest:
                counts["same"] += 1
                continue
            counts["rematched"] += 1
            there.vocabulary = standard().digest
        elif there is not None:
            counts["changed"] += 1
            history.append(_change(db, there, row, by=by, now=now))
        else:
            counts["added"] += 1
            new.append(_values(row) | {"revision": 1, "registered_at": now, "updated_at": now})
        if there is not None:
            dropped.append(row.id)
        fields.extend(_field(row.id, position, each) for position, each in enumerate(asked))
    if dropped:
        db.execute(delete(ApplicationField).where(ApplicationField.application_id.in_(dropped)))
    for model, rows in ((Application, new), (ApplicationField, fields), (ApplicationChange, history)):
        if rows:
            db.execute(insert(model), rows)
    return counts


def _change(db: Session, there: Application, row: Row, *, by: str, now: datetime) -> dict[str, Any]:
    """Change what is there, and return the line of history: each member that differs, old and new."""
    before = _told(db, there)
    members = {name: [before[name], new] for name, new in row.members.items() if before[name] != new}
    revision = there.revision + 1
    db.execute(
        update(Application)
        .where(Application.id == there.id)
        .values(**_values(row), revision=revision, updated_at=now)
        .execution_options(synchronize_session=False)
    )
    return {
        "application_id": there.id,
        "revision": revision,
        "members": members,
        "changed_by": by,
        "changed_at": now,
    }


def _told(db: Session, there: Application) -> dict[str, Any]:
    """Return what was told about an application, as `Row.members` writes it."""
    fields = db.execute(
        select(ApplicationField.name, ApplicationField.label)
        .where(ApplicationField.application_id == there.id)
        .order_by(ApplicationField.position)
    )
    told: list[dict[str, str]] = []
    for name, label in fields:  # a field that asks two things has two lines
        entry = {"name": name, "label": label}
        if not told or told[-1] != entry:
            told.append(entry)
    return {
        "owner_id": there.owner_id,
        "owner": there.owner,
        "slug": there.slug,
        "name": there.name,
        "url": there.url,
        "purpose": there.purpose,
        "users": there.users,
        "yearly_cost": there.yearly_cost,
        "technology": there.technology,
        "retires_on": there.retires_on.isoformat() if there.retires_on else None,
        "fields": told,
    }


def _values(row: Row) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in row.members if name != "fields"}
    return {"id": row.id, **values, "digest": row.digest, "vocabulary": standard().digest}


def _field(application_id: UUID, position: int, asked: Asked) -> dict[str, Any]:
    return {
        "application_id": application_id,
        "position": position,
        "name": asked.name,
        "label": asked.label,
        "concept": asked.concept,
        "known": asked.known,
        "confidence": asked.confidence,
    }


def fields_of(db: Session, application_id: UUID) -> Sequence[ApplicationField]:
    """Return what an application asks, in its own order."""
    return db.scalars(
        select(ApplicationField)
        .where(ApplicationField.application_id == application_id)
        .order_by(ApplicationField.position)
    ).all()


def history_of(db: Session, application_id: UUID) -> Sequence[ApplicationChange]:
    """Return what imports changed in an application, the latest first."""
    return db.scalars(
        select(ApplicationChange)
        .where(ApplicationChange.application_id == application_id)
        .order_by(ApplicationChange.revision.desc())
    ).all()

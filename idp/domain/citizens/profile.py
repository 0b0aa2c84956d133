"""A citizen's attributes: sealed, dated, each with where it comes from (features D12, section 8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import orjson
from sqlalchemy import Select, select, update

from idp.domain.audit.account_events import LanguageChosen
from idp.domain.audit.record import record
from idp.domain.citizens.models import AttributeValue, Citizen
from idp.domain.store.database import Session
from keys import DataKey, Place

TABLE, COLUMN = "attribute_value", "sealed"
CHANGED = "changed_attributes"


@dataclass(frozen=True, slots=True)
class Value:
    """One value with its provenance."""

    value: Any
    source: str
    level: str
    verified_at: datetime | None
    recorded_at: datetime
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    superseded_at: datetime | None = None


def write(
    db: Session,
    data_key: DataKey,
    citizen_id: UUID,
    name: str,
    value: object,
    *,
    source: str,
    level: str,
    verified_at: datetime | None = None,
    valid_from: datetime | None = None,
    valid_until: datetime | None = None,
    now: datetime,
) -> None:
    """Make this the current value; the earlier one is kept as superseded, an equal one is confirmed.

    Another value than before is noted (`changed`): whoever reads it has to be told.
    """
    current = db.scalars(_current(citizen_id).where(AttributeValue.name == name)).one_or_none()
    plain = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    before = None
    if current is not None:
        before = data_key.unseal(current.sealed, _place(current.id))
        same = (current.source, current.level, current.valid_from, current.valid_until) == (
            source,
            level,
            valid_from,
            valid_until,
        )
        if same and before == plain:
            current.verified_at = verified_at or current.verified_at
            db.flush()
            return
        current.superseded_at = now
        db.flush()
    row_id = uuid4()
    db.add(
        AttributeValue(
            id=row_id,
            citizen_id=citizen_id,
            name=name,
            sealed=data_key.seal(plain, _place(row_id)),
            source=source,
            level=level,
            verified_at=verified_at,
            valid_from=valid_from,
            valid_until=valid_until,
            recorded_at=now,
        )
    )
    db.flush()
    if before != plain:
        _note(db, citizen_id, name)
    _touch(db, citizen_id, now)


def supersede(db: Session, citizen_id: UUID, name: str, now: datetime) -> bool:
    """End the current value without a successor; False when there is none."""
    ended = db.execute(
        update(AttributeValue)
        .where(
            AttributeValue.citizen_id == citizen_id,
            AttributeValue.name == name,
            AttributeValue.superseded_at.is_(None),
        )
        .values(superseded_at=now)
        .returning(AttributeValue.id)
    ).first()
    if ended is None:
        return False
    _note(db, citizen_id, name)
    _touch(db, citizen_id, now)
    return True


def changed(db: Session, citizen_id: UUID) -> frozenset[str]:
    """Return the attributes that got another value, or none, in this unit of work."""
    noted: dict[UUID, frozenset[str]] = db.info.get(CHANGED, {})
    return noted.get(citizen_id, frozenset())


def read(db: Session, data_key: DataKey, citizen_id: UUID) -> dict[str, Value]:
    """Return the current values by name."""
    return {row.name: _opened(row, data_key) for row in db.scalars(_current(citizen_id))}


def history(db: Session, data_key: DataKey, citizen_id: UUID, name: str) -> Sequence[Value]:
    """Return every value a name ever had, the latest first."""
    rows = db.scalars(
        select(AttributeValue)
        .where(AttributeValue.citizen_id == citizen_id, AttributeValue.name == name)
        .order_by(AttributeValue.recorded_at.desc(), AttributeValue.superseded_at.desc().nulls_first())
    )
    return [_opened(row, data_key) for row in rows]


def choose_language(db: Session, citizen_id: UUID, language: str, now: datetime) -> bool:
    """Keep the language of letters, which is also the claim `locale`; False when it is that already."""
    changed = db.execute(
        update(Citizen)
        .where(Citizen.id == citizen_id, Citizen.locale != language)
        .values(locale=language, updated_at=now)
        .returning(Citizen.id)
        .execution_options(synchronize_session=False)
    ).first()
    if changed is None:
        return False
    _note(db, citizen_id, "locale")
    record(db, LanguageChosen(citizen_id=citizen_id, language=language), now)
    return True


def _current(citizen_id: UUID) -> Select[AttributeValue]:
    return select(AttributeValue).where(
        AttributeValue.citizen_id == citizen_id, AttributeValue.superseded_at.is_(None)
    )


def _opened(row: AttributeValue, data_key: DataKey) -> Value:
    return Value(
        value=orjson.loads(data_key.unseal(row.sealed, _place(row.id))),
        source=row.source,
        level=row.level,
        verified_at=row.verified_at,
        recorded_at=row.recorded_at,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        superseded_at=row.superseded_at,
    )


def _place(row_id: UUID) -> Place:
    return Place(TABLE, COLUMN, row_id.hex)


def _note(db: Session, citizen_id: UUID, name: str) -> None:
    noted: dict[UUID, frozenset[str]] = db.info.setdefault(CHANGED, {})
    noted[citizen_id] = noted.get(citizen_id, frozenset()) | {name}


def _touch(db: Session, citizen_id: UUID, now: datetime) -> None:
    db.execute(update(Citizen).where(Citizen.id == citizen_id).values(updated_at=now))

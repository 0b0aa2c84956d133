"""Cases about data that may be wrong: what they hold, and who may see which (features F12, G7).

Both kinds are rows of `idp.domain.exchange.dispute_models`, which the release gate reads; the words in them are sealed
with the citizen's data key and forgotten with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, func, select

from idp.domain.citizens.models import Citizen
from idp.domain.exchange.dispute_models import DataCase
from idp.domain.exchange.dispute_words import Words as Words, seal as seal, words as words
from idp.domain.store.database import Session
from keys import DataKey, KeyTree

OPEN: Final = "open"
ANSWERED: Final = "answered"
CLOSED: Final = "closed"
MOST: Final = 200


class DataCaseRefused(Exception):
    """A case cannot be opened or decided.

    `reason` is `open` (there is one already, `case_id`), `owner` (nobody but the citizen vouches for the value), `many`
    (enough for a day), `gone` (decided, withdrawn, another agency's), `own` (two people are needed) or `value` (no
    value of that kind).
    """

    def __init__(self, reason: str, case_id: UUID | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.case_id = case_id


def data_key_of(db: Session, tree: KeyTree, citizen_id: UUID) -> DataKey | None:
    """Return the key of a citizen's data; None once they are forgotten."""
    wrapped = db.scalars(select(Citizen.data_key).where(Citizen.id == citizen_id)).one_or_none()
    return tree.vault.open(citizen_id, wrapped) if wrapped is not None else None


def of_citizen(db: Session, citizen_id: UUID) -> Sequence[DataCase]:
    """Return a citizen's own cases, those that wait first, then the latest."""
    return db.scalars(
        select(DataCase)
        .where(DataCase.citizen_id == citizen_id)
        .order_by(DataCase.decided_at.is_not(None), DataCase.opened_at.desc())
        .limit(MOST)
    ).all()


def own(db: Session, citizen_id: UUID, case_id: UUID) -> DataCase | None:
    """Return a case of this very citizen."""
    return db.scalars(
        select(DataCase).where(DataCase.id == case_id, DataCase.citizen_id == citizen_id)
    ).one_or_none()


def undecided_of(db: Session, citizen_id: UUID) -> Sequence[DataCase]:
    """Return the cases of a citizen that wait for an answer."""
    return db.scalars(
        select(DataCase).where(DataCase.citizen_id == citizen_id, DataCase.decided_at.is_(None))
    ).all()


def at_desk(db: Session, owner_id: str | None, *, decided: bool = False) -> Sequence[DataCase]:
    """Return the cases an agency answers for, or all for None: what is due first in front, or the latest decided."""
    found = _of_owner(owner_id)
    if decided:
        wanted = select(DataCase).where(*found, DataCase.decided_at.is_not(None))
        return db.scalars(wanted.order_by(DataCase.decided_at.desc()).limit(MOST)).all()
    wanted = select(DataCase).where(*found, *_waits())
    return db.scalars(wanted.order_by(DataCase.due_at, DataCase.opened_at).limit(MOST)).all()


def find(db: Session, case_id: UUID, owner_id: str | None) -> DataCase | None:
    """Return a case an agency answers for, or any for None."""
    return db.scalars(select(DataCase).where(DataCase.id == case_id, *_of_owner(owner_id))).one_or_none()


def late_count(db: Session, owner_id: str | None, now: datetime) -> int:
    """Count the cases an agency should have answered by now, or all for None."""
    wanted = select(func.count()).select_from(DataCase)
    return db.scalar(wanted.where(*_of_owner(owner_id), *_waits(), DataCase.due_at <= now)) or 0


def is_late(case: DataCase, now: datetime) -> bool:
    """Tell whether a case should have been answered and was not, or was answered too late."""
    return case.due_at <= (case.decided_at or now)


def _of_owner(owner_id: str | None) -> tuple[ColumnElement[bool], ...]:
    return () if owner_id is None else (DataCase.owner_id == owner_id,)


def _waits() -> tuple[ColumnElement[bool], ...]:
    """What is still to be answered: nobody answers for a person who is forgotten."""
    living = select(Citizen.id).where(Citizen.id == DataCase.citizen_id, Citizen.data_key.is_not(None))
    return (DataCase.decided_at.is_(None), living.exists())

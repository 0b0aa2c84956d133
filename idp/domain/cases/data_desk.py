"""The owner of a value answers: looking needs a reason, keeping one officer, a new value two (features F12, G7, G14).

Each step is one statement over the case's state, so of two officers who act at once one wins and the other is told.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, Literal

from sqlalchemy import ColumnElement, update

from idp.domain.audit.case_events import DataCaseAnswered, DataCaseDecided, DataCaseReturned, DataCaseViewed
from idp.domain.audit.record import record
from idp.domain.cases import data_cases
from idp.domain.cases.data_cases import ANSWERED, CLOSED, OPEN, DataCaseRefused
from idp.domain.citizens import profile
from idp.domain.citizens.models import AttributeValue
from idp.domain.exchange import comparing, disputes
from idp.domain.exchange.dispute_models import DataCase, Observation
from idp.domain.exchange.disputes import CONFLICT
from idp.domain.store.database import Session
from keys import DataKey

REASONS: Final = ("answering", "confirming", "asked", "complaint")
"""Why an officer opens a case: to answer, as the second officer, because the citizen asks, because of a complaint."""
IDENTIFIERS: Final = frozenset(("nik", "nip"))
"""Numbers people are found by: they change with a new proof of identity, never by an answer."""

Answer = Literal["keep", "reject"]


def look(db: Session, case: DataCase, *, officer: str, agency_id: str, reason: str, now: datetime) -> None:
    """Put on record that an officer sees what is in a case, before anything is shown (features G14)."""
    event = DataCaseViewed(
        citizen_id=case.citizen_id,
        case_id=case.id,
        attribute=case.attribute,
        agency_id=agency_id,
        reason=reason,
        actor=officer,
    )
    record(db, event, now)


def current(db: Session, case: DataCase) -> AttributeValue | None:
    """Return the owner's value a case is about."""
    return disputes.owners_value(db, case.citizen_id, case.attribute, case.owner_id)


def close(
    db: Session,
    data_key: DataKey,
    case: DataCase,
    answer: Answer,
    *,
    text: str,
    officer: str,
    now: datetime,
) -> DataCase:
    """Decide that the value stays; one officer of its owner may.

    `keep`: it was looked at and is right. `reject`: the request itself cannot be dealt with; only a citizen's.

    Raises:
        DataCaseRefused: `gone`.
    """
    held = current(db, case)
    if answer == "reject" and case.kind != CONFLICT:
        outcome = "rejected"
    else:
        wrong = held is not None and any(not _agrees(data_key, row, held) for row in _observed(db, case))
        outcome = "other_source_wrong" if case.kind == CONFLICT and wrong else "kept"
    decided = _step(
        db,
        case,
        DataCase.state == OPEN,
        state=CLOSED,
        outcome=outcome,
        answer=data_cases.seal(data_key, case.id, "answer", text),
        decided_by=officer,
        decided_at=now,
    )
    if held is not None and outcome != "rejected":
        disputes.settle(
            db, case.citizen_id, case.attribute, case.number, now, lambda row: _agrees(data_key, row, held)
        )
        disputes.note_outcome(db, case.citizen_id, case.attribute, case.number, outcome)
    _decided(db, decided, officer, now)
    return decided


def propose(
    db: Session,
    data_key: DataKey,
    case: DataCase,
    value: object,
    *,
    text: str,
    officer: str,
    now: datetime,
) -> DataCase:
    """Put a new value forward; it changes nothing until a second officer of the owner confirms it.

    Raises:
        DataCaseRefused: `gone`, or `value` when it is the one that is there, or of a number people are found by.
    """
    held = current(db, case)
    if held is None:
        raise DataCaseRefused("gone")
    if case.attribute in IDENTIFIERS or disputes.opened(data_key, held) == value:
        raise DataCaseRefused("value")
    answered = _step(
        db,
        case,
        DataCase.state == OPEN,
        state=ANSWERED,
        answer=data_cases.seal(data_key, case.id, "answer", text),
        new_value=data_cases.seal(data_key, case.id, "new_value", value),
        answered_by=officer,
        answered_at=now,
    )
    _note(db, DataCaseAnswered, case, officer, now)
    return answered


def confirm(db: Session, data_key: DataKey, case: DataCase, *, officer: str, now: datetime) -> DataCase:
    """Make the proposed value the owner's own; its provenance names the case, the earlier one is kept as superseded.

    Raises:
        DataCaseRefused: `own` for who proposed it, `gone`.
    """
    held = current(db, case)
    if case.answered_by == officer:
        raise DataCaseRefused("own")
    if held is None:
        raise DataCaseRefused("gone")
    decided = _step(
        db,
        case,
        DataCase.state == ANSWERED,
        DataCase.answered_by != officer,
        DataCase.answered_at == case.answered_at,
        state=CLOSED,
        outcome="corrected",
        decided_by=officer,
        decided_at=now,
    )
    value = data_cases.words(data_key, decided).new_value
    profile.write(
        db,
        data_key,
        case.citizen_id,
        case.attribute,
        value,
        source=case.owner_id,
        level=held.level,
        verified_at=now,
        valid_from=held.valid_from,
        valid_until=held.valid_until,
        now=now,
    )
    disputes.note_outcome(db, case.citizen_id, case.attribute, case.number, "corrected")
    disputes.settle(
        db,
        case.citizen_id,
        case.attribute,
        case.number,
        now,
        lambda row: comparing.same(case.attribute, disputes.opened(data_key, row), value),
    )
    _decided(db, decided, officer, now)
    return decided


def send_back(db: Session, case: DataCase, *, officer: str, now: datetime) -> DataCase:
    """Do not confirm a proposed value: the case is open again, its clock goes on.

    Raises:
        DataCaseRefused: `gone`.
    """
    opened = _step(
        db,
        case,
        DataCase.state == ANSWERED,
        state=OPEN,
        answer=None,
        new_value=None,
        answered_by=None,
        answered_at=None,
    )
    _note(db, DataCaseReturned, case, officer, now)
    return opened


def _step(db: Session, case: DataCase, *when: ColumnElement[bool], **values: Any) -> DataCase:
    moved = db.execute(
        update(DataCase)
        .where(DataCase.id == case.id, DataCase.owner_id == case.owner_id, *when)
        .values(**values)
        .returning(DataCase.id)
        .execution_options(synchronize_session=False)
    ).first()
    if moved is None:
        raise DataCaseRefused("gone")
    db.refresh(case)
    return case


def _observed(db: Session, case: DataCase) -> list[Observation]:
    return list(disputes.observations(db, case.citizen_id, case.attribute))


def _agrees(data_key: DataKey, row: Observation, held: AttributeValue) -> bool:
    return comparing.same(row.attribute, disputes.opened(data_key, row), disputes.opened(data_key, held))


def _decided(db: Session, case: DataCase, officer: str, now: datetime) -> None:
    event = DataCaseDecided(
        citizen_id=case.citizen_id,
        case_id=case.id,
        attribute=case.attribute,
        outcome=case.outcome or "",
        agency_id=case.owner_id,
        actor=officer,
    )
    record(db, event, now)


def _note(
    db: Session,
    event: type[DataCaseAnswered | DataCaseReturned],
    case: DataCase,
    officer: str,
    now: datetime,
) -> None:
    told = event(
        citizen_id=case.citizen_id,
        case_id=case.id,
        attribute=case.attribute,
        agency_id=case.owner_id,
        actor=officer,
    )
    record(db, told, now)

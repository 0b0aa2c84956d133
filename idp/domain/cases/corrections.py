"""A citizen says that a value is wrong: to the agency that owns it, with a clock and a number (UU PDP art. 30; G7)."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import func, select, update

from idp.domain.audit.case_events import CorrectionAsked, CorrectionWithdrawn
from idp.domain.audit.record import record
from idp.domain.cases import data_cases
from idp.domain.cases.data_cases import DataCaseRefused
from idp.domain.citizens.models import Citizen
from idp.domain.exchange import disputes
from idp.domain.exchange.dispute_models import DataCase
from idp.domain.exchange.disputes import A_DAY, CLOCK, CONFLICT, CORRECTION
from idp.domain.store.database import Session
from idp.protocol.oidc.catalogue import owner_of
from keys import DataKey

MOST_A_DAY: Final = 10
"""How many requests one citizen makes in a day; every one of them is work for people."""
UNSURE: Final = "unsure"
"""What a citizen may say of a conflict instead of naming the side that is right."""


def may_be_asked(attribute: str, source: str) -> bool:
    """Tell whether somebody else answers for a value; what the citizen says of themselves they change directly."""
    return owner_of(attribute) == source


def ask(
    db: Session,
    data_key: DataKey,
    *,
    citizen_id: UUID,
    attribute: str,
    claim: str,
    proposed: str,
    reason: str,
    document: str,
    now: datetime,
) -> DataCase:
    """Open a request for correction; `proposed` is the citizen's word and replaces nothing.

    `claim` is what they pointed at: the attribute, or a part of it. Two requests at once are one case.

    Raises:
        DataCaseRefused: `owner`, `open` when one waits already, `many` for more than a citizen asks in a day.
    """
    owner = owner_of(attribute)
    db.execute(select(Citizen.id).where(Citizen.id == citizen_id).with_for_update())
    if owner is None or disputes.owners_value(db, citizen_id, attribute, owner) is None:
        raise DataCaseRefused("owner")
    waiting = disputes.undecided(db, citizen_id, attribute, CORRECTION)
    if waiting is not None:
        raise DataCaseRefused("open", waiting.id)
    if _asked_lately(db, citizen_id, now) >= MOST_A_DAY:
        raise DataCaseRefused("many")
    case_id = uuid4()
    case = DataCase(
        id=case_id,
        number=disputes.new_number(),
        kind=CORRECTION,
        citizen_id=citizen_id,
        attribute=attribute,
        owner_id=owner,
        opened_at=now,
        due_at=now + CLOCK,
        said=data_cases.seal(data_key, case_id, "said", {"text": reason}),
        proposed=data_cases.seal(data_key, case_id, "proposed", {"claim": claim, "value": proposed}),
        document=data_cases.seal(data_key, case_id, "document", document),
    )
    db.add(case)
    db.flush()
    event = CorrectionAsked(
        citizen_id=citizen_id, case_id=case.id, attribute=attribute, owner=owner, actor=str(citizen_id)
    )
    record(db, event, now)
    return case


def withdraw(db: Session, citizen_id: UUID, case_id: UUID, now: datetime) -> bool:
    """Call an own request off while nobody has decided it; False for anything else."""
    ended = db.execute(
        update(DataCase)
        .where(
            DataCase.id == case_id,
            DataCase.citizen_id == citizen_id,
            DataCase.kind == CORRECTION,
            DataCase.decided_at.is_(None),
        )
        .values(state=data_cases.CLOSED, outcome="withdrawn", decided_at=now)
        .returning(DataCase.attribute)
        .execution_options(synchronize_session=False)
    ).first()
    if ended is None:
        return False
    event = CorrectionWithdrawn(
        citizen_id=citizen_id, case_id=case_id, attribute=ended.attribute, actor=str(citizen_id)
    )
    record(db, event, now)
    return True


def say(db: Session, data_key: DataKey, citizen_id: UUID, case_id: UUID, *, right: str, text: str) -> bool:
    """Keep what the citizen says of a conflict: which source is right, and why; it decides nothing."""
    kept = db.execute(
        update(DataCase)
        .where(
            DataCase.id == case_id,
            DataCase.citizen_id == citizen_id,
            DataCase.kind == CONFLICT,
            DataCase.decided_at.is_(None),
        )
        .values(said=data_cases.seal(data_key, case_id, "said", {"right": right, "text": text}))
        .returning(DataCase.id)
        .execution_options(synchronize_session=False)
    ).first()
    return kept is not None


def _asked_lately(db: Session, citizen_id: UUID, now: datetime) -> int:
    lately = select(func.count()).where(
        DataCase.citizen_id == citizen_id, DataCase.kind == CORRECTION, DataCase.opened_at > now - A_DAY
    )
    return db.scalar(lately) or 0

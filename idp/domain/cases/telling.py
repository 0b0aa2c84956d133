"""Who hears of a case about data: the agencies by an event, the citizen by a letter, operators when it is late."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Update, select, update

from idp.domain.audit.case_events import DataCaseLate
from idp.domain.audit.record import record
from idp.domain.citizens.models import Citizen
from idp.domain.consent.models import Authorization
from idp.domain.events.announcements import CLOCK, announce
from idp.domain.exchange import disputes
from idp.domain.exchange.dispute_models import DataCase
from idp.domain.exchange.disputes import CONFLICT
from idp.domain.exchange.models import Publisher
from idp.domain.proofing import contact
from idp.domain.registry.models import ClientRegistration
from idp.domain.store.database import Session
from idp.protocol.oidc.catalogue import CLAIMS
from idp.protocol.oidc.security_events import EventKind
from keys import KeyTree

LETTER: Final = "data_case"
BATCH: Final = 50

Stage = Literal["disputed", "asked", "answered", "late"]


def label(attribute: str, language: str) -> str:
    """Name an attribute as its citizen reads it."""
    claim = CLAIMS.get(attribute)
    return claim.label(language) if claim is not None else attribute


def claim_opened(db: Session, now: datetime) -> Sequence[DataCase]:
    """Take the cases nobody has told of yet; of two workers one gets each."""
    waits = select(DataCase.id).where(DataCase.told_at.is_(None)).order_by(DataCase.opened_at)
    return _taken(db, waits, DataCase.told_at.is_(None), told_at=now)


def claim_late(db: Session, now: datetime) -> Sequence[DataCase]:
    """Take the cases that have become late and nobody was alerted to; of two workers one gets each."""
    living = select(Citizen.id).where(Citizen.id == DataCase.citizen_id, Citizen.data_key.is_not(None))
    due = (
        DataCase.decided_at.is_(None),
        DataCase.late_at.is_(None),
        DataCase.due_at <= now,
        living.exists(),
    )
    return _taken(db, select(DataCase.id).where(*due).order_by(DataCase.due_at), *due, late_at=now)


def opened(db: Session, tree: KeyTree, case: DataCase, now: datetime, *, issuer: str) -> None:
    """Tell of a new case: the citizen, and of a conflict both agencies, that nobody receives either value now."""
    act = uuid4()
    if case.kind == CONFLICT:
        members = {"claims": [case.attribute], "case": case.number}
        for agency_id in (case.owner_id, case.reported_by):
            _announce(db, tree, case, agency_id, EventKind.ATTRIBUTE_DISPUTED, members, now, act)
    write(db, tree, case, "disputed" if case.kind == CONFLICT else "asked", now, issuer=issuer)


def late(db: Session, tree: KeyTree, case: DataCase, now: datetime, *, issuer: str) -> None:
    """Put on record that the owner let the clock run out, and tell the citizen."""
    event = DataCaseLate(
        citizen_id=case.citizen_id, case_id=case.id, attribute=case.attribute, owner=case.owner_id
    )
    record(db, event, now)
    write(db, tree, case, "late", now, issuer=issuer)


def answered(db: Session, tree: KeyTree, case: DataCase, now: datetime, *, issuer: str) -> None:
    """Tell of an answer: the citizen, and every agency whose record was compared; a wrong one has to be corrected.

    Whoever is called wrong has 3 x 24 hours to confirm that its own record is right now (UU PDP art. 30).
    """
    act, wrong = uuid4(), dict[str, bool]()
    for row in disputes.observations(db, case.citizen_id, case.attribute):
        if row.case_number == case.number:
            wrong[row.source] = row.verdict == "wrong"
    if case.reported_by is not None:
        wrong.setdefault(case.reported_by, False)
    if wrong or case.outcome == "corrected":
        wrong.setdefault(case.owner_id, False)
    for agency_id, must_correct in sorted(wrong.items()):
        members = {
            "claims": [case.attribute],
            "case": case.number,
            "outcome": case.outcome,
            "correct_yours": must_correct,
        }
        due = now + CLOCK if must_correct else None
        _announce(db, tree, case, agency_id, EventKind.ATTRIBUTE_CORRECTED, members, now, act, due)
    write(db, tree, case, "answered", now, issuer=issuer)


def write(db: Session, tree: KeyTree, case: DataCase, stage: Stage, now: datetime, *, issuer: str) -> None:
    """Write the citizen a letter about a case: its number and what happened, never a value."""
    language = db.scalar(select(Citizen.locale).where(Citizen.id == case.citizen_id)) or "id"
    context = {
        "stage": stage,
        "number": case.number,
        "attribute": label(case.attribute, language),
        "outcome": case.outcome or "",
        "case_url": f"{issuer}/me/cases/{case.id}",
    }
    contact.write(db, tree, case.citizen_id, LETTER, context, now, help_url=f"{issuer}/help")


def clients_of(db: Session, agency_id: str | None, citizen_id: UUID) -> tuple[str, ...]:
    """Return the clients of an agency that hear of a citizen: the one that publishes, and those the citizen uses.

    No other client learns by this that there is such a person.
    """
    if agency_id is None:
        return ()
    publishes = select(Publisher.client_id).where(Publisher.agency_id == agency_id)
    used = select(Authorization.client_id).where(
        Authorization.citizen_id == citizen_id, Authorization.withdrawn_at.is_(None)
    )
    found = db.scalars(
        select(ClientRegistration)
        .where(
            ClientRegistration.agency_id == agency_id,
            ClientRegistration.status == "approved",
            ClientRegistration.id.in_(publishes) | ClientRegistration.id.in_(used),
        )
        .order_by(ClientRegistration.id)
    )
    return tuple(row.id for row in found)


def _announce(
    db: Session,
    tree: KeyTree,
    case: DataCase,
    agency_id: str | None,
    kind: EventKind,
    members: dict[str, Any],
    now: datetime,
    act: UUID,
    answer_by: datetime | None = None,
) -> None:
    for client_id in clients_of(db, agency_id, case.citizen_id):
        announce(
            db,
            tree.vault.system("pii"),
            client_id=client_id,
            citizen_id=case.citizen_id,
            kind=kind,
            payload=members,
            now=now,
            answer_by=answer_by,
            act=act,
        )


def _taken(db: Session, wanted: Any, *when: ColumnElement[bool], **values: datetime) -> Sequence[DataCase]:
    chosen = wanted.limit(BATCH).with_for_update(skip_locked=True)
    taking: Update = update(DataCase).where(DataCase.id.in_(chosen), *when).values(**values)
    return db.scalars(taking.returning(DataCase)).all()

"""Assisted recovery at a counter: one officer checks the document, another decides, the citizen enrols (features D2).

Nobody impersonates anybody: what comes out is a printed permit. Both officers are in the citizen's history, and so is
every look into a file, with its reason, before anything is shown (features G14, K8).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID, uuid4

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from idp.domain.audit.record import record
from idp.domain.audit.recovery_events import CaseDecided, CaseOpened, CitizenLookedUp
from idp.domain.cases import permits, renewal
from idp.domain.cases.locking import COUNTER
from idp.domain.cases.models import SupportCase
from idp.domain.citizens import identifiers, profile
from idp.domain.citizens.identifiers import Kind
from idp.domain.citizens.models import Account, Citizen
from idp.domain.store.database import Session
from keys import KeyTree

LIFETIME: Final = timedelta(hours=8)
"""How long a case waits for the second officer: a working day, with the citizen at the counter."""
REASONS: Final = ("lost_phone", "lost_everything", "locked")
DOCUMENTS: Final = ("ktp", "family_card", "passport")

Decision = Literal["approved", "refused"]


class CaseRefused(Exception):
    """The case cannot be opened or decided; `reason` is `unknown`, `open`, `own`, `gone` or `closed`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Masked:
    """What an officer sees of a citizen: enough to compare with a document, not to copy from."""

    citizen_id: UUID
    name: str = field(repr=False)
    nik_end: str = field(repr=False)
    birth_year: str = field(repr=False)
    ial: str
    status: str


@dataclass(frozen=True, slots=True)
class Decided:
    """A decided case, with the code to print when it was approved."""

    case: SupportCase
    code: str = field(default="", repr=False)


def look_up(
    db: Session, tree: KeyTree, nik: str, *, reason: str, officer: str, agency_id: str, now: datetime
) -> Masked | None:
    """Find a citizen by NIK; who looked and why is on record and in the citizen's history before anything is shown."""
    owner = identifiers.account_of(db, Kind.NIK, identifiers.digest(tree.blind_index, Kind.NIK, nik))
    citizen = db.scalars(select(Citizen).where(Citizen.account_id == owner)).one_or_none() if owner else None
    citizen_id = citizen.id if citizen is not None else None
    record(db, CitizenLookedUp(citizen_id=citizen_id, reason=reason, agency_id=agency_id, actor=officer), now)
    return masked(db, tree, citizen.id) if citizen is not None else None


def masked(db: Session, tree: KeyTree, citizen_id: UUID) -> Masked | None:
    """Return what may be shown of a citizen."""
    citizen = db.get(Citizen, citizen_id)
    account = db.get(Account, citizen.account_id) if citizen is not None else None
    if citizen is None or citizen.data_key is None or account is None:
        return None
    known = profile.read(db, tree.vault.open(citizen.id, citizen.data_key), citizen.id)
    said = {name: str(value.value) for name, value in known.items()}
    return Masked(
        citizen_id=citizen.id,
        name=" ".join(word[0] + "•" * max(len(word) - 1, 1) for word in said.get("name", "").split()),
        nik_end=said.get("nik", "")[-4:],
        birth_year=said.get("birthdate", "")[:4],
        ial=citizen.ial,
        status=account.status,
    )


def look_again(
    db: Session, tree: KeyTree, case: SupportCase, *, officer: str, agency_id: str, now: datetime
) -> Masked | None:
    """Show the citizen of an open case to an officer once more; that is on record like the first look (G14)."""
    event = CitizenLookedUp(
        citizen_id=case.citizen_id, reason=case.reason, agency_id=agency_id, actor=officer
    )
    record(db, event, now)
    return masked(db, tree, case.citizen_id)


def open_case(
    db: Session, citizen_id: UUID, *, reason: str, document: str, officer: str, agency_id: str, now: datetime
) -> UUID:
    """Open a case for a citizen whose document was checked; it waits for another officer.

    Raises:
        CaseRefused: `unknown`, `closed` when the account may not be recovered, `open` when one waits already.
    """
    citizen = db.get(Citizen, citizen_id)
    account = renewal.take(db, citizen.account_id) if citizen is not None else None
    if citizen is None or account is None:
        raise CaseRefused("unknown")
    if not renewal.may_be_renewed(db, account):
        raise CaseRefused("closed")
    db.execute(
        update(SupportCase)
        .where(
            SupportCase.citizen_id == citizen_id,
            SupportCase.kind == COUNTER,
            SupportCase.state == "open",
            SupportCase.expires_at <= now,
        )
        .values(state="closed", decided_at=now)
        .execution_options(synchronize_session=False)
    )
    case_id = uuid4()
    try:
        with db.begin_nested():
            db.add(
                SupportCase(
                    id=case_id,
                    kind=COUNTER,
                    account_id=account.id,
                    citizen_id=citizen_id,
                    agency_id=agency_id,
                    reason=reason,
                    document=document,
                    opened_by=officer,
                    opened_at=now,
                    expires_at=now + LIFETIME,
                )
            )
            db.flush()
    except IntegrityError as exc:
        raise CaseRefused("open") from exc
    event = CaseOpened(
        citizen_id=citizen_id, case_id=case_id, kind=COUNTER, agency_id=agency_id, actor=officer
    )
    record(db, event, now)
    return case_id


def decide(
    db: Session,
    tree: KeyTree,
    case_id: UUID,
    decision: Decision,
    *,
    officer: str,
    agency_id: str,
    now: datetime,
) -> Decided:
    """Decide a case of one's own agency that somebody else has opened; one decision, whoever races (features D2).

    Raises:
        CaseRefused: `own`, or `gone` when it is another agency's, too old, or was decided.
    """
    case = find(db, case_id, agency_id)
    if case is None:
        raise CaseRefused("gone")
    if case.opened_by == officer:
        raise CaseRefused("own")
    account = renewal.take(db, case.account_id)
    decided = db.execute(
        update(SupportCase)
        .where(
            SupportCase.id == case_id,
            SupportCase.kind == COUNTER,
            SupportCase.state == "open",
            SupportCase.agency_id == agency_id,
            SupportCase.opened_by != officer,
            SupportCase.expires_at > now,
        )
        .values(state=decision, decided_by=officer, decided_at=now)
        .returning(SupportCase.id)
        .execution_options(synchronize_session=False)
    ).first()
    if decided is None or account is None:
        raise CaseRefused("gone")
    event = CaseDecided(
        citizen_id=case.citizen_id, case_id=case_id, decision=decision, agency_id=agency_id, actor=officer
    )
    record(db, event, now)
    if decision != "approved":
        return Decided(case)
    if not renewal.may_be_renewed(db, account):
        raise CaseRefused("closed")
    code = permits.issue(
        db,
        tree,
        account_id=case.account_id,
        citizen_id=case.citizen_id,
        origin="counter",
        case_id=case_id,
        actor=officer,
        now=now,
    )
    return Decided(case, code)


def find(db: Session, case_id: UUID, agency_id: str | None) -> SupportCase | None:
    """Return a case of an agency, or any for `agency_id` None."""
    case = db.get(SupportCase, case_id)
    return case if case is not None and agency_id in (None, case.agency_id) else None


def listed(db: Session, agency_id: str | None, limit: int = 100) -> Sequence[SupportCase]:
    """Return the latest cases of an agency, or of all; open ones first."""
    wanted = select(SupportCase)
    if agency_id is not None:
        wanted = wanted.where(SupportCase.agency_id == agency_id)
    order = ((SupportCase.state != "open"), SupportCase.opened_at.desc())
    return db.scalars(wanted.order_by(*order).limit(limit)).all()


def of_citizen(db: Session, citizen_id: UUID) -> Sequence[SupportCase]:
    """Return a citizen's own cases, the latest first."""
    mine = select(SupportCase).where(SupportCase.citizen_id == citizen_id)
    return db.scalars(mine.order_by(SupportCase.opened_at.desc()).limit(50)).all()

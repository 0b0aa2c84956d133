"""Cases about data: an agency that reports another value, a citizen who asks for a correction, officers who answer."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import insert, select

from idp.domain.cases import corrections, data_cases, data_desk
from idp.domain.citizens.models import Citizen
from idp.domain.exchange import disputes
from idp.domain.exchange.dispute_models import DataCase
from idp.services import Services
from keys import DataKey
from tests.factories import TestCitizen

TRUE, FALSE = "1990-01-05", "1990-01-06"
"""The birth date of `factories.a_citizen`, and another one."""


def key_of(services: Services, citizen: TestCitizen) -> DataKey:
    """The key of a citizen's data."""
    with services.database.unit_of_work() as db:
        key = data_cases.data_key_of(db, services.tree, citizen.citizen_id)
    assert key is not None
    return key


def observe(
    services: Services,
    citizen: TestCitizen,
    value: object = FALSE,
    attribute: str = "birthdate",
    source: str = "tax",
    **more: Any,
) -> disputes.Observed:
    """An agency reports what it holds."""
    key, now = key_of(services, citizen), services.clock()
    with services.database.unit_of_work() as db:
        verified_at = more.get("verified_at", now)
        report = disputes.Report(citizen.citizen_id, attribute, source, value, verified_at)
        return disputes.observe(db, key, report, now)


def conflict(services: Services, citizen: TestCitizen, **more: Any) -> UUID:
    """An agency reports a value that differs from the owner's; the case this opens."""
    case_id = observe(services, citizen, **more).case_id
    assert case_id is not None
    return case_id


def ask(
    services: Services,
    citizen: TestCitizen,
    proposed: str = FALSE,
    attribute: str = "birthdate",
    reason: str = "Di akta tertulis lain",
    document: str = "AKTA-77",
) -> UUID:
    """A citizen asks for a correction."""
    key = key_of(services, citizen)
    with services.database.unit_of_work() as db:
        return corrections.ask(
            db,
            key,
            citizen_id=citizen.citizen_id,
            attribute=attribute,
            claim=attribute,
            proposed=proposed,
            reason=reason,
            document=document,
            now=services.clock(),
        ).id


def the_case(services: Services, case_id: UUID) -> DataCase:
    """A case as it stands."""
    with services.database.unit_of_work() as db:
        case = db.scalars(select(DataCase).where(DataCase.id == case_id)).one()
        db.expunge(case)
    return case


def step(services: Services, case_id: UUID, what: str, officer: str, *args: Any, **more: Any) -> DataCase:
    """An officer does something at the desk: `close`, `propose`, `confirm` or `send_back`."""
    with services.database.unit_of_work() as db:
        case = db.get_one(DataCase, case_id)
        if what == "send_back":
            return data_desk.send_back(db, case, officer=officer, now=services.clock())
        citizen = db.get_one(Citizen, case.citizen_id)
        assert citizen.data_key is not None
        key = services.tree.vault.open(citizen.id, citizen.data_key)
        doing: Any = getattr(data_desk, what)
        done: DataCase = doing(db, key, case, *args, officer=officer, now=services.clock(), **more)
        return done


def decided_conflicts(services: Services, citizen: TestCitizen, count: int, source: str = "tax") -> None:
    """Conflicts an agency has opened today, decided since."""
    now = services.clock()
    row = {
        **{"kind": "conflict", "state": "closed", "citizen_id": citizen.citizen_id, "attribute": "name"},
        **{"owner_id": "population_registry", "reported_by": source, "opened_at": now, "due_at": now},
        **{"decided_at": now, "told_at": now, "outcome": "kept"},
    }
    with services.database.unit_of_work() as db:
        db.execute(insert(DataCase), [row | {"id": uuid4(), "number": uuid4().hex} for _ in range(count)])

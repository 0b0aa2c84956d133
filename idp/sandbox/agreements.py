"""Agreements of the demo agencies: asked for by their manifests, agreed and approved by the sandbox's own operators."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from sqlalchemy import select

from idp.domain.citizens.models import Operator
from idp.domain.exchange import agreement_manifests, agreement_steps
from idp.domain.exchange.agreement_models import Agreement
from idp.domain.exchange.agreement_steps import Hand
from idp.domain.exchange.agreements import AGREED, REQUESTED
from idp.domain.sessions.operators import Role
from idp.domain.store.database import Session
from idp.sandbox.seed import ACTOR
from idp.services import Services

REQUESTER = Hand(ACTOR, platform=True)


def seed(services: Services, files: Iterable[Path]) -> int:
    """Put what the manifests ask for into force; return how many came into force.

    Only what the sandbox itself has asked for is decided: what somebody else asks waits for people.
    """
    with services.database.unit_of_work() as db:
        for file in files:
            declared = agreement_manifests.read(file)
            agreement_manifests.apply(db, declared, REQUESTER, services.clock())
        return _carry_through(db, services)


def _carry_through(db: Session, services: Services) -> int:
    now = services.clock()
    platform = _operator(db, Role.SUPER, None)
    done = 0
    for row in db.scalars(
        select(Agreement).where(
            Agreement.requested_by == ACTOR,
            Agreement.status.in_((REQUESTED, AGREED)),
            Agreement.expires_at > now,
        )
    ).all():
        owner = _operator(db, Role.AGENCY, row.owner_id)
        if row.status == REQUESTED and owner is not None:
            agreement_steps.approve_by_owner(db, row.id, owner, now)
        if row.status == AGREED and platform is not None:
            agreement_steps.approve_by_platform(db, row.id, platform, now)
            done += 1
    return done


def _operator(db: Session, role: Role, agency_id: str | None) -> Hand | None:
    found = db.scalars(
        select(Operator.account_id)
        .where(
            Operator.role == role,
            Operator.agency_id.is_(None) if agency_id is None else Operator.agency_id == agency_id,
        )
        .order_by(Operator.display_name)
        .limit(1)
    ).first()
    return None if found is None else Hand(str(found), agency_id, platform=agency_id is None)

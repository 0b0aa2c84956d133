"""Agreements in tests: the parties, and every step as a transaction of its own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from idp.domain.audit.models import AuditPending
from idp.domain.exchange import agreement_steps as steps, agreements
from idp.domain.exchange.agreement_models import Agreement
from idp.domain.exchange.agreement_steps import Hand
from idp.domain.exchange.agreement_terms import Wanted, months_later, today, until
from idp.domain.registry import agencies
from idp.services import Services

LICENCE = Hand("operator:wati", agency_id="business_licence")
TAX = Hand("operator:ayu", agency_id="tax")
HEALTH = Hand("operator:sri", agency_id="health")
RINA, DIMAS = Hand("operator:rina", platform=True), Hand("operator:dimas", platform=True)


class Desk:
    """What a test does, each in a transaction of its own."""

    def __init__(self, services: Services) -> None:
        self.services = services
        with services.database.unit_of_work() as db:
            for agency in ("business_licence", "tax", "health", "education"):
                agencies.put(db, agency, agency, agency, by="tests", now=self.now)

    @property
    def now(self) -> datetime:
        """The moment."""
        return self.services.clock()

    def wanted(self, **changes: Any) -> Wanted:
        """Terms that are right, with changes."""
        values: dict[str, Any] = {
            "consumer_id": "business_licence",
            "owner_id": "tax",
            "attributes": ("npwp",),
            "purpose_id": "Mengisi NPWP pada izin usaha",
            "purpose_en": "To fill in the tax number on the licence",
            "legal_basis": "law",
            "legal_reference": "PP 28/2025",
            "retention_days": 365,
            "expires_at": until(months_later(today(self.now), 24)),
        }
        return Wanted(**values | changes)

    def ask(self, by: Hand = LICENCE, **changes: Any) -> UUID:
        """Ask for an agreement."""
        with self.services.database.unit_of_work() as db:
            return steps.request(db, self.wanted(**changes), by, self.now).id

    def do(self, step: Callable[..., Agreement], agreement_id: UUID, by: Hand, *reason: str) -> str:
        """Take one step and return the status after it."""
        with self.services.database.unit_of_work() as db:
            return step(db, agreement_id, *reason, by, self.now).status

    def agreed(self, **changes: Any) -> UUID:
        """An agreement its owner has agreed to."""
        agreement_id = self.ask(**changes)
        assert self.do(steps.approve_by_owner, agreement_id, TAX) == "agreed"
        return agreement_id

    def in_force(self, **changes: Any) -> UUID:
        """An agreement in force."""
        agreement_id = self.agreed(**changes)
        assert self.do(steps.approve_by_platform, agreement_id, RINA) == "in_force"
        return agreement_id

    def flows(self, consumer: str = "business_licence") -> list[str]:
        """The attributes an agency may read of others now."""
        with self.services.database.unit_of_work() as db:
            return sorted(agreements.readable(db, consumer, self.now))

    def history(self, agreement_id: UUID) -> list[tuple[str, str, str, str]]:
        """Every step of an agreement."""
        with self.services.database.unit_of_work() as db:
            return [(s.step, s.party, s.actor, s.reason) for s in agreements.history(db, agreement_id)]

    def events(self) -> list[str]:
        """What the audit log has of agreements."""
        with self.services.database.unit_of_work() as db:
            names = db.scalars(select(AuditPending.event).order_by(AuditPending.id)).all()
        return [name for name in names if name.startswith("Agreement")]

    def row(self, agreement_id: UUID) -> Agreement:
        """An agreement as it is stored."""
        with self.services.database.unit_of_work() as db:
            row = agreements.find(db, agreement_id)
            db.expunge(row)
            return row

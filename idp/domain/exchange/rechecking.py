"""Asking the population registry again for a citizen who is known: what moved there moves here, and is told (F11)."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from idp.domain.audit.events import IdentityMismatched
from idp.domain.audit.record import record
from idp.domain.citizens import profile
from idp.domain.citizens.models import Citizen
from idp.domain.exchange.changes import tell_changed
from idp.domain.proofing.checks import apply_record
from idp.domain.proofing.population import Claims, PopulationRegistry
from idp.domain.store.database import Database, Session
from keys import DataKey, KeyTree


class Found(StrEnum):
    """What came of asking again."""

    SAME = "same"
    CHANGED = "changed"
    DIFFERS = "differs"
    UNKNOWN = "unknown"


def recheck(
    database: Database, tree: KeyTree, registry: PopulationRegistry, citizen_id: UUID, now: datetime
) -> Found:
    """Fetch a citizen's record anew; no transaction is open while the registry is asked.

    Where the registry does not agree with who we say it is, nothing changes here: it gives no value away, and the
    citizen is told where to go. A level that was reached stays.

    Raises:
        RegistryUnavailable: nothing changes.
    """
    with database.unit_of_work() as db:
        claims = _claims(db, tree, citizen_id)
    if claims is None:
        return Found.UNKNOWN
    answer = registry.verify(claims)
    found = registry.record(answer.reference) if answer.matched and answer.reference else None
    with database.unit_of_work() as db:
        if _claims(db, tree, citizen_id) != claims:
            return Found.UNKNOWN
        citizen, data_key = _open(db, tree, citizen_id)
        if citizen is None or data_key is None:
            return Found.UNKNOWN
        if found is None:
            fields = answer.mismatched if answer.exists and answer.active else ("nik",)
            record(db, IdentityMismatched(citizen_id=citizen_id, fields=fields), now)
            return Found.DIFFERS
        apply_record(db, citizen, data_key, found, now)
        tell_changed(db, tree.vault.system("pii"), citizen_id, now)
        return Found.CHANGED if profile.changed(db, citizen_id) else Found.SAME


def _claims(db: Session, tree: KeyTree, citizen_id: UUID) -> Claims | None:
    citizen, data_key = _open(db, tree, citizen_id)
    if citizen is None or data_key is None:
        return None
    known = profile.read(db, data_key, citizen_id)
    if not {"nik", "name", "birthdate"} <= known.keys():
        return None
    birthdate = date.fromisoformat(known["birthdate"].value)
    return Claims(str(known["nik"].value), str(known["name"].value), birthdate)


def _open(db: Session, tree: KeyTree, citizen_id: UUID) -> tuple[Citizen | None, DataKey | None]:
    citizen = db.get(Citizen, citizen_id)
    if citizen is None or citizen.data_key is None or citizen.erased_at is not None:
        return None, None
    return citizen, tree.vault.open(citizen.id, citizen.data_key)

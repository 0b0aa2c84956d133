"""The check that was put off, taken up by the worker until the registry answers (features E7)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from idp.domain.citizens import profile
from idp.domain.citizens.models import Citizen
from idp.domain.events.outbox import DONE, Outcome, later
from idp.domain.proofing import contact
from idp.domain.proofing.checks import apply_record, citizen_by_id, note_mismatch
from idp.domain.proofing.population import Answer, Claims, PopulationRegistry, RegistryUnavailable
from idp.domain.store.database import Database, Session
from keys import DataKey, KeyTree

PENDING: Final = "pending"

Tell = Callable[[Session, DataKey, UUID, datetime], int]


def retry(
    database: Database,
    tree: KeyTree,
    registry: PopulationRegistry | None,
    payload: Mapping[str, Any],
    now: datetime,
    *,
    help_url: str = "",
    tell_changed: Tell | None = None,
) -> Outcome:
    """Check one citizen again and tell them; no transaction is open while the registry is asked.

    `tell_changed` tells services of values that differ from what was stated until now.
    """
    with database.unit_of_work() as db:
        claims = _claims(db, tree, payload)
    if claims is None:
        return DONE
    if registry is None:
        return later("no_registry")
    try:
        answer = registry.verify(claims)
        record = registry.record(answer.reference) if answer.matched and answer.reference else None
    except RegistryUnavailable:
        return later("registry_away")
    with database.unit_of_work() as db:
        _settle(db, tree, payload, claims, answer, record, help_url, now)
        if tell_changed is not None and record is not None:
            tell_changed(db, tree.vault.system("pii"), UUID(str(payload["citizen_id"])), now)
    return DONE


def _claims(db: Session, tree: KeyTree, payload: Mapping[str, Any]) -> Claims | None:
    citizen, data_key = _open(db, tree, payload)
    if citizen is None or data_key is None or citizen.proofing != PENDING:
        return None
    known = profile.read(db, data_key, citizen.id)
    if not {"nik", "name", "birthdate"} <= known.keys():
        return None
    birthdate = date.fromisoformat(known["birthdate"].value)
    return Claims(str(known["nik"].value), str(known["name"].value), birthdate)


def _settle(
    db: Session,
    tree: KeyTree,
    payload: Mapping[str, Any],
    claims: Claims,
    answer: Answer,
    record: Mapping[str, Any] | None,
    help_url: str,
    now: datetime,
) -> None:
    if _claims(db, tree, payload) != claims:
        return
    citizen, data_key = _open(db, tree, payload)
    if citizen is None or data_key is None:
        return
    if record is not None:
        apply_record(db, citizen, data_key, record, now)
    else:
        fields = answer.mismatched if answer.exists and answer.active else ("nik",)
        note_mismatch(db, citizen, fields, now)
    told = {"matched": record is not None}
    contact.write(db, tree, citizen.id, "identity_checked", told, now, help_url=help_url)


def _open(db: Session, tree: KeyTree, payload: Mapping[str, Any]) -> tuple[Citizen | None, DataKey | None]:
    citizen = citizen_by_id(db, payload.get("citizen_id"))
    if citizen is None or citizen.data_key is None:
        return None, None
    return citizen, tree.vault.open(citizen.id, citizen.data_key)

"""What a check of the registry does to a citizen: a matched record becomes attributes with their source."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import update

from idp.domain.audit.events import IdentityMismatched, IdentityVerified, ProofingDeferred
from idp.domain.audit.record import record as audit
from idp.domain.citizens import profile
from idp.domain.citizens.models import Citizen
from idp.domain.events import outbox
from idp.domain.proofing.levels import Level, higher
from idp.domain.store.database import Session
from keys import DataKey

SOURCE = "population_registry"
KIND = "proofing"
KTP = "ktp"
PLAIN = ("nik", "name", "birthdate", "gender", "family_card_number", "family_relation")
TITLES = ("title_prefix", "title_suffix")


def attributes_of(said: Mapping[str, Any]) -> dict[str, object]:
    """Translate a registry record into our attributes (features section 8); absent values stay absent."""
    found: dict[str, object] = {name: said[name] for name in (*PLAIN, *TITLES) if said.get(name)}
    place = said.get("place_of_birth") or {}
    if place.get("locality"):
        found["place_of_birth"] = {k: place[k] for k in ("locality", "region", "country") if place.get(k)}
    if said.get("nationality"):
        found["nationalities"] = [said["nationality"]]
    address = said.get("address") or {}
    if address:
        found["id_address"] = _address(address)
    return found


def apply_record(
    db: Session, citizen: Citizen, data_key: DataKey, said: Mapping[str, Any], now: datetime
) -> None:
    """Write the registry's values over the stated ones and raise the level; earlier values are kept."""
    values = attributes_of(said)
    for name, value in values.items():
        profile.write(
            db,
            data_key,
            citizen.id,
            name,
            value,
            source=SOURCE,
            level=Level.MATCHED,
            verified_at=now,
            now=now,
        )
    for name in TITLES:
        if name not in values:
            profile.supersede(db, citizen.id, name, now)
    level = higher(citizen.ial, Level.MATCHED)
    _set(db, citizen, ial=str(level), proofing="verified")
    audit(db, IdentityVerified(citizen_id=citizen.id, level=str(level), source=SOURCE), now)


def defer(db: Session, seal: DataKey, citizen: Citizen, now: datetime) -> None:
    """Leave the check to the worker: registration went on while the registry was away."""
    _set(db, citizen, proofing="pending")
    outbox.add(db, seal, KIND, {"citizen_id": str(citizen.id)}, now, citizen_id=citizen.id)
    audit(db, ProofingDeferred(citizen_id=citizen.id), now)


def note_mismatch(db: Session, citizen: Citizen, fields: tuple[str, ...], now: datetime) -> None:
    """Note that the registry did not agree; the account stays, at the level it had."""
    _set(db, citizen, proofing="mismatch")
    audit(db, IdentityMismatched(citizen_id=citizen.id, fields=fields), now)


def citizen_by_id(db: Session, text: object) -> Citizen | None:
    """Return the citizen a queued check is about."""
    try:
        return db.get(Citizen, UUID(str(text)))
    except ValueError:
        return None


def _set(db: Session, citizen: Citizen, **values: str) -> None:
    db.execute(update(Citizen).where(Citizen.id == citizen.id).values(**values))
    db.flush()


def _address(said: Mapping[str, Any]) -> dict[str, str]:
    flat = {
        "street_address": said.get("street"),
        "rt": said.get("rt"),
        "rw": said.get("rw"),
        "postal_code": said.get("postal_code"),
        "kind": KTP,
    }
    for part in ("village", "district", "regency", "province"):
        region = said.get(part) or {}
        flat[part], flat[f"{part}_code"] = region.get("name"), region.get("code")
    return {name: value for name, value in flat.items() if value}

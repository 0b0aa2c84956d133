"""Filling a sandbox: personas by the same roads as real people, once."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import UUID

import structlog
from sqlalchemy import select

from idp.cli import admins
from idp.domain.authenticators import passwords, totp
from idp.domain.citizens import identifiers, profile
from idp.domain.citizens.enrolment import NewCitizen, create_citizen
from idp.domain.citizens.identifiers import Kind
from idp.domain.citizens.models import Citizen, Identifier, Role
from idp.domain.proofing import checks
from idp.domain.proofing.population import Claims, PopulationRegistry
from idp.domain.store.database import Session
from idp.sandbox.personas import OPERATORS, Persona, personas
from idp.services import Services
from keys import DataKey

log = structlog.get_logger()

ACTOR = "sandbox"
CIVIL_SERVICE = "civil_service"
APPOINTED = datetime(2010, 1, 1, tzinfo=UTC)


def seed(services: Services, registry: PopulationRegistry) -> int:
    """Make the personas that are not there yet and return how many were made.

    Raises:
        RegistryUnavailable: when the simulator does not answer.
    """
    return sum(_persona(services, registry, persona) for persona in personas())


def seed_operators(services: Services) -> int:
    """Make the administrators that are not there yet; agencies must be registered before."""
    made = 0
    for operator in OPERATORS:
        kind = Kind.EMAIL
        if not _known(services, kind, operator.identifier, operator=True):
            admins.make(
                services,
                identifier=operator.identifier,
                name=operator.name,
                role=operator.role,
                agency_id=operator.agency_id,
                password=operator.password,
                totp_secret=operator.totp_secret,
            )
            made += 1
    return made


def _persona(services: Services, registry: PopulationRegistry, persona: Persona) -> bool:
    if _known(services, Kind.NIK, persona.nik):
        return False
    now = services.clock()
    born = date.fromisoformat(persona.birthdate)
    answer = registry.verify(Claims(persona.nik, persona.name, born))
    found = registry.record(answer.reference) if answer.matched and answer.reference else None
    new = NewCitizen(
        name=persona.name,
        nik=persona.nik,
        birthdate=born,
        email=persona.email,
        email_confirmed=persona.email is not None,
        phone_number=persona.phone_number,
        phone_confirmed=persona.phone_number is not None,
        nip=persona.asn["nip"] if persona.asn is not None else None,
        password_hash=passwords.hashed(services.hasher, persona.password),
        locale=persona.locale,
        zoneinfo=persona.zoneinfo,
        channel=ACTOR,
    )
    with services.database.unit_of_work() as db:
        made = create_citizen(db, services.tree, new, synthetic_allowed=True, now=now, actor=ACTOR)
        citizen = db.get_one(Citizen, made.citizen_id)
        if found is not None:
            checks.apply_record(db, citizen, made.data_key, found, now)
        else:
            checks.note_mismatch(db, citizen, answer.mismatched or ("nik",), now)
        totp.enrol(
            db,
            services.tree.vault.system("factor"),
            made.account_id,
            persona.totp_secret,
            now,
            citizen_id=made.citizen_id,
            actor=ACTOR,
        )
        if persona.asn is not None:
            _civil_servant(db, made.citizen_id, made.data_key, persona, now)
    return True


def _civil_servant(db: Session, citizen_id: UUID, data_key: DataKey, persona: Persona, now: datetime) -> None:
    until = (
        datetime.fromisoformat(persona.valid_until).replace(tzinfo=UTC)
        if persona.valid_until is not None
        else None
    )
    for name, value in (persona.asn or {}).items():
        profile.write(
            db,
            data_key,
            citizen_id,
            name,
            value,
            source=CIVIL_SERVICE,
            level="ial1",
            verified_at=now,
            valid_until=until,
            now=now,
        )
    db.add(
        Role(
            citizen_id=citizen_id,
            name="civil_servant",
            source=CIVIL_SERVICE,
            valid_from=APPOINTED,
            valid_until=until,
        )
    )


def _known(services: Services, kind: Kind, text: str, *, operator: bool = False) -> bool:
    value = identifiers.canonical(kind, text)
    digest = identifiers.digest(services.tree.blind_index, kind, value, operator=operator)
    with services.database.unit_of_work() as db:
        found = db.scalars(select(Identifier.id).where(Identifier.digest == digest).limit(1)).first()
    return found is not None

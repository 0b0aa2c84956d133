"""`idp citizens`: accounts for tests, migration and assisted enrolment."""

from __future__ import annotations

import secrets
from datetime import date
from typing import Any

import click

from idp.cli import deployment
from idp.cli.output import document, fail, read_object
from idp.domain.authenticators import passwords, totp
from idp.domain.citizens.enrolment import NewCitizen, create_citizen
from idp.services import Services

MEMBERS = (
    "nik",
    "name",
    "birthdate",
    "email",
    "phone_number",
    "password",
    "totp_secret",
    "ial",
    "username",
    "nip",
    "locale",
)
LEVELS = ("ial0", "ial1", "ial2", "ial3")


@click.group()
def citizens() -> None:
    """Make citizens' accounts."""


@citizens.command()
@click.option(
    "--json", "source", required=True, metavar="FILE-or--", help="The person; `-` reads standard input."
)
def create(source: str) -> None:
    """Create an account from a JSON object; only `name` is required. Prints `id` and `identifier`.

    Members: nik, name, birthdate (YYYY-MM-DD), email, phone_number, password, totp_secret (base32), ial (ial0 to
    ial3), username, nip (a civil servant's number, to sign in with), locale.

    Example: echo '{"name": "Suharto", "email": "s@contoh.id", "password": "…"}' | idp citizens create --json -
    """
    person = read_object(source)
    unknown = sorted(set(person) - set(MEMBERS))
    if unknown:
        fail(f"unknown members: {', '.join(unknown)}")
    if not isinstance(person.get("name"), str) or not all(isinstance(v, str) for v in person.values()):
        fail("every member is a text, and `name` is required")
    if person.get("ial", "ial0") not in LEVELS:
        fail(f"ial must be one of {', '.join(LEVELS)}")
    with deployment.open_services() as services:
        document(_create(services, person))


def _create(services: Services, person: dict[str, Any]) -> dict[str, str]:
    now = services.clock()
    level = person.get("ial", "ial0")
    try:
        birthdate = date.fromisoformat(person["birthdate"]) if "birthdate" in person else None
    except ValueError:
        fail("birthdate must be YYYY-MM-DD")
    username = person.get("username")
    if username is None and not any(name in person for name in ("nik", "email", "phone_number")):
        username = _username(person["name"])
    new = NewCitizen(
        name=person["name"],
        nik=person.get("nik"),
        birthdate=birthdate,
        email=person.get("email"),
        email_confirmed="email" in person,
        phone_number=person.get("phone_number"),
        phone_confirmed="phone_number" in person,
        username=username,
        nip=person.get("nip"),
        password_hash=passwords.hashed(services.hasher, person["password"]) if "password" in person else None,
        source="self" if level == "ial0" else "population_registry",
        level=level,
        locale=person.get("locale", "id"),
        proofing="none" if level == "ial0" else "verified",
        channel="cli",
    )
    with services.database.unit_of_work() as db:
        made = create_citizen(
            db,
            services.tree,
            new,
            synthetic_allowed=not services.settings.production,
            now=now,
            actor=deployment.actor(),
        )
        if "totp_secret" in person:
            seal = services.tree.vault.system("factor")
            totp.enrol(
                db,
                seal,
                made.account_id,
                person["totp_secret"],
                now,
                citizen_id=made.citizen_id,
                name="",
                actor=deployment.actor(),
            )
    identifier = person.get("nik") or person.get("email") or person.get("phone_number") or username
    return {"id": str(made.citizen_id), "identifier": str(identifier)}


def _username(name: str) -> str:
    return "".join(c for c in name.lower() if c.isalnum())[:20] + secrets.token_hex(3)

"""`idp publishers`: which agencies publish attributes, and whether they are asked."""

from __future__ import annotations

from typing import Any

import click

from idp.cli import deployment
from idp.cli.output import as_json, document, table
from idp.domain.exchange import publishers as register
from idp.domain.exchange.models import Publisher
from idp.domain.store.database import Session


@click.group()
def publishers() -> None:
    """Look after the agencies that publish attributes; their manifests register them (`idp clients apply`)."""


@publishers.command("list")
@as_json
def list_publishers(machine: bool) -> None:
    """List publishers with what they publish.

    Example: idp publishers list
    """
    with deployment.open_services() as services, services.database.reading() as db:
        rows = [_as_object(db, row) for row in register.every(db)]
    if machine:
        document(rows)
        return
    table(
        ("AGENCY", "STATUS", "SUBJECT", "ENDPOINT", "ATTRIBUTES"),
        [
            (r["agency_id"], r["status"], r["subject"], r["endpoint"] or "-", " ".join(r["attributes"]))
            for r in rows
        ],
    )


@publishers.command()
@click.argument("agency_id")
@as_json
def approve(agency_id: str, machine: bool) -> None:
    """Let a publisher of production be asked; not by the user who proposed it.

    Example: idp publishers approve tax
    """
    with deployment.open_services() as services, services.database.unit_of_work() as db:
        register.approve(db, agency_id, by=deployment.actor(), now=services.clock())
        _tell(db, agency_id, machine)


@publishers.command()
@click.argument("agency_id")
@click.option("--reason", default="", help="Why, for the record.")
@as_json
def suspend(agency_id: str, reason: str, machine: bool) -> None:
    """Ask nothing of a publisher and take nothing from it.

    Example: idp publishers suspend tax --reason "wrong answers since noon"
    """
    with deployment.open_services() as services, services.database.unit_of_work() as db:
        register.suspend(db, agency_id, reason, by=deployment.actor(), now=services.clock())
        _tell(db, agency_id, machine)


@publishers.command()
@click.argument("agency_id")
@as_json
def resume(agency_id: str, machine: bool) -> None:
    """Ask a suspended publisher again.

    Example: idp publishers resume tax
    """
    with deployment.open_services() as services, services.database.unit_of_work() as db:
        register.resume(db, agency_id, by=deployment.actor(), now=services.clock())
        _tell(db, agency_id, machine)


def _tell(db: Session, agency_id: str, machine: bool) -> None:
    row = db.get_one(Publisher, agency_id)
    if machine:
        document(_as_object(db, row))
    else:
        click.echo(f"{agency_id}: {row.status}")


def _as_object(db: Session, row: Publisher) -> dict[str, Any]:
    return {
        "agency_id": row.agency_id,
        "client_id": row.client_id,
        "status": row.status,
        "subject": row.subject,
        "endpoint": row.endpoint,
        "attributes": {a.attribute: a.max_age // 86_400 for a in register.attributes_of(db, row.agency_id)},
    }

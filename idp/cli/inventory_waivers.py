"""`idp inventory waivers` and `idp inventory forms`: leave to ask, and the forms a client declares."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import click

from idp.cli import deployment
from idp.cli.output import as_json, document, fail, table
from idp.domain.inventory import declared, waivers as domain
from idp.domain.inventory.forms import BadForm
from idp.domain.inventory.lint import Leave
from idp.domain.inventory.models import Waiver
from idp.domain.inventory.reading import MOST_BYTES, read
from idp.domain.registry import registrations

DAY = click.DateTime(formats=["%Y-%m-%d"])
MOST_WAIVERS = 10_000
SHOWN = ("agency_id", "client_id", "form", "attribute", "starts_on", "ends_on")


@click.group()
def waivers() -> None:
    """Leave to ask for what the state holds: one attribute, one form, until a day, twelve months at most."""


@waivers.command("list")
@click.option("--agency", "agency_id", help="Only this agency's.")
@click.option("--client", "client_id", help="Only this client's.")
@click.option("--state", type=click.Choice(domain.STATES), help="Only in this state; `over` is expired.")
@as_json
def list_waivers(agency_id: str | None, client_id: str | None, state: str | None, machine: bool) -> None:
    """List waivers; the JSON is what `idp inventory lint --waivers` reads.

    Example: idp inventory waivers list --client tax-demo --json > waivers.json
    """
    with deployment.open_services() as services, services.database.reading() as db:
        today = services.clock().date()
        rows = [
            _object(row, today)
            for row in domain.every(db, agency_id=agency_id, client_id=client_id)
            if state is None or domain.state_of(row, today) == state
        ]
    if machine:
        document({"waivers": rows})
    else:
        table(
            ("id", "state", "agency", "client", "form", "attribute", "from", "until"),
            ([str(row[name] or "") for name in ("id", "state", *SHOWN)] for row in rows),
        )


@waivers.command()
@click.option("--client", "client_id", help="Whose form it is.")
@click.option("--agency", "agency_id", help="The agency, for a form of no client here.")
@click.option("--form", required=True, help="The form, as `idp inventory lint` names it.")
@click.option("--attribute", required=True, help="What may be asked, such as npwp or id_address.")
@click.option("--reason", required=True, help="Why it cannot come from its owner yet.")
@click.option("--from", "starts", type=DAY, help="First day; default today.")
@click.option("--until", "ends", type=DAY, required=True, help="Last day, within twelve months.")
@as_json
def add(
    client_id: str | None,
    agency_id: str | None,
    form: str,
    attribute: str,
    reason: str,
    starts: datetime | None,
    ends: datetime,
    machine: bool,
) -> None:
    """Ask for a waiver. It holds once somebody else approved it.

    Example: idp inventory waivers add --client tax-demo --form spt --attribute npwp --until 2027-06-30
    --reason "Nomor cabang belum dilayani pemilik data"
    """
    with deployment.open_services() as services, services.database.unit_of_work() as db:
        now = services.clock()
        if client_id is not None:
            agency_id = registrations.find(db, client_id).agency_id
        if agency_id is None:
            fail("name a --client or an --agency")
        wish = domain.Wish(
            agency_id=agency_id,
            client_id=client_id,
            form=form,
            attribute=attribute,
            reason=reason,
            starts_on=starts.date() if starts is not None else now.date(),
            ends_on=ends.date(),
        )
        row = domain.ask(db, wish, by=deployment.actor(), now=now)
        _tell(row, now.date(), machine)


@waivers.command()
@click.argument("waiver_id", type=click.UUID)
@as_json
def approve(waiver_id: UUID, machine: bool) -> None:
    """Approve a waiver; not by the user who asked for it.

    Example: idp inventory waivers approve 3f0c0d9e-6a0a-4c39-9f0b-1f6f7c8f2f10
    """
    with deployment.open_services() as services, services.database.unit_of_work() as db:
        row = domain.approve(db, waiver_id, by=deployment.actor(), now=services.clock())
        _tell(row, services.clock().date(), machine)


@waivers.command()
@click.argument("waiver_id", type=click.UUID)
@as_json
def end(waiver_id: UUID, machine: bool) -> None:
    """End a waiver at once, or refuse one that waits.

    Example: idp inventory waivers end 3f0c0d9e-6a0a-4c39-9f0b-1f6f7c8f2f10
    """
    with deployment.open_services() as services, services.database.unit_of_work() as db:
        row = domain.end(db, waiver_id, by=deployment.actor(), now=services.clock())
        _tell(row, services.clock().date(), machine)


@click.group()
def forms() -> None:
    """The forms a client declares; a production client is not approved while one of them asks for known data."""


@forms.command()
@click.argument("client_id")
@click.argument("file", type=click.Path(path_type=Path))
@as_json
def declare(client_id: str, file: Path, machine: bool) -> None:
    """Keep the forms of a file as those a client shows; one of the same name is replaced.

    Example: idp inventory forms declare tax-demo form.json
    """
    try:
        with file.open("rb") as opened:
            found = read(opened.read(MOST_BYTES + 1), file.stem)
    except OSError:
        fail(f"{file}: cannot be read")
    except BadForm as error:
        fail(f"{file}: {error}")
    with deployment.open_services() as services, services.database.unit_of_work() as db:
        results = [
            declared.declare(db, client_id, form, by=deployment.actor(), now=services.clock())
            for form in found
        ]
    told = [
        {"form": each.form.name, "fields": len(each.form.fields), "asked": len(each.asked)}
        for each in results
    ]
    if machine:
        document({"client_id": client_id, "forms": told})
    else:
        for each in told:
            click.echo(f"{each['form']}: {each['fields']} fields, {each['asked']} known ones asked")


@forms.command("list")
@click.argument("client_id")
@as_json
def list_forms(client_id: str, machine: bool) -> None:
    """List the forms a client declares, with what they ask although it is known.

    Example: idp inventory forms list tax-demo
    """
    with deployment.open_services() as services, services.database.reading() as db:
        found = declared.results(db, registrations.find(db, client_id), services.clock())
    if machine:
        document(
            {
                "client_id": client_id,
                "forms": [
                    {"form": each.form.name, "ok": not each.red, "asked": [f.concept for f in each.asked]}
                    for each in found
                ],
            }
        )
    else:
        table(
            ("form", "fields", "asked although known"),
            (
                (each.form.name, len(each.form.fields), ", ".join(f.concept for f in each.asked) or "-")
                for each in found
            ),
        )


@forms.command("withdraw")
@click.argument("client_id")
@click.argument("name")
@as_json
def withdraw(client_id: str, name: str, machine: bool) -> None:
    """Forget a form that is shown no more.

    Example: idp inventory forms withdraw tax-demo spt
    """
    with deployment.open_services() as services, services.database.unit_of_work() as db:
        declared.withdraw(db, client_id, name, by=deployment.actor(), now=services.clock())
    if machine:
        document({"client_id": client_id, "form": name})
    else:
        click.echo(f"{client_id}: {name} is declared no more")


def read_leaves(file: Path) -> tuple[Leave, ...]:
    """Read the waivers of a file that `waivers list --json` wrote; those that nobody approved do not count.

    Raises:
        ValueError: when it is no such file.
    """
    try:
        value = json.loads(file.read_text("utf-8"))
        rows = value["waivers"] if isinstance(value, dict) else value
        return tuple(
            Leave(
                str(row["form"]),
                str(row["attribute"]),
                date.fromisoformat(row["starts_on"]),
                date.fromisoformat(row["ends_on"]),
                str(row.get("reason", "")),
            )
            for row in rows[:MOST_WAIVERS]
            if row["state"] in (domain.IN_FORCE, domain.COMING, domain.OVER)
        )
    except OSError:
        raise ValueError(f"{file}: cannot be read") from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise ValueError(f"{file}: not what `idp inventory waivers list --json` writes") from None


def _object(row: Waiver, today: date) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "state": domain.state_of(row, today),
        "agency_id": row.agency_id,
        "client_id": row.client_id,
        "form": row.form,
        "attribute": row.attribute,
        "reason": row.reason,
        "starts_on": row.starts_on.isoformat(),
        "ends_on": row.ends_on.isoformat(),
        "asked_by": row.asked_by,
        "approved_by": row.approved_by,
        "ended_by": row.ended_by,
    }


def _tell(row: Waiver, today: date, machine: bool) -> None:
    if machine:
        document(_object(row, today))
    else:
        click.echo(f"{row.id}: {domain.state_of(row, today)}")

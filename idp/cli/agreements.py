"""`idp agreements`: what agencies may read of each other, from the command line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

import click

from idp.cli import deployment
from idp.cli.output import as_json, document, table
from idp.domain.exchange import agreement_manifests, agreement_steps, agreements as standing_agreements
from idp.domain.exchange.agreement_manifests import Difference
from idp.domain.exchange.agreement_models import Agreement
from idp.domain.exchange.agreement_steps import Hand
from idp.domain.exchange.agreement_terms import (
    LONGEST_MONTHS,
    Wanted,
    last_day,
    longest,
    months_later,
    today,
    until,
)
from idp.domain.exchange.agreements import STANDINGS, standing
from idp.domain.registry import manifests
from idp.domain.registry.policy import GROUNDS

Step = Callable[..., Agreement]
FOR = click.option("--for", "agency_id", metavar="AGENCY", help="Act for this agency; default: the platform.")
REASON = click.option("--reason", required=True, help="Why; both sides read it.")
DATE = click.DateTime(["%Y-%m-%d"])


@click.group()
def agreements() -> None:
    """Agreements between agencies: without one in force nothing of one flows to another."""


@agreements.command("list")
@click.option("--agency", "agency_id", help="Only this agency's, on either side.")
@click.option("--status", "standings", multiple=True, type=click.Choice(STANDINGS), help="May be repeated.")
@click.option("--search", default="", help="Words in agencies, attributes, purposes, references.")
@click.option("--expiring", is_flag=True, help="Only those in force that end within 30 days.")
@as_json
def list_agreements(
    agency_id: str | None, standings: tuple[str, ...], search: str, expiring: bool, machine: bool
) -> None:
    """List agreements, newest first.

    Example: idp agreements list --agency tax --status in_force
    """
    with deployment.open_services() as services, services.database.unit_of_work() as db:
        now = services.clock()
        if expiring:
            found = standing_agreements.expiring(db, now, agency_id)
        else:
            found = standing_agreements.search(
                db, now, agency_id=agency_id, text=search, standings=standings, limit=1000
            )
        rows = [_described(row, now) for row in found]
    if machine:
        document(rows)
    else:
        head = ("id", "consumer", "owner", "attributes", "status", "until")
        table(
            head,
            [[row[name] if name != "attributes" else " ".join(row[name]) for name in head] for row in rows],
        )


@agreements.command()
@click.argument("agreement_id", type=click.UUID)
@as_json
def show(agreement_id: UUID, machine: bool) -> None:
    """Show an agreement with everything that was done to it.

    Example: idp agreements show 0b9f1c2e-5a57-4a43-9a6e-0d0c1f6c9b11
    """
    with deployment.open_services() as services, services.database.unit_of_work() as db:
        described = _described(standing_agreements.find(db, agreement_id), services.clock())
        history = [
            {"at": s.at.isoformat(timespec="seconds"), "step": s.step, "party": s.party, "by": s.actor}
            | ({"reason": s.reason} if s.reason else {})
            for s in standing_agreements.history(db, agreement_id)
        ]
    if machine:
        document({**described, "history": history})
        return
    for name, value in described.items():
        click.echo(f"{name}: {' '.join(value) if isinstance(value, list) else value}")
    for step in history:
        click.echo("  " + "  ".join(str(part) for part in step.values()))


@agreements.command()
@click.option("--consumer", required=True, help="The agency that wants to read.")
@click.option("--owner", required=True, help="The agency whose data it is.")
@click.option("--attribute", "attributes", multiple=True, required=True, help="A claim; may be repeated.")
@click.option("--purpose-id", required=True, help="Why, in Indonesian; citizens read it.")
@click.option("--purpose-en", required=True, help="Why, in English.")
@click.option("--legal-basis", required=True, type=click.Choice(GROUNDS), help="UU PDP article 20.")
@click.option("--legal-reference", required=True, help="The regulation, with its number.")
@click.option("--retention-days", required=True, type=int, help="How long the consumer keeps it; 0: not.")
@click.option("--until", "day", type=DATE, help="The last day. Default: the longest allowed.")
@FOR
@as_json
def request(
    consumer: str,
    owner: str,
    attributes: tuple[str, ...],
    day: datetime | None,
    agency_id: str | None,
    machine: bool,
    **words: Any,
) -> None:
    """Ask the owner of attributes for an agreement; the owner and then the platform have to say yes.

    Example: idp agreements request --consumer health --owner tax --attribute npwp --purpose-id "Menagih iuran"
    --purpose-en "To collect premiums" --legal-basis law --legal-reference "UU 24/2011" --retention-days 365
    """
    with deployment.open_services() as services, services.database.unit_of_work() as db:
        now = services.clock()
        last = day.date() if day is not None else longest(attributes, words["legal_basis"], now)
        wanted = Wanted(
            consumer_id=consumer, owner_id=owner, attributes=attributes, expires_at=until(last), **words
        )
        row = agreement_steps.request(db, wanted, _hand(agency_id), now)
        _tell(row, now, machine)


@agreements.command()
@click.argument("agreement_id", type=click.UUID)
@click.option("--months", type=click.IntRange(1, LONGEST_MONTHS), default=12, show_default=True)
@FOR
@as_json
def renew(agreement_id: UUID, months: int, agency_id: str | None, machine: bool) -> None:
    """Ask for the same again for longer; the old agreement stands until the new one is in force.

    Example: idp agreements renew 0b9f1c2e-5a57-4a43-9a6e-0d0c1f6c9b11 --months 24
    """
    with deployment.open_services() as services, services.database.unit_of_work() as db:
        now = services.clock()
        old = standing_agreements.find(db, agreement_id)
        wanted = replace(Wanted.of(old), expires_at=until(months_later(today(now), months)))
        row = agreement_steps.renew(db, old, replace(wanted, supersedes_id=old.id), _hand(agency_id), now)
        _tell(row, now, machine)


@agreements.command()
@click.argument("agreement_id", type=click.UUID)
@FOR
@as_json
def approve(agreement_id: UUID, agency_id: str | None, machine: bool) -> None:
    """Say yes: for the owner with --for, then for the platform; by different people.

    Example: idp agreements approve 0b9f1c2e-5a57-4a43-9a6e-0d0c1f6c9b11 --for tax
    """
    step = agreement_steps.approve_by_platform if agency_id is None else agreement_steps.approve_by_owner
    _do(step, agreement_id, agency_id, machine)


@agreements.command()
@click.argument("agreement_id", type=click.UUID)
@REASON
@FOR
@as_json
def refuse(agreement_id: UUID, reason: str, agency_id: str | None, machine: bool) -> None:
    """Say no to what is asked.

    Example: idp agreements refuse 0b9f1c2e-5a57-4a43-9a6e-0d0c1f6c9b11 --for tax --reason "No legal basis"
    """
    _do(agreement_steps.refuse, agreement_id, agency_id, machine, reason)


@agreements.command()
@click.argument("agreement_id", type=click.UUID)
@REASON
@FOR
@as_json
def suspend(agreement_id: UUID, reason: str, agency_id: str | None, machine: bool) -> None:
    """Stop an agreement at once; nothing flows under it until two people let it work again.

    Example: idp agreements suspend 0b9f1c2e-5a57-4a43-9a6e-0d0c1f6c9b11 --reason "A leak is looked into"
    """
    _do(agreement_steps.suspend, agreement_id, agency_id, machine, reason)


@agreements.command()
@click.argument("agreement_id", type=click.UUID)
@FOR
@as_json
def resume(agreement_id: UUID, agency_id: str | None, machine: bool) -> None:
    """Ask for a suspended agreement to work again, or confirm what somebody else has asked.

    Example: idp agreements resume 0b9f1c2e-5a57-4a43-9a6e-0d0c1f6c9b11
    """
    _do(agreement_steps.resume, agreement_id, agency_id, machine)


@agreements.command()
@click.argument("agreement_id", type=click.UUID)
@REASON
@FOR
@as_json
def end(agreement_id: UUID, reason: str, agency_id: str | None, machine: bool) -> None:
    """End an agreement for good.

    Example: idp agreements end 0b9f1c2e-5a57-4a43-9a6e-0d0c1f6c9b11 --reason "The service is closed"
    """
    _do(agreement_steps.end, agreement_id, agency_id, machine, reason)


def print_asked(asked: tuple[Difference, ...]) -> None:
    """Say what applying a manifest does about its agreements."""
    marks = {
        manifests.CREATE: "+",
        manifests.CHANGE: "~",
        manifests.SAME: "=",
        agreement_manifests.LATER: "?",
        agreement_manifests.DROPPED: "-",
    }
    for each in asked:
        notes = {
            agreement_manifests.LATER: "the owner has not joined; apply again when it has",
            agreement_manifests.DROPPED: f"still {each.standing}; to end it: idp agreements end {each.id}",
        }
        note = notes.get(each.action, each.standing.replace("_", " "))
        about = f"{each.owner_id}: {' '.join(each.attributes)}"
        click.echo(
            f"{marks[each.action]} agreement with {about}: {each.action}{f' ({note})' if note else ''}"
        )


def asked_as_object(asked: tuple[Difference, ...]) -> dict[str, Any]:
    """The same for machines."""
    return {
        "agreements": [
            {
                "id": None if each.id is None else str(each.id),
                "owner": each.owner_id,
                "attributes": list(each.attributes),
                "action": each.action,
                "status": each.standing,
            }
            for each in asked
        ]
    }


def _do(step: Step, agreement_id: UUID, agency_id: str | None, machine: bool, *reason: str) -> None:
    with deployment.open_services() as services, services.database.unit_of_work() as db:
        now = services.clock()
        _tell(step(db, agreement_id, *reason, _hand(agency_id), now), now, machine)


def _hand(agency_id: str | None) -> Hand:
    return Hand(deployment.actor(), agency_id=agency_id, platform=agency_id is None)


def _tell(row: Agreement, now: datetime, machine: bool) -> None:
    if machine:
        document(_described(row, now))
    else:
        click.echo(f"{row.id}: {standing(row, now)}")


def _described(row: Agreement, now: datetime) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "consumer": row.consumer_id,
        "owner": row.owner_id,
        "attributes": row.attributes.split(),
        "purpose_id": row.purpose_id,
        "purpose_en": row.purpose_en,
        "legal_basis": row.legal_basis,
        "legal_reference": row.legal_reference,
        "retention_days": row.retention_days,
        "status": standing(row, now),
        "until": last_day(row.expires_at).isoformat(),
        "supersedes": str(row.supersedes_id) if row.supersedes_id else None,
    }

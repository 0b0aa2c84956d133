"""`idp inventory import` and `report`: the register of applications."""

from __future__ import annotations

import gettext
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from idp.cli import deployment
from idp.cli.output import as_json, document, fail, table
from idp.domain.inventory import overlap, register
from idp.domain.inventory.overlap import Cluster, Retirement
from idp.domain.inventory.rows import MOST_BYTES, BadSheet, Sheet, read_sheet
from idp.domain.store.database import Session
from idp.web.figures import label_of, overview, truth_of

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES, STYLES = ROOT / "templates", ROOT / "idp" / "static" / "css"
MOST_PROBLEMS = 50
LINES = 20


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--skip-bad", is_flag=True, help="Leave out rows with mistakes and bring in the others.")
@as_json
def import_(file: Path, skip_bad: bool, machine: bool) -> None:
    """Bring applications into the register, from CSV or JSON; the same file again changes nothing.

    The whole file is checked first. With one mistake nothing is written, unless --skip-bad.
    Columns: owner, name, url, purpose, users, yearly_cost (rupiah), fields, technology, retires_on.

    Example: idp inventory import applications.csv
    """
    sheet = _sheet(file)
    if sheet.problems and not skip_bad:
        if machine:
            document({"ok": False, "problems": [asdict(each) for each in sheet.problems]})
        else:
            _tell_problems(sheet)
        raise click.exceptions.Exit(1)
    with deployment.open_services() as services:
        done = register.bring_in(services.database, sheet, by=deployment.actor(), now=services.clock())
    if machine:
        document({"ok": True, **asdict(done), "problems": [asdict(each) for each in sheet.problems]})
        return
    if sheet.problems:
        _tell_problems(sheet)
    if done.nothing:
        click.echo(f"Nothing changed: all {done.same} applications are in the register as they are here.")
        return
    parts = (
        (done.added, "added"),
        (done.changed, "changed"),
        (done.rematched, "matched anew with today's vocabulary"),
        (done.same, "the same"),
        (done.skipped, "left out"),
    )
    click.echo("; ".join(f"{count} {what}" for count, what in parts if count))


@click.command()
@click.option(
    "--html",
    "page",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write a page with the pictures to this file.",
)
@click.option(
    "--language", type=click.Choice(["id", "en"]), default="id", show_default=True, help="Of the page."
)
@as_json
def report(page: Path | None, language: str, machine: bool) -> None:
    """Say what many applications ask, where it should come from, and which could be retired.

    Example: idp inventory report --html report.html
    """
    with deployment.open_services() as services, services.database.reading() as db:
        if page is not None:
            _write(page, _page(db, language, services.clock().date().isoformat()))
        found = _report(db)
    if machine:
        document(found)
        return
    if page is not None:
        click.echo(f"{page}: written")
        return
    numbers = found["headline"]
    click.echo(
        f"{numbers['applications']} applications of {numbers['agencies']} agencies; {numbers['asked_again']} fields "
        f"ask for what the state holds; Rp{numbers['yearly_cost']:,} a year, Rp{numbers['saving']:,} could be saved"
    )
    click.echo()
    table(
        ("asked again", "applications", "agencies", "source of truth"),
        (
            (each["label"], each["applications"], each["agencies"], each["source_of_truth"])
            for each in found["clusters"][:LINES]
        ),
    )
    click.echo()
    table(
        ("could be retired", "replaced by", "because", "saves a year (Rp)"),
        (
            (each["name"], each["keeper"], each["reason"], f"{each['saving']:,}")
            for each in found["retirements"][:LINES]
        ),
    )


def _report(db: Session) -> dict[str, Any]:
    return {
        "headline": asdict(overlap.headline(db)),
        "clusters": [_cluster(db, each) for each in overlap.clusters(db, known=True)],
        "unknown": [_cluster(db, each) for each in overlap.clusters(db, known=False)],
        "retirements": [_retirement(each) for each in overlap.retirements(db, 1000)],
    }


def _cluster(db: Session, each: Cluster) -> dict[str, Any]:
    return {
        "concept": each.concept,
        "label": label_of(each.concept, "en"),
        "known": each.known,
        "applications": each.applications,
        "agencies": each.agencies,
        "users": each.users,
        "source_of_truth": truth_of(each, "en"),
        "who_else": [
            {"id": str(row.id), "name": row.name, "owner": row.owner, "users": row.users}
            for row in overlap.who_asks(db, each.concept, 10)
        ],
    }


def _retirement(each: Retirement) -> dict[str, Any]:
    proposal = each.proposal
    return {
        "rank": proposal.rank,
        "id": str(proposal.application_id),
        "name": each.application.name,
        "owner": each.application.owner,
        "keeper_id": str(proposal.keeper_id),
        "keeper": each.keeper.name,
        "keeper_owner": each.keeper.owner,
        "likeness": proposal.likeness,
        "reason": f"{proposal.shared} of {proposal.fields} fields shared, same purpose, {proposal.likeness}% alike",
        "saving": proposal.saving,
        "retires_on": each.application.retires_on,
    }


def _page(db: Session, language: str, day: str) -> str:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
    )
    texts = gettext.translation("messages", TEMPLATES / "locale", [language], fallback=True)
    environment.install_gettext_translations(texts, newstyle=True)  # type: ignore[attr-defined]
    rules = "".join((STYLES / f"{name}.css").read_text("utf-8") for name in ("tokens", "report", "figures"))
    style = Markup("<style>{}</style>").format(Markup(rules))  # noqa: S704  # files of our own
    return environment.get_template("inventory/report.html").render(
        language=language, day=day, overview=overview(db, language), style=style
    )


def _write(page: Path, text: str) -> None:
    try:
        page.write_text(text, "utf-8")
    except OSError:
        fail(f"{page}: cannot be written")


def _sheet(file: Path) -> Sheet:
    try:
        with file.open("rb") as opened:
            return read_sheet(opened.read(MOST_BYTES + 1))
    except OSError:
        fail(f"{file}: cannot be read")
    except BadSheet as error:
        fail(f"{file}: {error}")


def _tell_problems(sheet: Sheet) -> None:
    for each in sheet.problems[:MOST_PROBLEMS]:
        click.echo(f"row {each.row}, {each.column}: {each.message}", err=True)
    more = len(sheet.problems) - MOST_PROBLEMS
    if more > 0:
        click.echo(f"... and {more} more", err=True)
    click.echo(
        f"{len(sheet.problems)} mistakes in {sheet.bad} rows; {len(sheet.rows)} rows are good", err=True
    )

"""`idp inventory`: forms and applications against the catalogue. Linting needs no database."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NoReturn

import click

from idp.cli import deployment
from idp.cli.inventory_register import import_, report
from idp.cli.inventory_waivers import forms, read_leaves, waivers
from idp.cli.output import as_json, document
from idp.domain.inventory.forms import BadForm, Form
from idp.domain.inventory.lint import Finding, Leave, Result, Verdict, lint, owner_name
from idp.domain.inventory.matcher import Match, Why
from idp.domain.inventory.reading import MOST_BYTES, read
from idp.domain.inventory.waivers import leaves
from idp.domain.registry import registrations

BAD_FILE = 2
MARKS = {
    Verdict.ASKED: "✗",
    Verdict.WAIVED: "~",
    Verdict.PERHAPS: "?",
    Verdict.PREFILLED: "✓",
    Verdict.HELD: "i",
    Verdict.REUSE: "i",
    Verdict.NEW: "·",
}
SAYS = {
    Why.DECLARED: "the form says so",
    Why.LABEL: "label reads “{}”",
    Why.NAME: "name reads “{}”",
    Why.HINT: "hint reads “{}”",
    Why.AUTOCOMPLETE: "autocomplete={}",
    Why.CHOICES: "choices are {}",
    Why.UPLOAD: "a copy of “{}”",
    Why.SPELLING: "spelling: {}",
    Why.OTHER_WORDS: "beside “{}”",
    Why.CONTRADICTED: "but the name reads “{}”",
    Why.TYPE: "but the type is {}",
    Why.SECTION: "but the section is about “{}”",
}


@click.group()
def inventory() -> None:
    """Find what forms ask although the state knows it; look after the register of applications."""


inventory.add_command(waivers)
inventory.add_command(forms)
inventory.add_command(import_)
inventory.add_command(report)


@inventory.command("lint")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--form", "name", help="Its name, which waivers are bound to; default its own, else the file's."
)
@click.option("--client", "client_id", help="Count the waivers this client has here (needs the database).")
@click.option(
    "--waivers",
    "waivers_file",
    type=click.Path(path_type=Path),
    help="Count the waivers of a file, as `idp inventory waivers list --json` writes it (needs no database).",
)
@as_json
def lint_(
    file: Path, name: str | None, client_id: str | None, waivers_file: Path | None, machine: bool
) -> None:
    """Name each field of a form that the state already holds: JSON (ours, JSON Schema, Form.io) or HTML.

    Exit status 0: nothing known is asked without a waiver in force. 1: something is. 2: the file is no form.

    Example: idp inventory lint form.json --waivers waivers.json
    """
    found = _read(file, name)
    given: tuple[Leave, ...] = ()
    if waivers_file is not None:
        try:
            given += read_leaves(waivers_file)
        except ValueError as error:
            _bad(str(error))
    with_database = client_id is not None
    today = deployment.now().date()
    if with_database and client_id is not None:
        with deployment.open_services() as services, services.database.reading() as db:
            client = registrations.find(db, client_id)
            given += leaves(db, client_id=client.id, agency_id=client.agency_id)
            today = services.clock().date()
    results = [lint(form, given, today) for form in found]
    if machine:
        document(
            {"forms": [as_object(each) for each in results], "ok": not any(each.red for each in results)}
        )
    else:
        for result in results:
            _tell(result)
    if any(each.red for each in results):
        raise click.exceptions.Exit(1)


def as_object(result: Result) -> dict[str, Any]:
    """Write a result for machines."""
    return {
        "form": result.form.name,
        "title": result.form.title,
        "ok": not result.red,
        "asked": len(result.asked),
        "fields": [_finding(each) for each in result.findings],
    }


def _finding(each: Finding) -> dict[str, Any]:
    answer: dict[str, Any] = {"name": each.field.name, "label": each.field.label, "verdict": each.verdict}
    if each.matches:
        answer |= {
            "attribute": each.concept,
            "confidence": each.confidence,
            "owner": each.owner,
            "owner_name": owner_name(each.owner, "en"),
            "reasons": _because(each.matches[0]),
        }
        if each.scope:
            answer |= {"scope": each.scope, "claim": each.matches[0].claim}
        if each.instead:
            answer["instead"] = list(each.instead)
        also = [match.concept for match in each.matches[1:] if match.confidence >= each.confidence - 0.1]
        if also:
            answer["also"] = also
    if each.leave is not None:
        answer["waiver"] = {
            "ends_on": each.leave.ends_on.isoformat(),
            "in_force": each.verdict is Verdict.WAIVED,
        }
    return answer


def _tell(result: Result) -> None:
    form = result.form
    click.echo(f"{form.name}{f' · {form.title}' if form.title else ''}: {len(form.fields)} fields")
    for each in result.findings:
        if each.verdict is Verdict.NEW:
            continue
        label = each.field.label or each.field.name
        click.echo(f"  {MARKS[each.verdict]} {label}")
        click.echo(
            f"      {each.concept.removeprefix('held:')} ({each.confidence:.0%} sure), "
            f"held by {owner_name(each.owner, 'en')}"
        )
        click.echo(f"      because: {'; '.join(_because(each.matches[0]))}")
        click.echo(f"      {_advice(each)}")
    asked = len(result.asked)
    new = sum(each.verdict is Verdict.NEW for each in result.findings)
    click.echo(
        f"  {asked} asked although the state holds {'it' if asked == 1 else 'them'}, without a waiver in force; "
        f"{new} of {len(form.fields)} ask something new."
    )


def _because(match: Match) -> list[str]:
    return [SAYS[reason.why].format(reason.words) for reason in match.reasons]


def _advice(each: Finding) -> str:
    if each.verdict is Verdict.WAIVED and each.leave is not None:
        return f"waived until {each.leave.ends_on}: {each.leave.reason}"
    if each.verdict is Verdict.PREFILLED:
        return "prefilled: nobody types it"
    if each.verdict is Verdict.HELD:
        return "the catalogue does not offer it yet: ask for it to be published"
    if not each.scope:
        return "must not be asked: remove the field"
    get = f"scope `{each.scope}`, claim `{each.matches[0].claim}`"
    instead = f"; often enough: {', '.join(each.instead)}" if each.instead else ""
    if each.verdict is Verdict.REUSE:
        return f"only the citizen knows it; what they once gave comes by {get}"
    over = f"; the waiver ended on {each.leave.ends_on}" if each.leave is not None else ""
    maybe = "if so, " if each.verdict is Verdict.PERHAPS else ""
    return f"{maybe}do not ask it: {get}{instead}{over}"


def _read(file: Path, name: str | None) -> list[Form]:
    try:
        with file.open("rb") as opened:
            content = opened.read(MOST_BYTES + 1)
        forms = list(read(content, file.stem))
    except OSError:
        _bad(f"{file}: cannot be read")
    except BadForm as error:
        _bad(f"{file}: {error}")
    if name is None:
        return forms
    if len(forms) == 1:
        return [Form(name=name, title=forms[0].title, fields=forms[0].fields)]
    chosen = [form for form in forms if form.name == name]
    return chosen or _bad(f"{file}: no form {name}; there are: {', '.join(form.name for form in forms)}")


def _bad(message: str) -> NoReturn:
    click.echo(f"Error: {' '.join(message.split())}", err=True)
    raise click.exceptions.Exit(BAD_FILE)

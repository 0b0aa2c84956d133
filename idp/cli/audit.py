"""`idp audit`: prove that the log is whole, and hand it out."""

from __future__ import annotations

from pathlib import Path

import click

from idp.cli import deployment
from idp.cli.output import as_json, document, fail
from idp.domain.audit.chain import seal_all
from idp.domain.audit.export import export
from idp.domain.audit.verify import verify


@click.group()
def audit() -> None:
    """Verify and export the audit log."""


@audit.command("verify")
@click.option("--seal", is_flag=True, help="Seal what is pending first.")
@as_json
def verify_(seal: bool, machine: bool) -> None:
    """Recompute the chain; exit 1 and name the first broken record when it was tampered with.

    Example: idp audit verify
    """
    with deployment.open_services() as services:
        if seal:
            seal_all(services.database)
        found = verify(services.database, services.keyring)
    broken = found.broken is not None or bool(found.reason)
    if machine:
        document(
            {
                "ok": not broken,
                "records": found.records,
                "checkpoints": found.checkpoints,
                "pending": found.pending,
                "broken": found.broken,
                "reason": found.reason,
            }
        )
        if broken:
            raise click.exceptions.Exit(1)
    elif broken:
        fail(f"record {found.broken} is broken: {found.reason}")
    else:
        click.echo(
            f"{found.records} records, {found.checkpoints} checkpoints, unbroken; {found.pending} pending"
        )


@audit.command("export")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--after", default=0, show_default=True, help="Start after this sequence number.")
@as_json
def export_(file: Path, after: int, machine: bool) -> None:
    """Write the sealed records as JSON lines that an outsider can verify. FILE must not exist yet.

    Example: idp audit export audit.jsonl
    """
    if file.exists():
        fail(f"{file}: exists already")
    with deployment.open_database() as database, file.open("x", encoding="utf-8") as out:
        count = export(database, out, after)
    if machine:
        document({"file": str(file), "records": count})
    else:
        click.echo(f"{file}: {count} records")

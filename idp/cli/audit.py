"""`idp audit`: prove that the log is whole, and hand it out."""

from __future__ import annotations

from pathlib import Path

import click

from idp.cli import deployment
from idp.cli.output import as_json, document, fail
from idp.domain.audit.chain import seal_all
from idp.domain.audit.export import export
from idp.domain.audit.verify import verify
from idp.domain.exchange.ledger_check import LedgerReport, verify_ledger


@click.group()
def audit() -> None:
    """Verify and export the audit log."""


@audit.command("verify")
@click.option("--seal", is_flag=True, help="Seal what is pending first.")
@as_json
def verify_(seal: bool, machine: bool) -> None:
    """Recompute the chain and compare it with the ledger of releases, both ways.

    Exit 1, and the first broken record or ledger row is named, when somebody deleted, changed or added one.

    Example: idp audit verify
    """
    with deployment.open_services() as services:
        if seal:
            seal_all(services.database)
        found = verify(services.database, services.keyring)
        broken = found.broken is not None or bool(found.reason)
        ledger = LedgerReport(0) if broken else verify_ledger(services.database)
    if machine:
        document(
            {
                "ok": not broken and ledger.ok,
                "records": found.records,
                "checkpoints": found.checkpoints,
                "pending": found.pending,
                "broken": found.broken,
                "reason": found.reason,
                "ledger": {
                    "ok": ledger.ok,
                    "rows": ledger.rows,
                    "broken": str(ledger.broken) if ledger.broken else None,
                    "record": ledger.seq,
                    "reason": ledger.reason,
                },
            }
        )
        if broken or not ledger.ok:
            raise click.exceptions.Exit(1)
    elif broken:
        fail(f"record {found.broken} is broken: {found.reason}")
    elif not ledger.ok:
        of = f" (record {ledger.seq})" if ledger.seq is not None else ""
        fail(f"ledger row {ledger.broken} is broken: {ledger.reason}{of}")
    else:
        click.echo(
            f"{found.records} records, {found.checkpoints} checkpoints, unbroken; {found.pending} pending; "
            f"{ledger.rows} ledger rows, each with its event"
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

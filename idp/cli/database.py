"""`idp db`: migrations, health, backups that are verified, and restores that revive nothing."""

from __future__ import annotations

from pathlib import Path

import click

from idp.cli import backups, deployment
from idp.cli.output import as_json, document, fail
from idp.clock import system_clock
from idp.domain.store import migrate


@click.group()
def db() -> None:
    """Look after the database: upgrade, check, backup, restore."""


@db.command()
@as_json
def upgrade(machine: bool) -> None:
    """Bring the database to this code's schema; safe to run again.

    Example: idp db upgrade
    """
    with deployment.open_database() as database:
        before = migrate.current(database)
        migrate.upgrade(database)
        after = migrate.current(database)
    if machine:
        document({"before": before, "schema": after})
    else:
        click.echo(f"schema {after}" + (" (unchanged)" if before == after else ""))


@db.command()
@as_json
def check(machine: bool) -> None:
    """Check schema, integrity and clock; exit 1 when something is wrong.

    Example: idp db check --json
    """
    with deployment.open_database() as database:
        problems = backups.problems(database)
        schema = migrate.current(database)
    if machine:
        document({"ok": not problems, "schema": schema, "problems": problems})
        if problems:
            raise click.exceptions.Exit(1)
    elif problems:
        fail("; ".join(problems))
    else:
        click.echo(f"schema {schema}, no problems")


@db.command()
@click.argument("file", type=click.Path(path_type=Path))
@as_json
def backup(file: Path, machine: bool) -> None:
    """Write a verified backup while the server runs. FILE must not exist yet.

    The backup holds no key that opens it; keep IDP_MASTER_KEY elsewhere.

    Example: idp db backup /backups/gerbang-2026-11-24
    """
    if file.exists():
        fail(f"{file}: exists already")
    with deployment.open_database() as database:
        schema = backups.backup(database, file)
    size = file.stat().st_size
    if machine:
        document({"file": str(file), "schema": schema, "bytes": size})
    else:
        click.echo(f"{file}: {size} bytes, schema {schema}, verified")


@db.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--yes", is_flag=True, help="Do not ask; the present contents are replaced.")
@as_json
def restore(file: Path, yes: bool, machine: bool) -> None:
    """Verify a backup, then put it in place of the present contents. Stop the server first.

    What was open when the backup was made is closed: sessions end, codes and tokens are void, so that nothing
    revoked or used since then comes back to life.

    Example: idp db restore /backups/gerbang-2026-11-24 --yes
    """
    settings = deployment.settings()
    if not yes:
        click.confirm("Replace everything in the database with the backup?", abort=True)
    closed = backups.restore(settings.database_url, file, system_clock())
    if machine:
        document({"file": str(file), "closed": closed})
    else:
        click.echo(
            f"restored {file}; closed {closed['sessions']} sessions, {closed['families']} token families"
        )

"""Backups that are read back before they count, and restores that revive nothing (attacks O-147)."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import URL, update
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from idp.clock import system_clock
from idp.domain.grants.models import AuthorizationCode, Family
from idp.domain.sessions.models import BrowserSession, Interaction
from idp.domain.store import migrate
from idp.domain.store.database import Database

MOST_SKEW = timedelta(seconds=5)
REASON = "restored"
TOOL_SECONDS = 24 * 3600


class BackupFailed(Exception):
    """A backup that is none, does not verify, or belongs to other code; nothing was changed."""


def problems(database: Database) -> list[str]:
    """Return what is wrong with the database: schema, integrity, clock."""
    try:
        found = migrate.current(database)
        with database.engine.connect() as connection:
            broken = _integrity(connection.exec_driver_sql) if database.dialect == "sqlite" else []
            skew = abs(system_clock() - _database_clock(database, connection.exec_driver_sql))
    except DBAPIError as exc:
        return [f"the database cannot be read: {type(exc.orig).__name__}"]
    if found != migrate.head():
        broken.append(f"schema is {found or 'none'}, this code needs {migrate.head()}: run `idp db upgrade`")
    if skew > MOST_SKEW:
        broken.append(f"host and database clocks differ by {skew.total_seconds():.0f} seconds")
    return broken


def backup(database: Database, target: Path) -> str:
    """Write a backup and verify it; return its schema.

    Raises:
        BackupFailed: when it does not verify; no file is left.
    """
    draft = target.with_name(f".{target.name}.partial")
    draft.unlink(missing_ok=True)
    os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        schema = (
            _sqlite_backup(database.url, draft) if database.dialect == "sqlite" else _dump(database, draft)
        )
        with draft.open("rb") as file:
            os.fsync(file.fileno())
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    return schema


def restore(database_url: str, source: Path, now: datetime) -> dict[str, int]:
    """Verify a backup, put it in place, and close what was open in it; return how much was closed.

    Raises:
        BackupFailed: before anything changed.
    """
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite":
        _sqlite_restore(url, source)
    else:
        _pg_restore(url, source)
    database = Database(database_url)
    try:
        migrate.upgrade(database)
        return close_everything(database, now)
    finally:
        database.close()


def close_everything(database: Database, now: datetime) -> dict[str, int]:
    """End sessions, families, codes and interactions: what happened to them since is not known any more."""
    with database.unit_of_work() as db:
        counts = {
            "sessions": db.execute(
                update(BrowserSession)
                .where(BrowserSession.ended_at.is_(None))
                .values(ended_at=now, end_reason=REASON)
                .returning(BrowserSession.id)
            ),
            "families": db.execute(
                update(Family)
                .where(Family.revoked_at.is_(None))
                .values(revoked_at=now, revoke_reason=REASON)
                .returning(Family.id)
            ),
            "codes": db.execute(
                update(AuthorizationCode)
                .where(AuthorizationCode.used_at.is_(None))
                .values(used_at=now)
                .returning(AuthorizationCode.day)
            ),
            "interactions": db.execute(
                update(Interaction)
                .where(Interaction.completed_at.is_(None))
                .values(completed_at=now)
                .returning(Interaction.day)
            ),
        }
        return {name: len(result.all()) for name, result in counts.items()}


def _integrity(run: Callable[..., object]) -> list[str]:
    found = [str(row[0]) for row in run("PRAGMA integrity_check")]  # type: ignore[attr-defined]
    orphans = run("PRAGMA foreign_key_check").fetchall()  # type: ignore[attr-defined]
    broken = [f"integrity: {line}" for line in found if line != "ok"]
    return [*broken, *([f"{len(orphans)} rows refer to rows that are gone"] if orphans else [])]


def _database_clock(database: Database, run: Callable[..., object]) -> datetime:
    if database.dialect == "sqlite":
        return system_clock()  # the same host
    moment: datetime = run("SELECT clock_timestamp()").scalar_one()  # type: ignore[attr-defined]
    return moment.astimezone(system_clock().tzinfo)


def _sqlite_backup(url: URL, draft: Path) -> str:
    """Copy online, then rebuild and check the copy; every page of it is read (SQLite backup API)."""
    with (
        closing(sqlite3.connect(f"file:{url.database}?mode=ro", uri=True)) as live,
        closing(sqlite3.connect(draft)) as copy,
    ):
        live.backup(copy, pages=1000, sleep=0.01)
        copy.execute("PRAGMA journal_mode=DELETE")
        copy.execute("VACUUM")
    return _verify_sqlite(draft)


def _verify_sqlite(path: Path) -> str:
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)) as copy:
            broken = _integrity(copy.execute)
            row = copy.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.DatabaseError as exc:
        raise BackupFailed(f"{path}: not a backup of this kind of database") from exc
    if broken or row is None:
        raise BackupFailed(f"{path}: does not verify: {'; '.join(broken) or 'no schema'}")
    return _known_schema(path, str(row[0]))


def _known_schema(path: Path, schema: str) -> str:
    if schema not in migrate.revisions():
        raise BackupFailed(f"{path}: its schema {schema} is unknown to this code")
    return schema


def _sqlite_restore(url: URL, source: Path) -> None:
    _verify_sqlite(source)
    target = Path(url.database or "")
    draft = target.with_name(f".{target.name}.restoring")
    shutil.copyfile(source, draft)
    draft.chmod(0o600)
    if target.exists():
        _require_unused(target)
    for leftover in ("-wal", "-shm"):
        target.with_name(target.name + leftover).unlink(missing_ok=True)
    draft.replace(target)


def _require_unused(target: Path) -> None:
    """Refuse while another process has the database open: it would keep writing to the old file."""
    try:
        with closing(sqlite3.connect(target, timeout=1, isolation_level=None)) as live:
            live.execute("PRAGMA locking_mode=EXCLUSIVE")
            live.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            live.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.OperationalError as exc:
        raise BackupFailed("the database is in use: stop the server and the workers first") from exc
    except sqlite3.DatabaseError:
        return  # broken beyond opening: that is why it is restored


def _dump(database: Database, draft: Path) -> str:
    _tool("pg_dump", database.url, "--format=custom", "--no-owner", f"--file={draft}")
    return _verify_dump(database.url, draft, migrate.current(database) or "")


def _verify_dump(url: URL, path: Path, schema: str) -> str:
    """Read the whole archive back, and its schema out of it."""
    listed = _tool("pg_restore", None, "--list", str(path))
    if "alembic_version" not in listed:
        raise BackupFailed(f"{path}: holds no schema of ours")
    _tool("pg_restore", None, "--file=/dev/null", str(path))
    version = _tool("pg_restore", None, "--data-only", "--table=alembic_version", "--file=-", str(path))
    found = next((line.strip() for line in version.splitlines() if line.strip() in migrate.revisions()), "")
    if schema and found != schema:
        raise BackupFailed(f"{path}: does not verify")
    return _known_schema(path, found)


def _pg_restore(url: URL, source: Path) -> None:
    _verify_dump(url, source, "")
    _tool(
        "pg_restore",
        url,
        "--clean",
        "--if-exists",
        "--no-owner",
        "--exit-on-error",
        "--single-transaction",
        str(source),
    )


def _tool(name: str, url: URL | None, *arguments: str) -> str:
    """Run a PostgreSQL tool; the password travels in its environment, never on the command line."""
    program = _program(name)
    environment: Mapping[str, str] = os.environ if url is None else {**os.environ, **_libpq(url)}
    connection = [] if url is None or name == "pg_dump" else [f"--dbname={url.database}"]
    done = subprocess.run(  # noqa: S603 - arguments are ours
        [program, *connection, *arguments],
        env=dict(environment),
        capture_output=True,
        text=True,
        timeout=TOOL_SECONDS,
        check=False,
    )
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise BackupFailed(f"{name}: {last}")
    return done.stdout


def _program(name: str) -> str:
    found = shutil.which(name) or next(
        (str(path) for path in sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)), None
    )
    if found is None:
        raise BackupFailed(f"{name} is not installed (package postgresql-client)")
    return found


def _libpq(url: URL) -> dict[str, str]:
    values = {
        "PGHOST": str(url.query.get("host") or url.host or ""),
        "PGPORT": str(url.port or ""),
        "PGUSER": url.username or "",
        "PGPASSWORD": str(url.password or ""),
        "PGDATABASE": url.database or "",
    }
    return {name: value for name, value in values.items() if value}

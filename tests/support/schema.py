"""Databases with the current schema: migrated once per process, then given to every test as new."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from idp.domain.store import migrate
from idp.domain.store.database import Database
from tests.support.postgres import Cluster

TEMPLATE = "gerbang_template"
KEPT = "alembic_version"
"""The one table that migrations fill."""


def upgrade(url: str, revision: str = "head") -> None:
    """Bring a database up to a revision, as `idp db upgrade` does."""
    database = Database(url)
    try:
        migrate.upgrade(database, revision)
    finally:
        database.close()


@cache
def _migrated_file(folder: Path) -> Path:
    path = folder / "template.sqlite3"
    upgrade(f"sqlite:///{path}")
    return path


def sqlite_copy(folder: Path, target: Path) -> str:
    """Copy the migrated SQLite file and give the address of the copy."""
    shutil.copyfile(_migrated_file(folder), target)
    target.chmod(0o600)
    return f"sqlite:///{target}"


@contextmanager
def postgres_copy(cluster: Cluster) -> Iterator[str]:
    """Copy the migrated template inside a cluster, give the address, drop the copy afterwards."""
    _prepare(cluster)
    name = cluster.create_database(template=TEMPLATE)
    try:
        yield cluster.url(name)
    finally:
        cluster.drop_database(name)


@cache
def _prepare(cluster: Cluster) -> None:
    cluster.create_database(name=TEMPLATE)
    upgrade(cluster.url(TEMPLATE))


class Reused:
    """A database in a cluster that one test after the other gets as if it were new.

    Emptying it costs a hundredth of copying the template. When a test has changed the schema, there is a new copy.
    """

    _CATALOGUES = (
        "pg_attrdef",
        "pg_attribute",
        "pg_class",
        "pg_constraint",
        "pg_index",
        "pg_namespace",
        "pg_proc",
        "pg_trigger",
        "pg_type",
    )
    _SCHEMA = sql.SQL(" UNION ALL ").join(
        sql.SQL("SELECT {}, count(*), max(xmin::text::bigint) FROM {}").format(name, sql.Identifier(name))
        for name in _CATALOGUES
    )
    """What is in the catalogues: a statement that changes a schema adds a row, or takes one away."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._name = ""
        self._schema: list[Any] = []
        self._forget = sql.Composed([])

    def as_new(self) -> str:
        """End what is left of the test before, forget its rows, and give the address."""
        if not self._name or not self._emptied():
            self._replace()
        return self._cluster.url(self._name)

    def _emptied(self) -> bool:
        with self._cluster.connect(self._name) as db:
            db.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            if db.execute(self._SCHEMA).fetchall() != self._schema:
                return False
            with db.transaction():
                # Without triggers: nothing is checked row by row, and the audit log lets itself be emptied.
                db.execute("SET LOCAL session_replication_role = replica")
                db.execute(self._forget)
        return True

    def _replace(self) -> None:
        _prepare(self._cluster)
        if self._name:
            self._cluster.drop_database(self._name)
        self._name = self._cluster.create_database(template=TEMPLATE)
        with self._cluster.connect(self._name) as db:
            self._schema = db.execute(self._SCHEMA).fetchall()
            self._forget = _forgetting(db)


def _forgetting(db: psycopg.Connection[Any]) -> sql.Composed:
    tables = db.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> %s", [KEPT]
    ).fetchall()
    sequences = db.execute("SELECT sequencename FROM pg_sequences WHERE schemaname = 'public'").fetchall()
    steps = [sql.SQL("DELETE FROM {}").format(sql.Identifier(name)) for (name,) in tables]
    steps += [sql.SQL("SELECT setval({}, 1, false)").format(name) for (name,) in sequences]
    return sql.SQL("; ").join(steps)


@cache
def reused(cluster: Cluster) -> Reused:
    """Give the database of a cluster that tests use one after the other."""
    return Reused(cluster)

"""Databases with the current schema: migrated once per process, then copied for every test."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from idp.domain.store import migrate
from idp.domain.store.database import Database
from tests.support.postgres import Cluster

TEMPLATE = "gerbang_template"


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

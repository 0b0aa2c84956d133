"""Databases with the current schema: migrated once per process, then copied for every test."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config

from tests.support.postgres import Cluster
from tests.support.processes import ROOT

TEMPLATE = "gerbang_template"


def alembic_config(url: str) -> Config:
    """Give Alembic's configuration for one database."""
    config = Config(str(ROOT / "migrations" / "alembic.ini"))
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return config


def migrate(url: str, revision: str = "head") -> None:
    """Bring a database up to a revision, as `idp db upgrade` does."""
    command.upgrade(alembic_config(url), revision)


@cache
def _migrated_file(folder: Path) -> Path:
    path = folder / "template.sqlite"
    migrate(f"sqlite:///{path}")
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
    migrate(cluster.url(TEMPLATE))

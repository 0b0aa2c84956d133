"""Bring a database to the schema of this code, and tell whether it is there."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from idp.domain.store.database import Database

MIGRATIONS = Path(__file__).resolve().parents[3] / "migrations"


def config() -> Config:
    """Return Alembic's configuration for this checkout."""
    return Config(str(MIGRATIONS / "alembic.ini"))


def upgrade(database: Database, revision: str = "head") -> None:
    """Apply migrations up to `revision`; safe to run again."""
    settings = config()
    with database.engine.connect() as connection:
        settings.attributes["connection"] = connection
        command.upgrade(settings, revision)
        connection.commit()


def head() -> str:
    """Return the newest revision of this code."""
    revision = ScriptDirectory.from_config(config()).get_current_head()
    if revision is None:
        raise RuntimeError("this checkout has no migrations")
    return revision


def revisions() -> frozenset[str]:
    """Return every revision this code knows, to recognise a backup by."""
    return frozenset(step.revision for step in ScriptDirectory.from_config(config()).walk_revisions())


def current(database: Database) -> str | None:
    """Return the revision the database is at, or None when it is empty."""
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()

"""Run migrations on the connection the `idp db` commands (or a test) hand over."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection

from idp.domain.store.metadata import metadata


def run(connection: Connection) -> None:
    """Migrate in one transaction per revision; SQLite alters tables by copying (decisions 27)."""
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


run(context.config.attributes["connection"])

"""One linear history leads to the models' schema, on both databases."""

from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

from idp.domain.store import migrate
from idp.domain.store.database import Database
from idp.domain.store.metadata import metadata
from tests.support.postgres import Cluster


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    yield database
    database.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database(request, tmp_path) -> Iterator[Database]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'empty.sqlite3'}"
    else:
        cluster: Cluster = request.getfixturevalue("postgres_cluster")
        url = cluster.url(cluster.create_database())
    database = Database(url)
    yield database
    database.close()


def test_the_history_has_one_head():
    script = ScriptDirectory.from_config(migrate.config())
    assert len(script.get_heads()) == 1
    assert all(not revision.is_branch_point for revision in script.walk_revisions())


def test_the_migrated_schema_is_what_the_models_say(database):
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_every_named_constraint_of_the_models_is_in_the_schema(database):
    """Autogenerate does not compare CHECK constraints; names are enough because they are derived."""
    schema = inspect(database.engine)
    for table in metadata.sorted_tables:
        wanted = {str(item.name) for item in table.constraints if item.__visit_name__ == "check_constraint"}
        found = {item["name"] for item in schema.get_check_constraints(table.name)}
        assert wanted <= found, table.name


def test_upgrading_twice_changes_nothing(database):
    before = migrate.current(database)
    migrate.upgrade(database)
    assert migrate.current(database) == before == migrate.head()


def test_the_history_can_be_walked_one_step_at_a_time(empty_database):
    script = ScriptDirectory.from_config(migrate.config())
    assert migrate.current(empty_database) is None
    for revision in reversed(list(script.walk_revisions())):
        migrate.upgrade(empty_database, revision.revision)
        assert migrate.current(empty_database) == revision.revision


def test_a_copied_database_is_empty(database):
    with database.engine.connect() as connection:
        filled = {
            table.name
            for table in metadata.sorted_tables
            if connection.execute(table.select().limit(1)).first() is not None
        }
    assert not filled

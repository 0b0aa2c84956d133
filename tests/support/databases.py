"""Marks for tests that need not run on both kinds of database, and how many statements something costs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from idp.domain.store.database import Database

sqlite_only = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For rules that are decided before storage, or after it: one kind of database shows them as well as two."""

postgresql_only = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
"""For what is counted or true on PostgreSQL alone."""


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """Collect every statement that is executed meanwhile, by the hot paths and by the ORM alike."""
    seen: list[str] = []

    def by_engine(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    database.statements.on_execute.append(seen.append)
    event.listen(database.engine, "before_cursor_execute", by_engine)
    try:
        yield seen
    finally:
        event.remove(database.engine, "before_cursor_execute", by_engine)
        database.statements.on_execute.remove(seen.append)

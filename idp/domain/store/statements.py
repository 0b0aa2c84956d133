"""Driver-level access for the hot paths: one statement, no ORM identity, no BEGIN/COMMIT pair on PostgreSQL.

Every named operation on a hot path has two forms, side by side in the file of its model: one statement with
data-modifying CTEs for PostgreSQL, one short `BEGIN IMMEDIATE` transaction for SQLite (architecture 3.5b).
"""

from __future__ import annotations

import re
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID
from weakref import WeakSet

import psycopg
from psycopg.rows import dict_row
from sqlalchemy import Engine

from idp.domain.store.base import from_micros, to_micros
from idp.protocol.oauth.errors import TemporarilyUnavailable

Params = Mapping[str, Any]
Row = Mapping[str, Any]
Hook = Callable[[str], None]

NAMED = re.compile(r"(?<!:):([a-z_]+)")
"""`:name`, as SQLite spells a parameter; statements are written so and translated for psycopg."""


class Statements(Protocol):
    """What hot operations need; `on_execute` lets a test count statements."""

    dialect: str
    on_execute: list[Hook]

    def one(self, sql: str, params: Params) -> Row | None:
        """Run one statement by itself and return its first row."""

    def all(self, sql: str, params: Params) -> list[Row]:
        """Run one statement by itself and return its rows."""

    def close(self) -> None:
        """Close this process's driver connections."""


class _Closable(Protocol):
    def close(self) -> None: ...


Connection = TypeVar("Connection", bound=_Closable)


class _Held(Generic[Connection]):
    """One thread's driver connection. It ends with its thread: the server lets idle threads go and starts others."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def __del__(self) -> None:
        self.connection.close()


class PostgresStatements:
    """One autocommit psycopg connection per thread, statements prepared at their second use."""

    dialect = "postgresql"

    def __init__(self, engine: Engine) -> None:
        self._url = engine.url
        self._options = engine.dialect.create_connect_args(engine.url)[1]
        self._local = threading.local()
        self._open: WeakSet[_Held[psycopg.Connection[dict[str, Any]]]] = WeakSet()
        self._lock = threading.Lock()
        self._translated: dict[str, str] = {}
        self.on_execute: list[Hook] = []

    def one(self, sql: str, params: Params) -> Row | None:
        """Run one statement and return its first row."""
        cursor = self._execute(sql, params)
        return cursor.fetchone() if _has_rows(cursor) else None

    def all(self, sql: str, params: Params) -> list[Row]:
        """Run one statement and return all rows."""
        cursor = self._execute(sql, params)
        return list(cursor.fetchall()) if _has_rows(cursor) else []

    def close(self) -> None:
        """Close the connections of every thread."""
        with self._lock:
            for held in self._open:
                held.connection.close()
            self._open.clear()
        self._local = threading.local()

    def _connection(self) -> psycopg.Connection[dict[str, Any]]:
        held: _Held[psycopg.Connection[dict[str, Any]]] | None = getattr(self._local, "held", None)
        if held is None or held.connection.closed:
            own = {
                "prepare_threshold": 1,
                "connect_timeout": 3,
                "options": "-c statement_timeout=5000 -c lock_timeout=3000 -c TimeZone=UTC",
            }
            connection = psycopg.connect(**{**self._options, **own}, autocommit=True, row_factory=dict_row)
            self._local.held = held = _Held(connection)
            with self._lock:
                self._open.add(held)
        return held.connection

    def _translate(self, sql: str) -> str:
        known = self._translated.get(sql)
        if known is None:
            known = self._translated[sql] = NAMED.sub(r"%(\1)s", sql.replace("%", "%%"))
        return known

    def _execute(self, sql: str, params: Params) -> psycopg.Cursor[dict[str, Any]]:
        for hook in self.on_execute:
            hook(sql)
        try:
            return self._connection().execute(self._translate(sql), params)
        except (psycopg.OperationalError, psycopg.InterfaceError) as exc:
            held = getattr(self._local, "held", None)
            if held is not None and held.connection.broken:
                held.connection.close()
            raise TemporarilyUnavailable("the database is busy; try again") from exc


def _has_rows(cursor: psycopg.Cursor[dict[str, Any]]) -> bool:
    # `description` would build an object per column, only to be asked whether there is one
    result = cursor.pgresult
    return result is not None and result.nfields > 0


class SqliteStatements:
    """One sqlite3 connection per thread. UUIDs travel as hex text and moments as integer microseconds."""

    dialect = "sqlite"

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._local = threading.local()
        self._open: WeakSet[_Held[sqlite3.Connection]] = WeakSet()
        self._lock = threading.Lock()
        self.on_execute: list[Hook] = []

    def one(self, sql: str, params: Params) -> Row | None:
        """Run one statement and return its first row."""
        with self.transaction() as tx:
            return tx.one(sql, params)

    def all(self, sql: str, params: Params) -> list[Row]:
        """Run one statement and return all rows."""
        with self.transaction() as tx:
            return tx.all(sql, params)

    @contextmanager
    def transaction(self, *, write: bool = False) -> Iterator[SqliteTransaction]:
        """Open a short transaction; `write` takes the writer's lock at once, so that claims cannot race."""
        connection = self._connection()
        try:
            if write:
                connection.execute("BEGIN IMMEDIATE")
            try:
                yield SqliteTransaction(connection, self.on_execute)
            except BaseException:
                if write:
                    connection.execute("ROLLBACK")
                raise
            if write:
                connection.execute("COMMIT")
        except sqlite3.OperationalError as exc:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise TemporarilyUnavailable("the database is busy; try again") from exc

    def close(self) -> None:
        """Close the connections of every thread."""
        with self._lock:
            for held in self._open:
                held.connection.close()
            self._open.clear()
        self._local = threading.local()

    def _connection(self) -> sqlite3.Connection:
        held: _Held[sqlite3.Connection] | None = getattr(self._local, "held", None)
        if held is None:
            connection = sqlite3.connect(
                self._engine.url.database or "", timeout=5, isolation_level=None, check_same_thread=False
            )
            connection.row_factory = sqlite3.Row
            for pragma in ("synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000"):
                connection.execute(f"PRAGMA {pragma}")
            self._local.held = held = _Held(connection)
            with self._lock:
                self._open.add(held)
        return held.connection


class SqliteTransaction:
    """Statements inside one SQLite transaction."""

    def __init__(self, connection: sqlite3.Connection, hooks: list[Hook]) -> None:
        self._connection = connection
        self._hooks = hooks

    def one(self, sql: str, params: Params) -> Row | None:
        """Run a statement and return its first row."""
        row = self._execute(sql, params).fetchone()
        return None if row is None else dict(row)

    def all(self, sql: str, params: Params) -> list[Row]:
        """Run a statement and return all rows."""
        return [dict(row) for row in self._execute(sql, params).fetchall()]

    def _execute(self, sql: str, params: Params) -> sqlite3.Cursor:
        for hook in self._hooks:
            hook(sql)
        return self._connection.execute(sql, {name: _to_sqlite(value) for name, value in params.items()})


def _to_sqlite(value: object) -> object:
    if isinstance(value, datetime):
        return to_micros(value)
    if isinstance(value, UUID):
        return value.hex
    return value


def as_moment(value: object) -> datetime:
    """Read a moment out of a row of either database."""
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    if isinstance(value, int):
        return from_micros(value)
    raise TypeError("not a moment")


def as_uuid(value: object) -> UUID:
    """Read a UUID out of a row of either database."""
    if isinstance(value, UUID):
        return value
    if isinstance(value, str):
        return UUID(value)
    raise TypeError("not a UUID")

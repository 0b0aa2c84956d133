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
from sqlalchemy import Engine

from idp.domain.store.base import from_micros, to_micros
from idp.domain.store.prepared import PreparedConnection
from idp.protocol.oauth.errors import TemporarilyUnavailable

Params = Mapping[str, Any]
Row = Mapping[str, Any]
Hook = Callable[[str], None]

NAMED = re.compile(r"(?<!:):([a-z_]+)")
"""`:name`, as SQLite spells a parameter; statements are written so and numbered for PostgreSQL."""


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
    """One autocommit connection per thread, its statements prepared at their first use."""

    dialect = "postgresql"

    def __init__(self, engine: Engine) -> None:
        self._options = engine.dialect.create_connect_args(engine.url)[1]
        self._local = threading.local()
        self._open: WeakSet[_Held[PreparedConnection]] = WeakSet()
        self._lock = threading.Lock()
        self._numbered: dict[str, tuple[str, tuple[str, ...]]] = {}
        self.on_execute: list[Hook] = []

    def one(self, sql: str, params: Params) -> Row | None:
        """Run one statement and return its first row."""
        rows = self.all(sql, params)
        return rows[0] if rows else None

    def all(self, sql: str, params: Params) -> list[Row]:
        """Run one statement and return all rows.

        Raises:
            TemporarilyUnavailable: the database is busy or away.
        """
        for hook in self.on_execute:
            hook(sql)
        numbered, names = self._numbered.get(sql) or self._number(sql)
        values = tuple([params[name] for name in names])
        try:
            return list(self._connection().run(numbered, values))
        except (psycopg.OperationalError, psycopg.InterfaceError) as exc:
            raise TemporarilyUnavailable("the database is busy; try again") from exc

    def close(self) -> None:
        """Close the connections of every thread."""
        with self._lock:
            for held in self._open:
                held.connection.close()
            self._open.clear()
        self._local = threading.local()

    def _connection(self) -> PreparedConnection:
        held: _Held[PreparedConnection] | None = getattr(self._local, "held", None)
        if held is None or held.connection.closed:
            own = {
                "connect_timeout": 3,
                "options": "-c statement_timeout=5000 -c lock_timeout=3000 -c TimeZone=UTC",
            }
            connection = psycopg.connect(**{**self._options, **own}, autocommit=True)
            self._local.held = held = _Held(PreparedConnection(connection))
            with self._lock:
                self._open.add(held)
        return held.connection

    def _number(self, sql: str) -> tuple[str, tuple[str, ...]]:
        """Turn `:name` into `$1`, `$2`, …: the same name is the same number."""
        names = tuple(dict.fromkeys(NAMED.findall(sql)))
        numbers = {name: f"${number}" for number, name in enumerate(names, 1)}
        made = self._numbered[sql] = NAMED.sub(lambda match: numbers[match[1]], sql), names
        return made


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

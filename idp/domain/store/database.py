"""The database: one engine for unit-of-work code, one set of driver connections for hot statements.

A protocol error commits, anything else rolls back (style 7): what we learned from a bad request, such as a replayed
code, is worth keeping.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session as Session, sessionmaker

from idp.domain.store.statements import PostgresStatements, SqliteStatements, Statements
from idp.protocol.oauth.errors import ProtocolError, TemporarilyUnavailable

BUSY_TIMEOUT_MS = 5000
ONLY_READS = "only_reads"
PG_OPTIONS = (
    "-c statement_timeout=5000 -c lock_timeout=3000 "
    "-c idle_in_transaction_session_timeout=10000 -c TimeZone=UTC"
)


class DatabaseUnavailable(TemporarilyUnavailable):
    """The database is locked or gone; nothing was done, trying again in a moment is right."""


class Database:
    """Storage of one deployment. `dialect` is `sqlite` or `postgresql`; only statements look at it."""

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self.dialect = self.url.get_backend_name()
        self.engine = _sqlite_engine(url) if self.dialect == "sqlite" else _postgres_engine(url)
        self._for_reading = self.engine.execution_options(**{ONLY_READS: True})
        self._sessions = sessionmaker(self.engine, expire_on_commit=False)
        self.statements: Statements = (
            SqliteStatements(self.engine) if self.dialect == "sqlite" else PostgresStatements(self.engine)
        )

    @contextmanager
    def unit_of_work(self) -> Iterator[Session]:
        """Open a transaction: commits at the end and on a protocol error, rolls back on anything else.

        Raises:
            DatabaseUnavailable: when the database is locked or cannot be reached.
        """
        with _availability(), self._sessions() as db:
            try:
                yield db
            except ProtocolError:
                db.commit()
                raise
            db.commit()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a transaction that only reads: on SQLite it waits for no writer, not even for this very request.

        Raises:
            DatabaseUnavailable: when the database cannot be reached.
        """
        with _availability(), self._sessions(bind=self._for_reading) as db:
            yield db

    def close(self) -> None:
        """Give back every connection."""
        self.statements.close()
        self.engine.dispose()


@contextmanager
def _availability() -> Iterator[None]:
    try:
        yield
    except DBAPIError as exc:
        if is_unavailable(exc):
            raise DatabaseUnavailable("the database is busy; try again") from exc
        raise


def is_unavailable(exc: DBAPIError) -> bool:
    """Tell a database that is locked, timed out or gone from one that refuses what it was asked."""
    if exc.connection_invalidated:
        return True
    sqlstate = getattr(exc.orig, "sqlstate", None)
    if isinstance(sqlstate, str):
        return sqlstate[:2] in ("08", "53", "57") or sqlstate in ("40001", "40P01", "55P03")
    return isinstance(exc, OperationalError)


def _sqlite_engine(url: str) -> Engine:
    path = make_url(url).database
    if path:
        target = Path(path)
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not target.exists():
            target.touch(mode=0o600)
    engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_MS / 1000, "isolation_level": None})

    @event.listens_for(engine, "connect")
    def _configure(connection: sqlite3.Connection, _record: object) -> None:
        prepare_sqlite(connection)

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        reads = connection.get_execution_options().get(ONLY_READS)
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")

    return engine


def prepare_sqlite(connection: sqlite3.Connection) -> None:
    """Durable WAL with foreign keys and patience (decisions 26)."""
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "trusted_schema=OFF",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _postgres_engine(url: str) -> Engine:
    return create_engine(
        url,
        pool_size=8,
        max_overflow=8,
        pool_timeout=3,
        pool_pre_ping=True,
        connect_args={"options": PG_OPTIONS, "connect_timeout": 3, "prepare_threshold": 1},
    )

"""Prepared statements on one psycopg connection, run by libpq in a single call (performance.md, section 3).

A cursor costs more processor time than the statements it runs here: it builds objects, polls the socket in Python and
takes the interpreter lock between. Values travel as text with the type their Python class stands for; answers come
back in binary and are read by psycopg's own loaders.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from psycopg.adapt import Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus, Format

BIGINT, BOOLEAN, BYTEA, TIMESTAMPTZ, UUID_OID, INFERRED = 20, 16, 17, 1184, 2950, 0
Write = Callable[[Any], bytes]
TYPES: Mapping[type, tuple[int, Write]] = {
    str: (INFERRED, str.encode),
    bool: (BOOLEAN, lambda value: b"t" if value else b"f"),
    int: (BIGINT, lambda value: b"%d" % value),
    bytes: (BYTEA, lambda value: b"\\x" + value.hex().encode()),
    datetime: (TIMESTAMPTZ, lambda value: value.isoformat().encode()),
    UUID: (UUID_OID, lambda value: value.hex.encode()),
    type(None): (INFERRED, lambda _: b""),
}


@dataclass(slots=True)
class _Statement:
    """A statement the server knows on this connection, for one combination of parameter types."""

    name: bytes
    reader: Any
    """A psycopg Transformer: it holds the loaders of this statement's columns."""
    columns: tuple[str, ...] | None = None


class PreparedConnection:
    """Runs statements on a connection of one thread; each is prepared at its first use."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection
        self._statements: dict[tuple[str, tuple[type, ...]], _Statement] = {}

    @property
    def closed(self) -> bool:
        """Whether this connection can serve no more."""
        return self._connection.closed

    def close(self) -> None:
        """Give the connection back to the server."""
        self._connection.close()

    def run(self, sql: str, values: tuple[Any, ...]) -> list[dict[str, Any]]:
        """Run a statement with its values in order and return its rows.

        Raises:
            psycopg.Error: as the server or the connection says; a broken connection is closed.
        """
        types = tuple(type(value) for value in values)
        statement = self._statements.get((sql, types)) or self._prepare(sql, types)
        written: Any = [
            None if value is None else TYPES[kind][1](value)
            for value, kind in zip(values, types, strict=True)
        ]
        result = self._connection.pgconn.exec_prepared(statement.name, written, None, Format.BINARY)
        if result.status == ExecStatus.COMMAND_OK:
            return []
        if result.status != ExecStatus.TUPLES_OK:
            raise self._failed(result)
        reader = statement.reader
        if statement.columns is None:
            statement.columns = tuple((result.fname(i) or b"").decode() for i in range(result.nfields))
            reader.set_pgresult(result)
        else:
            reader.set_pgresult(result, set_loaders=False)
        columns = statement.columns
        return [dict(zip(columns, row, strict=True)) for row in reader.load_rows(0, result.ntuples, tuple)]

    def _prepare(self, sql: str, types: tuple[type, ...]) -> _Statement:
        name = b"s%d" % len(self._statements)
        result = self._connection.pgconn.prepare(name, sql.encode(), [TYPES[kind][0] for kind in types])
        if result.status != ExecStatus.COMMAND_OK:
            raise self._failed(result)
        made = self._statements[sql, types] = _Statement(name, Transformer(self._connection))
        return made

    def _failed(self, result: Any) -> psycopg.Error:
        error = error_from_result(result)
        if self._connection.broken:
            self.close()
            # libpq gives a lost connection no SQLSTATE, and the driver then knows no better class than DatabaseError.
            return psycopg.OperationalError(str(error))
        if isinstance(error, psycopg.errors.FeatureNotSupported):
            self.close()  # its plans are older than the tables
        return error

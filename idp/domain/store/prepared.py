"""Prepared statements on one psycopg connection, run by libpq in a single call (performance.md, section 3).

A cursor costs more processor time than the statements it runs here: it builds objects, polls the socket in Python and
takes the interpreter lock between. Values travel in binary with the type their Python class stands for, texts as they
are with a type the server infers; answers come back in binary and are read by psycopg's own loaders.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from struct import Struct
from typing import Any, NamedTuple
from uuid import UUID

import psycopg
from psycopg.adapt import Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus, Format

_INT8 = Struct("!q")
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


def _moment(value: datetime) -> bytes:
    """Write a moment as the server counts it: microseconds since 2000."""
    since = value - _EPOCH
    return _INT8.pack((since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds)


class _Wire(NamedTuple):
    """How values of one Python class travel: the server's type, in which format, written by what."""

    oid: int
    format: Format
    write: Callable[[Any], bytes]


INFERRED = 0
TYPES: Mapping[type, _Wire] = {
    str: _Wire(INFERRED, Format.TEXT, str.encode),
    bool: _Wire(16, Format.BINARY, lambda value: b"\x01" if value else b"\x00"),
    int: _Wire(20, Format.BINARY, _INT8.pack),
    bytes: _Wire(17, Format.BINARY, bytes),
    datetime: _Wire(1184, Format.BINARY, _moment),
    UUID: _Wire(2950, Format.BINARY, lambda value: value.bytes),
    type(None): _Wire(INFERRED, Format.TEXT, bytes),
}


@dataclass(slots=True)
class _Statement:
    """A statement the server knows on this connection, for one combination of parameter types."""

    name: bytes
    formats: tuple[Format, ...]
    writers: tuple[Callable[[Any], bytes], ...]
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
        types = tuple(map(type, values))
        statement = self._statements.get((sql, types)) or self._prepare(sql, types)
        written: Any = [
            None if value is None else write(value)
            for value, write in zip(values, statement.writers, strict=True)
        ]
        result = self._connection.pgconn.exec_prepared(
            statement.name, written, statement.formats, Format.BINARY
        )
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
        name, wires = b"s%d" % len(self._statements), [TYPES[kind] for kind in types]
        result = self._connection.pgconn.prepare(name, sql.encode(), [wire.oid for wire in wires])
        if result.status != ExecStatus.COMMAND_OK:
            raise self._failed(result)
        made = self._statements[sql, types] = _Statement(
            name,
            tuple(wire.format for wire in wires),
            tuple(wire.write for wire in wires),
            Transformer(self._connection),
        )
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

"""What an agency knows about people: its bundled records, and what has changed since in a file of its own."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from clients.clock import Clock

LEVELS = ("ial0", "ial1", "ial2", "ial3")
SCHEMA = """
create table if not exists changed (
    nik text not null, name text not null, record text not null, primary key (nik, name)
) strict;
"""


@dataclass(frozen=True, slots=True)
class Attribute:
    """One value with what the agency says about it; without `verified_at` it holds at the moment it is read."""

    value: Any
    verified_at: datetime | None = None
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    level: str | None = None

    def said(self, now: datetime) -> dict[str, Any]:
        """Return it as it goes over the wire (docs/reference/connector.md)."""
        members: dict[str, Any] = {"value": self.value, "verified_at": moment(self.verified_at or now)}
        if self.valid_from is not None:
            members["valid_from"] = moment(self.valid_from)
        if self.valid_until is not None:
            members["valid_until"] = moment(self.valid_until)
        if self.level is not None:
            members["level"] = self.level
        return members

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Attribute:
        """Read one entry of a record.

        Raises:
            ValueError: when it has no value, an unknown member, or a moment without a time zone.
        """
        unknown = set(record) - {"value", "verified_at", "valid_from", "valid_until", "level"}
        if unknown or record.get("value") in (None, "", [], {}):
            raise ValueError(f"an entry needs a value and knows no {sorted(unknown)}")
        if record.get("level") not in (None, *LEVELS):
            raise ValueError(f"level must be one of {', '.join(LEVELS)}")
        return cls(
            record["value"],
            _read_moment(record.get("verified_at")),
            _read_moment(record.get("valid_from")),
            _read_moment(record.get("valid_until")),
            record.get("level"),
        )


class Register:
    """The records of one agency, by NIK; several processes may share the file of changes."""

    def __init__(self, bundled: Path, changes: Path, clock: Clock) -> None:
        self._path, self._clock = changes, clock
        document = json.loads(bundled.read_text(encoding="utf-8"))
        self._bundled = {
            nik: {name: Attribute.from_record(entry) for name, entry in entries.items()}
            for nik, entries in document.items()
        }
        changes.touch(mode=0o600)
        with self._open() as db:
            db.execute("pragma journal_mode = wal")
            db.executescript(SCHEMA)

    @classmethod
    def of_agency(cls, agency: Path, private: Path, clock: Clock) -> Register:
        """Open the records of an agency; what changes lies in its private folder."""
        return cls(agency / "records.json", private / "records.sqlite", clock)

    def of(self, nik: str) -> Mapping[str, Attribute] | None:
        """Return what is known of a person; None when nothing is."""
        with self._open() as db:
            rows = db.execute("select name, record from changed where nik = ?", (nik,)).fetchall()
        changed = {name: Attribute.from_record(json.loads(record)) for name, record in rows}
        known = self._bundled.get(nik)
        return None if known is None and not changed else {**(known or {}), **changed}

    def change(
        self,
        nik: str,
        name: str,
        value: Any,
        *,
        valid_until: datetime | None = None,
        level: str | None = None,
    ) -> Attribute:
        """Write down a new value, verified now.

        Raises:
            ValueError: when it cannot be one.
        """
        now = self._clock()
        attribute = Attribute(value, now, valid_until=valid_until, level=level)
        said = attribute.said(now)
        Attribute.from_record(said)
        with self._open() as db:
            row = (nik, name, json.dumps(said, ensure_ascii=False))
            db.execute("insert or replace into changed values (?, ?, ?)", row)
        return attribute

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        db = sqlite3.connect(self._path, timeout=10, isolation_level=None)
        try:
            yield db
        finally:
            db.close()


def moment(when: datetime) -> str:
    """Write a moment as RFC 3339 in UTC, to the second."""
    return when.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")


def _read_moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    when = datetime.fromisoformat(text)
    if when.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    return when

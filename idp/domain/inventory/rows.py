"""Reading applications from CSV or JSON: every mistake with its row, nothing guessed (features F10, U2)."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID, uuid5

import orjson

from idp.domain.inventory.forms import text
from idp.domain.inventory.vocabulary import bare

NAMESPACE: Final = UUID("6f9c1d52-6c1e-4f5a-9d0e-27000a991000")
MOST_BYTES: Final = 128 * 1024 * 1024
MOST_ROWS: Final = 100_000
MOST_FIELDS: Final = 500
MOST_NUMBER: Final = 10**15
LONGEST_NAME, LONGEST_WORDS = 120, 2_000
REQUIRED: Final = ("owner", "name", "purpose", "users", "yearly_cost", "fields")
_NUMBER = re.compile(r"(?:Rp\.?\s*)?(\d{1,3}(?:[.,]\d{3})+|\d+)(?:,00|,-)?")


@dataclass(frozen=True, slots=True)
class AskedField:
    """One thing an application asks people for."""

    name: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One application as it was told to us, checked."""

    owner_id: str
    owner: str
    slug: str
    name: str
    url: str
    purpose: str
    users: int
    yearly_cost: int
    technology: str
    retires_on: date | None
    fields: tuple[AskedField, ...]

    @property
    def id(self) -> UUID:
        """Its id, the same at every import: of owner and slug. Decision 5 forbids derived ids for people only."""
        return uuid5(NAMESPACE, f"{self.owner_id}/{self.slug}")

    @property
    def members(self) -> dict[str, Any]:
        """Everything told about it, as JSON can hold it."""
        told = asdict(self)
        told["retires_on"] = self.retires_on.isoformat() if self.retires_on else None
        return told

    @property
    def digest(self) -> bytes:
        """A digest of everything told about it: what is the same needs no second look."""
        return hashlib.sha256(orjson.dumps(self.members, option=orjson.OPT_SORT_KEYS)).digest()


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in one place of the file; `row` counts as a spreadsheet does, the heading is row 1."""

    row: int
    column: str
    message: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file that was read: the good rows, and what is wrong with the others."""

    rows: tuple[Row, ...]
    problems: tuple[Problem, ...] = ()

    @property
    def bad(self) -> int:
        """How many rows are left out."""
        return len({problem.row for problem in self.problems})


class BadSheet(ValueError):
    """A file that is no table of applications at all."""


@dataclass(slots=True)
class _Checker:
    number: int
    problems: list[Problem] = field(default_factory=list)

    def wrong(self, column: str, message: str) -> None:
        self.problems.append(Problem(self.number, column, message))


def read_sheet(content: bytes) -> Sheet:
    """Read a whole file: JSON when it starts as such, CSV otherwise.

    Raises:
        BadSheet: when it is too large, not UTF-8, or has not the columns.
    """
    if len(content) > MOST_BYTES:
        raise BadSheet(f"the file is larger than {MOST_BYTES // 1024 // 1024} MiB")
    body = content.removeprefix(b"\xef\xbb\xbf").strip()
    entries = _from_json(body) if body[:1] in b"[{" and body else _from_csv(body)
    rows: list[Row] = []
    problems: list[Problem] = []
    seen: dict[UUID, int] = {}
    for count, (number, entry) in enumerate(entries):
        if count >= MOST_ROWS:
            raise BadSheet(f"more than {MOST_ROWS} applications")
        checker = _Checker(number)
        row = _row(entry, checker)
        if row is not None and row.id in seen:
            checker.wrong("name", f"the same owner and name as row {seen[row.id]}")
        if checker.problems or row is None:
            problems.extend(checker.problems)
            continue
        seen[row.id] = number
        rows.append(row)
    if not rows and not problems:
        raise BadSheet("there is no application in this file")
    return Sheet(tuple(rows), tuple(problems))


def _from_json(body: bytes) -> Iterator[tuple[int, Mapping[str, Any]]]:
    try:
        value = orjson.loads(body)
    except ValueError as error:
        raise BadSheet(f"not JSON: {error}") from None
    if isinstance(value, dict):
        value = value.get("applications")
    if not isinstance(value, list):
        raise BadSheet("a JSON list of applications is needed, or an object with `applications`")
    for number, entry in enumerate(value, 1):
        yield number, entry if isinstance(entry, dict) else {}


def _from_csv(body: bytes) -> Iterator[tuple[int, Mapping[str, Any]]]:
    try:
        words = body.decode()
    except UnicodeDecodeError:
        raise BadSheet("the file is not UTF-8 text") from None
    if "\0" in words:
        raise BadSheet("the file is not text")
    heading = words.partition("\n")[0]
    delimiter = ";" if heading.count(";") > heading.count(",") else ","
    table = csv.reader(io.StringIO(words, newline=""), delimiter=delimiter)
    try:
        columns = [name.strip().lower() for name in next(table)]
        missing = [name for name in REQUIRED if name not in columns]
        if missing:
            raise BadSheet(f"columns are missing: {', '.join(missing)}")
        for number, cells in enumerate(table, 2):
            if any(cell.strip() for cell in cells):
                yield number, dict(zip(columns, cells, strict=False))
    except (csv.Error, StopIteration) as error:
        raise BadSheet(f"not CSV: {error}") from None


def _row(entry: Mapping[str, Any], at: _Checker) -> Row | None:
    owner = _words(entry, "owner", at, LONGEST_NAME, required=True)
    name = _words(entry, "name", at, LONGEST_NAME, required=True)
    owner_id, slug = slug_of(_words(entry, "owner_id", at, LONGEST_NAME) or owner), slug_of(name)
    for column, told, plain in (("owner", owner, owner_id), ("name", name, slug)):
        if told and not plain:
            at.wrong(column, "needs letters or digits")
    purpose = _words(entry, "purpose", at, LONGEST_WORDS, required=True)
    made = Row(
        owner_id=owner_id,
        owner=owner,
        slug=slug,
        name=name,
        url=_url(entry, at),
        purpose=purpose,
        users=_number(entry, "users", at),
        yearly_cost=_number(entry, "yearly_cost", at),
        technology=_words(entry, "technology", at, LONGEST_WORDS),
        retires_on=_day(entry, "retires_on", at),
        fields=_fields(entry.get("fields"), at),
    )
    return None if at.problems else made


def slug_of(words: str) -> str:
    """Return the plain words of a name, joined by hyphens."""
    return "-".join(bare(words))[:LONGEST_NAME]


def _words(
    entry: Mapping[str, Any], column: str, at: _Checker, longest: int, *, required: bool = False
) -> str:
    value = entry.get(column)
    if value is not None and not isinstance(value, str):
        at.wrong(column, "must be text")
        return ""
    found = " ".join("".join(c if c.isprintable() else " " for c in value or "").split())
    if len(found) > longest:
        at.wrong(column, f"is longer than {longest} characters")
    elif required and not found:
        at.wrong(column, "is needed")
    return found


def _url(entry: Mapping[str, Any], at: _Checker) -> str:
    found = _words(entry, "url", at, LONGEST_WORDS)
    try:
        parts = urlsplit(found)
        good = not found or (parts.scheme in ("http", "https") and bool(parts.hostname))
    except ValueError:
        good = False
    if not good or " " in found:
        at.wrong("url", "must be an http or https address")
    return found


def _number(entry: Mapping[str, Any], column: str, at: _Checker) -> int:
    value = entry.get(column)
    if isinstance(value, int) and not isinstance(value, bool):
        number = value
    else:
        found = _NUMBER.fullmatch(value.strip()) if isinstance(value, str) else None
        if found is None:
            at.wrong(column, "must be a whole number, 0 or more")
            return 0
        number = int(re.sub(r"[.,]", "", found[1])[:20])
    if not 0 <= number <= MOST_NUMBER:
        at.wrong(column, "must be a whole number, 0 or more")
        return 0
    return number


def _day(entry: Mapping[str, Any], column: str, at: _Checker) -> date | None:
    found = _words(entry, column, at, LONGEST_NAME)
    try:
        return date.fromisoformat(found) if found else None
    except ValueError:
        at.wrong(column, "must be a date such as 2027-12-31")
        return None


def _fields(value: object, at: _Checker) -> tuple[AskedField, ...]:
    """Read the fields: `nik=NIK; nama=Nama lengkap` in CSV, a list of texts or of name and label in JSON."""
    entries: Sequence[object] = (
        value.split(";") if isinstance(value, str) else value if isinstance(value, list) else ()
    )
    found: list[AskedField] = []
    for entry in entries:
        if isinstance(entry, Mapping):
            name, label = text(entry.get("name")), text(entry.get("label"))
        else:
            name, equals, label = (text(part) for part in str(entry).partition("="))
            name, label = (name, label) if equals else ("", name)
        asked = AskedField(name[:LONGEST_NAME], label)
        if (name or label) and asked not in found:
            found.append(asked)
    if not found:
        at.wrong("fields", "at least one field is needed, such as nik=NIK")
    elif len(found) > MOST_FIELDS:
        at.wrong("fields", f"more than {MOST_FIELDS} fields")
    return tuple(found)

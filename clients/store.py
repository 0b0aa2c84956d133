"""An agency's own SQLite file: sessions, half-done sign-ins, applications, and how much had to be typed."""

from __future__ import annotations

import hashlib
import json
import secrets
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

from clients.clock import Clock
from clients.prefill import Count

SESSION_LIFE = timedelta(hours=8)
SCHEMA = """
create table if not exists session (
    digest text primary key, sub text not null, sid text, data text not null, expires_at real not null
) strict;
create index if not exists session_sid on session (sid);
create index if not exists session_sub on session (sub);
create table if not exists pending (
    name text primary key, value text not null, expires_at real not null
) strict;
create table if not exists used_jti (jti text primary key, expires_at real not null) strict;
create table if not exists application (
    reference text primary key, sub text not null, form text not null,
    answers text not null, sent_at text not null
) strict;
create index if not exists application_sub on application (sub, sent_at);
create table if not exists entry_count (
    reference text primary key, form text not null, sent_at text not null,
    known integer not null, typed integer not null, retyped integer not null
) strict;
create table if not exists meter_report (
    report_id text primary key, fields text not null, made_at real not null
) strict;
create table if not exists unverified (
    reference text not null, field text not null, reason text not null, state text not null,
    primary key (reference, field)
) strict;
"""
REPORTS_AT_ONCE = 50
REPORTS_KEPT = timedelta(days=6)  # Gerbang takes no report of a day that is longer ago


@dataclass(frozen=True, slots=True)
class Visit:
    """A signed-in citizen at this agency, with what the provider said about them."""

    sub: str
    sid: str | None
    id_token: str
    tokens: Mapping[str, Any]
    claims: Mapping[str, Any]
    claims_at: datetime


@dataclass(frozen=True, slots=True)
class Receipt:
    """One application that was sent."""

    reference: str
    sent_at: datetime
    count: Count
    waiting: int = 0
    """Typed values whose owner has not confirmed them yet."""
    different: int = 0
    """Typed values of which the owner says otherwise."""


@dataclass(frozen=True, slots=True)
class Open:
    """An application with typed values that wait for their owner's word."""

    reference: str
    form: str
    answers: Mapping[str, Any]
    fields: tuple[str, ...]


class Store:
    """Opens the file for each short piece of work; several threads may share a store."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path, self._clock = path, clock
        path.touch(mode=0o600)
        with self._open() as db:
            db.execute("pragma journal_mode = wal")
            db.executescript(SCHEMA)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        db = sqlite3.connect(self._path, timeout=10, isolation_level=None)
        try:
            yield db
        finally:
            db.close()

    def _now(self) -> float:
        return self._clock().timestamp()

    # -- sessions ------------------------------------------------------------------------------------

    def begin(self, visit: Visit) -> str:
        """Begin a local session and return its handle; only the handle's digest is kept."""
        handle = secrets.token_urlsafe(32)
        expires = self._now() + SESSION_LIFE.total_seconds()
        with self._open() as db:
            db.execute("delete from session where expires_at <= ?", (self._now(),))
            row = (_digest(handle), visit.sub, visit.sid, _packed(visit), expires)
            db.execute("insert into session values (?, ?, ?, ?, ?)", row)
        return handle

    def visit(self, handle: str) -> Visit | None:
        """Return the session of a handle while it lives."""
        sql = "select sub, sid, data from session where digest = ? and expires_at > ?"
        with self._open() as db:
            row = db.execute(sql, (_digest(handle), self._now())).fetchone()
        return _unpacked(*row) if row else None

    def update(self, handle: str, visit: Visit) -> None:
        """Keep newer tokens or claims of a session; a session that has ended stays ended."""
        with self._open() as db:
            db.execute("update session set data = ? where digest = ?", (_packed(visit), _digest(handle)))

    def end(self, handle: str) -> None:
        """End one local session."""
        with self._open() as db:
            db.execute("delete from session where digest = ?", (_digest(handle),))

    def end_for(self, *, sub: str | None, sid: str | None) -> int:
        """End the sessions a logout token names (Back-Channel Logout §2.7); return how many."""
        sql = "delete from session where sub = coalesce(?, sub) and (? is null or sid = ?)"
        with self._open() as db:
            return db.execute(sql, (sub, sid, sid)).rowcount if sub or sid else 0

    def outdate(self, sub: str) -> int:
        """Let the claims of a person's sessions count as old, so that the next page asks for them again."""
        sql = "update session set data = json_set(data, '$.claims_at', 0) where sub = ?"
        with self._open() as db:
            return db.execute(sql, (sub,)).rowcount

    def forget(self, sub: str, released: Collection[str]) -> None:
        """End a person's sessions and delete what came from Gerbang out of the applications they sent."""
        self.end_for(sub=sub, sid=None)
        with self._open() as db:
            db.execute("begin immediate")
            rows = db.execute("select reference, answers from application where sub = ?", (sub,)).fetchall()
            for reference, answers in rows:
                kept = {name: value for name, value in json.loads(answers).items() if name not in released}
                sql = "update application set answers = ? where reference = ?"
                db.execute(sql, (json.dumps(kept, ensure_ascii=False), reference))
            db.execute("commit")

    def first_use(self, jti: str, until: datetime) -> bool:
        """Mark a logout token as used; False when it was used before."""
        with self._open() as db:
            db.execute("delete from used_jti where expires_at <= ?", (self._now(),))
            sql = "insert into used_jti values (?, ?) on conflict do nothing"
            return db.execute(sql, (jti, until.timestamp())).rowcount == 1

    # -- half-done sign-ins: the cache protocol of Authlib's Flask client -------------------------------

    def set(self, name: str, value: str, expires: int) -> None:
        """Keep the state of a sign-in that is under way."""
        with self._open() as db:
            db.execute("delete from pending where expires_at <= ?", (self._now(),))
            db.execute(
                "insert or replace into pending values (?, ?, ?)", (name, value, self._now() + expires)
            )

    def get(self, name: str) -> str | None:
        """Return the state of a sign-in that is under way."""
        sql = "select value from pending where name = ? and expires_at > ?"
        with self._open() as db:
            row = db.execute(sql, (name, self._now())).fetchone()
        return str(row[0]) if row else None

    def delete(self, name: str) -> None:
        """Forget the state of a sign-in."""
        with self._open() as db:
            db.execute("delete from pending where name = ?", (name,))

    # -- applications ------------------------------------------------------------------------------------

    def file_application(
        self,
        sub: str,
        form: str,
        answers: Mapping[str, Any],
        count: Count,
        *,
        unverified: Mapping[str, str] = MappingProxyType({}),
        report: Mapping[str, str] | None = None,
    ) -> str:
        """Store an application and, apart from it, how many fields were typed: counts, never values.

        `unverified` are typed fields that wait for their owner's word, with the reason they did not come; `report` is
        what Gerbang is to be told.
        """
        reference = secrets.token_hex(4).upper()
        at = self._clock().isoformat()
        with self._open() as db:
            db.execute("begin immediate")
            application = (reference, sub, form, json.dumps(dict(answers), ensure_ascii=False), at)
            db.execute("insert into application values (?, ?, ?, ?, ?)", application)
            counted = (reference, form, at, count.known, count.typed, count.retyped)
            db.execute("insert into entry_count values (?, ?, ?, ?, ?, ?)", counted)
            rows = [(reference, name, reason, "waiting") for name, reason in unverified.items()]
            db.executemany("insert into unverified values (?, ?, ?, ?)", rows)
            if report is not None:
                kept = (report["report_id"], json.dumps(dict(report)), self._now())
                db.execute("insert into meter_report values (?, ?, ?)", kept)
            db.execute("commit")
        return reference

    def receipts(self, sub: str) -> list[Receipt]:
        """Return a person's applications, the newest first."""
        sql = (
            "select reference, sent_at, known, typed, retyped,"
            " (select count(*) from unverified u where u.reference = a.reference and state = 'waiting'),"
            " (select count(*) from unverified u where u.reference = a.reference and state = 'different')"
            " from application a join entry_count using (reference, form, sent_at)"
            " where sub = ? order by sent_at desc limit 50"
        )
        with self._open() as db:
            rows = db.execute(sql, (sub,)).fetchall()
        return [
            Receipt(ref, datetime.fromisoformat(at), Count(known, typed, retyped), waiting, different)
            for ref, at, known, typed, retyped, waiting, different in rows
        ]

    def open_applications(self, sub: str) -> list[Open]:
        """Return a person's applications of which some typed values wait for their owner's word."""
        sql = (
            "select a.reference, a.form, a.answers, json_group_array(u.field) from application a"
            " join unverified u on u.reference = a.reference and u.state = 'waiting'"
            " where a.sub = ? group by a.reference"
        )
        with self._open() as db:
            rows = db.execute(sql, (sub,)).fetchall()
        return [Open(ref, form, json.loads(answers), tuple(json.loads(f))) for ref, form, answers, f in rows]

    def settle(self, reference: str, state: str, fields: Iterable[str]) -> None:
        """Mark typed values as `verified` by their owner, or as `different` from what the owner says."""
        rows = [(state, reference, name) for name in fields]
        with self._open() as db:
            db.executemany("update unverified set state = ? where reference = ? and field = ?", rows)

    # -- what Gerbang is told ----------------------------------------------------------------------------

    def due_reports(self) -> list[dict[str, str]]:
        """Return the reports that Gerbang has not taken yet; what is too old for it is dropped."""
        with self._open() as db:
            oldest = self._now() - REPORTS_KEPT.total_seconds()
            db.execute("delete from meter_report where made_at < ?", (oldest,))
            sql = "select fields from meter_report order by made_at limit ?"
            rows = db.execute(sql, (REPORTS_AT_ONCE,)).fetchall()
        return [json.loads(fields) for (fields,) in rows]

    def report_done(self, report_id: str) -> None:
        """Forget a report that was taken, or that will never be."""
        with self._open() as db:
            db.execute("delete from meter_report where report_id = ?", (report_id,))


def _digest(handle: str) -> str:
    return hashlib.sha256(handle.encode()).hexdigest()


def _packed(visit: Visit) -> str:
    return json.dumps(
        {
            "id_token": visit.id_token,
            "tokens": dict(visit.tokens),
            "claims": dict(visit.claims),
            "claims_at": visit.claims_at.timestamp(),
        }
    )


def _unpacked(sub: str, sid: str | None, data: str) -> Visit:
    members = json.loads(data)
    return Visit(
        sub=sub,
        sid=sid,
        id_token=members["id_token"],
        tokens=members["tokens"],
        claims=members["claims"],
        claims_at=datetime.fromtimestamp(members["claims_at"], UTC),
    )

"""The re-entry meter: what was typed into forms although a public body knows it; the target is 0 (features F8).

An agency reports counts and names of the catalogue, never a value. Which of the names the state knows is decided here.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite

from idp.domain.inventory.meter_models import MeterDay, MeterField, MeterReport
from idp.domain.store.base import EPOCH, Base
from idp.domain.store.database import Session
from idp.protocol.oidc.catalogue import CLAIMS

SLOTS: Final = 8
MOST_FIELDS: Final = 300
"""More fields than any form has: such a report is a mistake."""
MOST_FORMS: Final = 200
"""Forms of one client; more are invented names."""
LATE: Final = timedelta(days=7)
EARLY: Final = timedelta(days=1)
"""Days begin earlier in the east of the country than in UTC."""
FORM: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
REPORT_ID: Final = re.compile(r"[A-Za-z0-9_-]{16,64}")
SELF: Final = "self"


class AbsurdReport(Exception):
    """A report that cannot be about a form; `parameter` names what is wrong with it."""

    def __init__(self, parameter: str, reason: str) -> None:
        super().__init__(reason)
        self.parameter, self.reason = parameter, reason


@dataclass(frozen=True, slots=True)
class Report:
    """What one submitted form needed typed: `typed_known` are names of the catalogue, a member after a dot."""

    report_id: str
    form: str
    day: date
    prefilled: int
    typed: int
    typed_known: tuple[str, ...] = ()

    def check(self, now: datetime) -> None:
        """Refuse what no form can be.

        Raises:
            AbsurdReport: a malformed id or name, a day of another time, numbers out of all reason, no catalogue name.
        """
        if not REPORT_ID.fullmatch(self.report_id):
            raise AbsurdReport("report_id", "16 to 64 letters, digits, - or _")
        if not FORM.fullmatch(self.form):
            raise AbsurdReport("form", "1 to 64 small letters, digits, - or _")
        if not (now - LATE).date() <= self.day <= (now + EARLY).date():
            raise AbsurdReport("day", f"a day of the last {LATE.days}")
        if min(self.prefilled, self.typed) < 0:
            raise AbsurdReport("prefilled" if self.prefilled < 0 else "typed", "no count is below zero")
        if not 0 < self.prefilled + self.typed + len(self.typed_known) <= MOST_FIELDS:
            raise AbsurdReport("prefilled", f"a form has 1 to {MOST_FIELDS} fields")
        if any(claim_of(name) not in CLAIMS for name in self.typed_known):
            raise AbsurdReport("typed_known", "names of the catalogue only")


@dataclass(frozen=True, slots=True)
class Total:
    """The counts of one form, of one day or of several."""

    client_id: str
    form: str
    forms: int
    prefilled: int
    typed: int
    typed_known: int
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Retyped:
    """How often a claim was typed into a form although the state knows it."""

    client_id: str
    form: str
    claim: str
    times: int


def claim_of(name: str) -> str:
    """Return the claim a field comes from: `id_address.rt` is a member of `id_address`."""
    return name.partition(".")[0]


def state_knows(name: str) -> bool:
    """Tell whether some public body holds a claim; what only the citizen can say is not known (F8)."""
    claim = CLAIMS.get(claim_of(name))
    return claim is not None and claim.source != SELF


def count(db: Session, client_id: str, report: Report, now: datetime) -> bool:
    """Add a report to the counters; False when it was counted before.

    Raises:
        AbsurdReport: see `Report.check`; or a client reports more forms than anybody has.
    """
    report.check(now)
    day = _day(report.day)
    digest = hashlib.sha256(f"{client_id}|{report.report_id}".encode()).digest()
    if not _mark(db, day, digest):
        return False
    if _is_one_too_many(db, client_id, report.form):
        raise AbsurdReport("form", f"a client has at most {MOST_FORMS} forms")
    known = Counter(claim_of(name) for name in report.typed_known if state_knows(name))
    key = {"client_id": client_id, "form": report.form, "day": day, "slot": digest[0] % SLOTS}
    _add(
        db,
        MeterDay,
        key,
        {
            "forms": 1,
            "prefilled": report.prefilled,
            "typed": report.typed + len(report.typed_known) - known.total(),
            "typed_known": known.total(),
        },
    )
    for claim, times in sorted(known.items()):
        _add(db, MeterField, {**key, "claim": claim}, {"typed": times})
    return True


def by_day(db: Session, since: date, clients: Sequence[str] | None = None) -> Sequence[Total]:
    """Return the counts per form and day, the oldest day first; of some clients only where they are named."""
    query = (
        select(MeterDay.client_id, MeterDay.form, *_sums(), MeterDay.day)
        .where(MeterDay.day >= _day(since))
        .group_by(MeterDay.client_id, MeterDay.form, MeterDay.day)
        .order_by(MeterDay.day, MeterDay.client_id, MeterDay.form)
    )
    if clients is not None:
        query = query.where(MeterDay.client_id.in_(clients))
    return [_total(*row) for row in db.execute(query)]


def by_form(db: Session, since: date, clients: Sequence[str] | None = None) -> Sequence[Total]:
    """Return the counts per form."""
    query = (
        select(MeterDay.client_id, MeterDay.form, *_sums())
        .where(MeterDay.day >= _day(since))
        .group_by(MeterDay.client_id, MeterDay.form)
        .order_by(MeterDay.client_id, MeterDay.form)
    )
    if clients is not None:
        query = query.where(MeterDay.client_id.in_(clients))
    return [_total(*row) for row in db.execute(query)]


def retyped(db: Session, since: date, clients: Sequence[str] | None = None) -> Sequence[Retyped]:
    """Return which claims were typed although the state knows them, the most frequent first."""
    times = func.sum(MeterField.typed)
    query = (
        select(MeterField.client_id, MeterField.form, MeterField.claim, times)
        .where(MeterField.day >= _day(since))
        .group_by(MeterField.client_id, MeterField.form, MeterField.claim)
        .order_by(times.desc(), MeterField.client_id, MeterField.form, MeterField.claim)
    )
    if clients is not None:
        query = query.where(MeterField.client_id.in_(clients))
    return [Retyped(client_id, form, claim, int(n)) for client_id, form, claim, n in db.execute(query)]


def _total(client_id: str, form: str, *counts: int) -> Total:
    forms, prefilled, typed, known, *day = map(int, counts)
    return Total(client_id, form, forms, prefilled, typed, known, _date(day[0]) if day else None)


def _sums() -> tuple[Any, ...]:
    columns = (MeterDay.forms, MeterDay.prefilled, MeterDay.typed, MeterDay.typed_known)
    return tuple(func.sum(column) for column in columns)


def _mark(db: Session, day: int, digest: bytes) -> bool:
    done = db.execute(
        _insert(db)(MeterReport)
        .values(day=day, digest=digest)
        .on_conflict_do_nothing()
        .returning(MeterReport.day)
    )
    return done.first() is not None


def _is_one_too_many(db: Session, client_id: str, form: str) -> bool:
    known = select(MeterDay.form).where(MeterDay.client_id == client_id)
    if db.execute(known.where(MeterDay.form == form).limit(1)).first() is not None:
        return False
    forms = select(func.count(func.distinct(MeterDay.form))).where(MeterDay.client_id == client_id)
    return (db.scalar(forms) or 0) >= MOST_FORMS


def _add(db: Session, table: type[Base], key: dict[str, Any], counts: dict[str, int]) -> None:
    db.execute(
        _insert(db)(table)
        .values(**key, **counts)
        .on_conflict_do_update(
            index_elements=list(key),
            set_={name: getattr(table, name) + times for name, times in counts.items()},
        )
    )


def _insert(db: Session) -> Any:
    return postgresql.insert if db.get_bind().dialect.name == "postgresql" else sqlite.insert


def _day(day: date) -> int:
    return (day - EPOCH.date()).days


def _date(day: int) -> date:
    return EPOCH.date() + timedelta(days=day)

"""What an agreement may say: the terms somebody asks for, judged before anything is written."""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from idp.domain.exchange.agreement_models import Agreement
from idp.domain.registry.models import Agency
from idp.domain.registry.policy import GROUNDS
from idp.domain.store.database import Session
from idp.protocol.oidc.catalogue import CLAIMS, Sensitivity

LONGEST_MONTHS: Final = 60
MONTHS_OF_SPECIFIC: Final = 12
LONGEST_RETENTION: Final = 3650
LONGEST_TEXT: Final = 300
BY_LAW: Final = "law"
JAKARTA: Final = ZoneInfo("Asia/Jakarta")


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What an agreement says, whenever it ends."""

    consumer_id: str
    owner_id: str
    attributes: tuple[str, ...]
    purpose_id: str
    purpose_en: str
    legal_basis: str
    legal_reference: str
    retention_days: int

    @property
    def names(self) -> str:
        """The attributes as they are stored: each once, sorted."""
        return " ".join(sorted(set(self.attributes)))

    def until(self, expires_at: datetime) -> Wanted:
        """Return these terms as something to ask for."""
        terms = {each.name: getattr(self, each.name) for each in fields(Terms)}
        return Wanted(**terms, expires_at=expires_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted(Terms):
    """The terms somebody asks for."""

    expires_at: datetime
    supersedes_id: UUID | None = None

    @classmethod
    def of(cls, row: Agreement) -> Wanted:
        """Return the terms of an agreement, to ask for them again."""
        terms = {each.name: getattr(row, each.name) for each in fields(Terms)}
        terms["attributes"] = tuple(row.attributes.split())
        return cls(**terms, expires_at=row.expires_at)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with the terms: the field, a stable word, what it is about, and a sentence."""

    field: str
    reason: str
    about: str
    message: str


class BadAgreement(ValueError):
    """Terms that cannot be; `problems` says which and why, all at once."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("; ".join(problem.message for problem in problems))
        self.problems = problems


def months_later(day: date, months: int) -> date:
    """Return the same day of a later month, or its last day where there is none (29 February, 31 April)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def last_day(expires_at: datetime) -> date:
    """Return the last day an agreement holds, where the republic's law is made."""
    return (expires_at - timedelta(microseconds=1)).astimezone(JAKARTA).date()


def until(day: date) -> datetime:
    """Return the moment a day is over in Jakarta."""
    return datetime.combine(day + timedelta(days=1), time(), JAKARTA).astimezone(UTC)


def today(now: datetime) -> date:
    """Return the day it is in Jakarta."""
    return now.astimezone(JAKARTA).date()


def longest(attributes: Iterable[str], legal_basis: str, now: datetime) -> date:
    """Return the last day such an agreement may have: a year for specific data unless a law says so."""
    specific = any(n in CLAIMS and CLAIMS[n].sensitivity is Sensitivity.SPECIFIC for n in attributes)
    short = specific and legal_basis != BY_LAW
    return months_later(today(now), MONTHS_OF_SPECIFIC if short else LONGEST_MONTHS)


def check(db: Session, wanted: Wanted, now: datetime) -> None:
    """Judge terms.

    Raises:
        BadAgreement: with every problem.
    """
    problems = (*_parties(db, wanted), *_attributes(wanted), *_words(wanted), *_limits(wanted, now))
    if problems:
        raise BadAgreement(problems)


def _parties(db: Session, wanted: Wanted) -> Iterator[Problem]:
    for field, agency_id in (("consumer", wanted.consumer_id), ("owner", wanted.owner_id)):
        if db.get(Agency, agency_id) is None:
            yield Problem(field, "unknown_agency", agency_id, f"there is no agency {agency_id!r}")
    if wanted.consumer_id == wanted.owner_id:
        yield Problem("owner", "own_data", wanted.owner_id, "an agency needs no agreement for its own data")


def _attributes(wanted: Wanted) -> Iterator[Problem]:
    if not wanted.attributes:
        yield Problem("attributes", "none", "", "name at least one attribute of the catalogue")
    for name in sorted(set(wanted.attributes)):
        claim = CLAIMS.get(name)
        if claim is None:
            yield Problem("attributes", "unknown", name, f"{name!r} is not in the catalogue of attributes")
        elif claim.source != wanted.owner_id:
            yield Problem(
                "attributes",
                "other_owner",
                name,
                f"{name} belongs to {claim.source!r}, not to {wanted.owner_id!r}",
            )


def _words(wanted: Wanted) -> Iterator[Problem]:
    for field in ("purpose_id", "purpose_en", "legal_reference"):
        words = getattr(wanted, field)
        if not words.strip() or len(words) > LONGEST_TEXT or not words.isprintable():
            yield Problem(field, "words", field, f"{field} needs 1 to {LONGEST_TEXT} printable characters")
    if wanted.legal_basis not in GROUNDS:
        yield Problem(
            "legal_basis", "ground", wanted.legal_basis, f"legal_basis is one of {', '.join(GROUNDS)}"
        )


def _limits(wanted: Wanted, now: datetime) -> Iterator[Problem]:
    if not 0 <= wanted.retention_days <= LONGEST_RETENTION:
        yield Problem(
            "retention_days", "retention", "", f"retention_days is 0 (not kept) to {LONGEST_RETENTION}"
        )
    last = longest(wanted.attributes, wanted.legal_basis, now)
    if wanted.expires_at <= now:
        yield Problem("expires", "past", "", "an agreement ends on a day to come")
    elif wanted.expires_at > until(last):
        yield Problem(
            "expires",
            "too_long",
            last.isoformat(),
            f"an agreement for these attributes on this ground ends by {last.isoformat()}",
        )

"""What an agreement may say: the terms somebody asks for, judged before anything is written."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from idp.domain.registry.models import Agency
from idp.domain.registry.policy import GROUNDS
from idp.domain.store.database import Session
from idp.protocol.oidc.catalogue import CLAIMS, Sensitivity

LONGEST_YEARS: Final = 5
LONGEST_RETENTION: Final = 3650
LONGEST_TEXT: Final = 300
BY_LAW: Final = "law"


@dataclass(frozen=True, slots=True)
class Wanted:
    """The terms somebody asks for."""

    consumer_id: str
    owner_id: str
    attributes: tuple[str, ...]
    purpose_id: str
    purpose_en: str
    legal_basis: str
    legal_reference: str
    retention_days: int
    expires_at: datetime
    supersedes_id: UUID | None = None

    @property
    def names(self) -> str:
        """The attributes as they are stored: each once, sorted."""
        return " ".join(sorted(set(self.attributes)))


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


def years_later(moment: datetime, years: int) -> datetime:
    """Return the same day some years later; 29 February becomes 28 where there is none."""
    year = moment.year + years
    last = calendar.monthrange(year, moment.month)[1]
    return moment.replace(year=year, day=min(moment.day, last))


def longest(attributes: tuple[str, ...], legal_basis: str, now: datetime) -> datetime:
    """Return the last moment such an agreement may reach: a year for specific data unless a law says so."""
    specific = any(n in CLAIMS and CLAIMS[n].sensitivity is Sensitivity.SPECIFIC for n in attributes)
    return years_later(now, 1 if specific and legal_basis != BY_LAW else LONGEST_YEARS)


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
    elif wanted.expires_at > last:
        yield Problem(
            "expires",
            "too_long",
            last.date().isoformat(),
            f"an agreement for these attributes on this ground ends by {last.date().isoformat()}",
        )

"""Agreements as text: `[[agreement]]` of `clients/*/client.toml`, planned and asked for (features F3, J14)."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select

from idp.domain.exchange import agreement_steps, agreement_terms
from idp.domain.exchange.agreement_models import Agreement, AgreementStep
from idp.domain.exchange.agreement_steps import Hand
from idp.domain.exchange.agreement_terms import LONGEST_MONTHS, Terms, Wanted, months_later, today, until
from idp.domain.exchange.agreements import (
    ENDED,
    EXPIRED,
    IN_FORCE_STATUS,
    OPEN,
    REFUSED,
    SUSPENDED,
    history,
    standing,
)
from idp.domain.registry.manifests import CHANGE, CREATE, SAME, BadManifest
from idp.domain.registry.models import Agency
from idp.domain.store.database import Session

LATER: Final = "later"
"""An agreement that cannot be asked for yet: its owner has not joined."""
DROPPED: Final = "dropped"
"""An agreement a manifest asked for and names no more. It stands until people end it: services may rest on it."""
ASKED: Final = "the manifest asks for it"
REPLACED: Final = "the manifest asks for other terms"
NOT_NEEDED: Final = "the manifest asks for it no more"
MEMBERS: Final = frozenset(
    (
        "owner",
        "attributes",
        "purpose",
        "legal_basis",
        "legal_reference",
        "retention_days",
        "expires",
        "months",
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry(Terms):
    """One agreement of a manifest; it lasts until a day, or a number of months from when it is asked for."""

    expires: date | None
    months: int | None

    def wanted(self, now: datetime) -> Wanted:
        """Return the terms as asked for now."""
        return self.until(until(self.expires or months_later(today(now), self.months or 0)))


@dataclass(frozen=True, slots=True)
class Declared:
    """All the agreements an agency asks for in its manifest."""

    agency_id: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """What applying would do about one agreement; `standing` is where it stands now or afterwards."""

    owner_id: str
    attributes: tuple[str, ...]
    action: str
    standing: str = ""
    id: UUID | None = None


def read(path: Path) -> Declared:
    """Read the agreements a manifest asks for.

    Raises:
        BadManifest: when it is no TOML, lacks a part, or has one too many.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        consumer_id = str(document["agency"]["id"])
        entries = tuple(_entry(path, consumer_id, part) for part in document.get("agreement", ()))
        return Declared(consumer_id, entries)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as exc:
        raise BadManifest(f"{path}: {exc}") from exc
    except (KeyError, TypeError, AttributeError) as exc:
        raise BadManifest(f"{path}: agreement: {exc} is missing or has another shape") from exc


def plan(db: Session, declared: Declared, now: datetime) -> tuple[Difference, ...]:
    """Compare what a manifest asks for with what is asked and agreed; nothing is written.

    Raises:
        BadAgreement: with every problem of the terms.
    """
    gone = (_gone(row, now) for row in _dropped(db, declared, now))
    return (*(_difference(db, entry, now) for entry in declared.entries), *gone)


def apply(db: Session, declared: Declared, by: Hand, now: datetime) -> tuple[Difference, ...]:
    """Ask for what a manifest asks for; applying it again asks nothing again.

    What was refused or ended stays so until the manifest asks for other terms; what has expired is asked for anew. Of
    what it asked for once and names no more the end is asked.

    Raises:
        BadAgreement: with every problem of the terms.
    """
    done = tuple(_applied(db, entry, by, now) for entry in declared.entries)
    gone = _dropped(db, declared, now)
    for row in gone:
        if history(db, row.id)[-1].step != agreement_steps.END_ASKED:
            agreement_steps.ask_for_end(db, row, NOT_NEEDED, by, now)
    return (*done, *(_gone(row, now) for row in gone))


def _dropped(db: Session, declared: Declared, now: datetime) -> Sequence[Agreement]:
    """Return what stands or waits because this agency's manifest once asked for it; what people asked for is theirs."""
    named = {(entry.owner_id, entry.names) for entry in declared.entries}
    rows = db.scalars(
        select(Agreement)
        .join(AgreementStep, AgreementStep.agreement_id == Agreement.id)
        .where(
            Agreement.consumer_id == declared.agency_id,
            Agreement.status.in_((*OPEN, IN_FORCE_STATUS, SUSPENDED)),
            Agreement.expires_at > now,
            AgreementStep.number == 1,
            AgreementStep.reason == ASKED,
        )
        .order_by(Agreement.owner_id, Agreement.attributes, Agreement.created_at)
    )
    return [row for row in rows if (row.owner_id, row.attributes) not in named]


def _gone(row: Agreement, now: datetime) -> Difference:
    return Difference(row.owner_id, tuple(row.attributes.split()), DROPPED, standing(row, now), row.id)


def _difference(db: Session, entry: Entry, now: datetime) -> Difference:
    names = tuple(entry.names.split())
    if db.get(Agency, entry.owner_id) is None:
        return Difference(entry.owner_id, names, LATER)
    row = _latest(db, entry)
    if row is not None and _same(row, entry, now):
        return Difference(entry.owner_id, names, SAME, standing(row, now), row.id)
    if db.get(Agency, entry.consumer_id) is not None:
        agreement_terms.check(db, entry.wanted(now), now)
    if row is None or row.status in (ENDED, REFUSED):
        return Difference(entry.owner_id, names, CREATE)
    return Difference(entry.owner_id, names, CHANGE, standing(row, now), row.id)


def _applied(db: Session, entry: Entry, by: Hand, now: datetime) -> Difference:
    found = _difference(db, entry, now)
    wanted = entry.wanted(now)
    if found.action == CREATE:
        made = agreement_steps.request(db, wanted, by, now, reason=ASKED)
    elif found.action == CHANGE:
        row = db.get_one(Agreement, found.id)
        if row.status in OPEN:
            agreement_steps.take_back(db, row, REPLACED, by, now)
            again = replace(wanted, supersedes_id=row.supersedes_id)
            made = agreement_steps.request(db, again, by, now, reason=ASKED)
        else:
            again = replace(wanted, supersedes_id=row.id)
            made = agreement_steps.renew(db, row, again, by, now, reason=ASKED)
    else:
        return found
    return replace(found, standing=made.status, id=made.id)


def _latest(db: Session, entry: Entry) -> Agreement | None:
    return db.scalars(
        select(Agreement)
        .where(
            Agreement.consumer_id == entry.consumer_id,
            Agreement.owner_id == entry.owner_id,
            Agreement.attributes == entry.names,
        )
        .order_by(
            Agreement.created_at.desc(),
            Agreement.status.in_((ENDED, REFUSED)),
            Agreement.supersedes_id.is_(None),
        )
        .limit(1)
    ).first()


def _same(row: Agreement, entry: Entry, now: datetime) -> bool:
    if standing(row, now) == EXPIRED:
        return entry.expires is not None and entry.expires < today(now)
    return (
        row.purpose_id == entry.purpose_id.strip()
        and row.purpose_en == entry.purpose_en.strip()
        and row.legal_basis == entry.legal_basis
        and row.legal_reference == entry.legal_reference.strip()
        and row.retention_days == entry.retention_days
        and (entry.expires is None or row.expires_at == until(entry.expires))
    )


def _entry(path: Path, consumer_id: str, part: Mapping[str, Any]) -> Entry:
    for problem in _shape(part):
        raise BadManifest(f"{path}: agreement with {part.get('owner', '?')}: {problem}")
    return Entry(
        consumer_id=consumer_id,
        owner_id=part["owner"],
        attributes=tuple(part["attributes"]),
        purpose_id=part["purpose"]["id"],
        purpose_en=part["purpose"]["en"],
        legal_basis=part["legal_basis"],
        legal_reference=part["legal_reference"],
        retention_days=part["retention_days"],
        expires=part.get("expires"),
        months=part.get("months"),
    )


def _shape(part: Mapping[str, Any]) -> Iterator[str]:
    extra = part.keys() - MEMBERS
    if extra:
        yield f"{', '.join(sorted(extra))} is not known here"
    texts = (part["owner"], *part["attributes"], *part["purpose"].values(), part["legal_basis"])
    if not all(isinstance(text, str) for text in (*texts, part["legal_reference"])):
        yield "owner, attributes, purpose and the legal texts are strings"
    if isinstance(part["attributes"], str) or type(part["retention_days"]) is not int:
        yield "attributes is a list, retention_days a whole number"
    if ("expires" in part) == ("months" in part):
        yield "say either when it expires (a date) or for how many months"
    if "expires" in part and type(part["expires"]) is not date:
        yield "expires is a date, as in 2030-12-31"
    if "months" in part and (type(part["months"]) is not int or not 1 <= part["months"] <= LONGEST_MONTHS):
        yield f"months is 1 to {LONGEST_MONTHS}"

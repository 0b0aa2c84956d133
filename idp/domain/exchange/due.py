"""Whom to ask, and whom not: what is missing or stale, who was asked a moment ago, and whether anybody may read it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select

from idp.domain.citizens.models import AttributeValue
from idp.domain.consent.models import Authorization
from idp.domain.exchange.may_release import Reason
from idp.domain.exchange.models import SourceAnswer
from idp.domain.exchange.publishers import Publication
from idp.domain.exchange.sources import stored_as
from idp.domain.store.database import Session

KNOWN, UNKNOWN, FAILED, REFUSED = "known", "unknown", "failed", "refused"
AGAIN_AFTER: Final[Mapping[str, timedelta]] = {
    KNOWN: timedelta(minutes=1),
    UNKNOWN: timedelta(hours=12),
    FAILED: timedelta(seconds=30),
    REFUSED: timedelta(minutes=15),
}
"""How long an answer stands before the same is asked again: one that broke the rules is not better at once."""


def due(
    db: Session,
    publications: Mapping[str, Publication],
    citizen_id: UUID,
    names: Iterable[str],
    now: datetime,
    max_age: timedelta | None = None,
) -> tuple[tuple[str, ...], Mapping[str, Reason]]:
    """Return the names to ask for now, and why others are not asked again yet.

    What is fresh in the vault, pushed only, or was asked a moment ago is not asked. `max_age` is how old a value may be
    at most, where the reader says so.
    """
    wanted = [name for name in names if name in publications]
    if not wanted:
        return (), {}
    fresh = {
        row.name
        for row in db.execute(
            select(AttributeValue.name, AttributeValue.verified_at).where(
                AttributeValue.citizen_id == citizen_id,
                AttributeValue.name.in_(wanted),
                AttributeValue.superseded_at.is_(None),
            )
        )
        if row.verified_at is not None
        and row.verified_at + _shorter(publications[row.name].max_age, max_age) >= now
    }
    answers = {
        row.attribute: row
        for row in db.scalars(
            select(SourceAnswer).where(
                SourceAnswer.citizen_id == citizen_id,
                SourceAnswer.attribute.in_(wanted),
                SourceAnswer.again_at > now,
            )
        )
    }
    silent = {
        name: _reason(answers[name].outcome) for name in wanted if name in answers and name not in fresh
    }
    ask = tuple(
        name
        for name in wanted
        if name not in fresh and name not in silent and publications[name].endpoint is not None
    )
    return ask, silent


def is_wanted(db: Session, citizen_id: UUID, names: Iterable[str], now: datetime) -> bool:
    """Tell whether anybody still may read one of these attributes: a standing consent names a claim made of it."""
    wanted = set(names)
    granted = db.scalars(
        select(Authorization.granted).where(
            Authorization.citizen_id == citizen_id,
            Authorization.withdrawn_at.is_(None),
            Authorization.superseded_at.is_(None),
            Authorization.expires_at > now,
        )
    )
    return any({stored_as(name) for name in words.split()} & wanted for words in granted)


def _shorter(promised: timedelta, asked: timedelta | None) -> timedelta:
    return promised if asked is None else min(promised, asked)


def _reason(outcome: str) -> Reason:
    return Reason.UNKNOWN_TO_PUBLISHER if outcome == UNKNOWN else Reason.PUBLISHER_UNAVAILABLE

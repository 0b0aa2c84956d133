"""What one person may do to an agreement now; the steps themselves check again."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from idp.domain.exchange.agreement_models import Agreement
from idp.domain.exchange.agreement_steps import Hand
from idp.domain.exchange.agreements import (
    AGREED,
    EXPIRED,
    IN_FORCE_STATUS,
    OPEN,
    REQUESTED,
    SUSPENDED,
    last_party,
    standing,
)
from idp.domain.store.database import Session

Choice = Literal["agree", "approve", "refuse", "take_back", "suspend", "resume", "renew", "end"]
DECISIONS: frozenset[Choice] = frozenset({"agree", "approve", "resume"})
"""Choices that wait for somebody: they are what a list points at."""


def choices(db: Session, row: Agreement, by: Hand, now: datetime) -> tuple[Choice, ...]:
    """Return what somebody may do, the most likely first."""
    party, where = by.party(row), standing(row, now)
    found: list[Choice] = []
    if party is None:
        return ()
    if where in OPEN and row.expires_at > now:
        if where == REQUESTED and party == "owner" and by.actor != row.requested_by:
            found.append("agree")
        if where == AGREED and party == "platform" and by.actor not in (row.requested_by, row.agreed_by):
            found.append("approve")
    if where in OPEN and (party == "platform" or (party == "owner" and where == REQUESTED)):
        found.append("refuse")
    if where in OPEN and (party == "consumer" or by.actor == row.requested_by):
        found.append("take_back")
    if where == SUSPENDED and _may_resume(db, row, by):
        found.append("resume")
    if where in (IN_FORCE_STATUS, SUSPENDED, EXPIRED) and party != "owner":
        found.append("renew")
    if where == IN_FORCE_STATUS and party != "consumer":
        found.append("suspend")
    if where in (IN_FORCE_STATUS, SUSPENDED):
        found.append("end")
    return tuple(found)


def _may_resume(db: Session, row: Agreement, by: Hand) -> bool:
    if row.resume_asked_by is not None:
        return by.platform and by.actor != row.resume_asked_by
    if by.party(row) == "owner":
        return True
    return by.platform and last_party(db, row.id, SUSPENDED) != "owner"

"""Ending sessions so that every client hears of it: row and outbox in one transaction (protocol L8 to L11).

Nothing is revoked here: every use of a token joins its session (decisions 6).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select

from idp.domain.events import outbox
from idp.domain.registry import participation
from idp.domain.registry.models import ClientRegistration
from idp.domain.sessions import browser
from idp.domain.sessions.models import BrowserSession
from idp.domain.store.database import Session

REPORT_FOR: Final = timedelta(hours=1)


def end_everywhere(db: Session, session: BrowserSession, reason: str, now: datetime) -> int:
    """End a session and queue a logout token for each client that took part; return how many are told.

    A session that has ended already tells nobody twice.
    """
    if not browser.end(db, session.id, session.account_id, reason, now):
        return 0
    return participation.tell(
        db,
        participation.participants(db, session.id),
        session_id=session.id,
        citizen_id=session.citizen_id,
        now=now,
    )


def end_all(db: Session, account_id: UUID, reason: str, now: datetime, *, keep: UUID | None = None) -> int:
    """End every live session of an account but `keep`; account lock and password change go this way (L11)."""
    ended = 0
    for session in browser.live_of(db, account_id, now):
        if session.id != keep:
            end_everywhere(db, session, reason, now)
            ended += 1
    return ended


def end_proved_by(
    db: Session, account_id: UUID, method: str, reason: str, now: datetime, *, keep: UUID | None = None
) -> int:
    """End the live sessions of an account, but `keep`, that rest on one method alone; return how many ended.

    Sessions know the kind of what opened them, not which passkey: others of the kind sign in again (ADR 0027).
    """
    ended = 0
    for session in browser.live_of(db, account_id, now):
        if session.id != keep and set(session.methods.split()) == {method}:
            end_everywhere(db, session, reason, now)
            ended += 1
    return ended


@dataclass(frozen=True, slots=True)
class Told:
    """What one client of an ended session answered; `failed` too where it has no address to be told at."""

    client: ClientRegistration
    state: outbox.State


def report(db: Session, session_id: UUID, now: datetime) -> list[Told] | None:
    """Say which clients of a session that ended lately have confirmed; None for any other session."""
    ended_at = db.scalar(select(BrowserSession.ended_at).where(BrowserSession.id == session_id))
    if ended_at is None or now - ended_at > REPORT_FOR:
        return None
    return list(_told(db, session_id))


def _told(db: Session, session_id: UUID) -> Iterator[Told]:
    states = outbox.states(db, session_id, participation.KIND)
    for client in participation.participants(db, session_id):
        yield Told(client, states.get(client.id, "failed"))

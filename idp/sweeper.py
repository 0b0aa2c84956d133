"""Removing what has expired, a few rows at a time, so that nobody waits for it (UU PDP art. 43; style 23)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, delete, inspect, or_, select, tuple_

from idp.domain.authenticators.models import (
    Attempts,
    BrowserUse,
    OneTimeCode,
    RememberedDevice,
    SpentChallenge,
)
from idp.domain.authenticators.passkey_models import PasskeyChallenge
from idp.domain.cases.models import EnrolmentPermit, RecoveryLetter
from idp.domain.citizens.models import PendingChange, RegistrationDraft
from idp.domain.events.models import Announcement, Outbox
from idp.domain.exchange.dispute_models import DataCase, Observation
from idp.domain.grants.models import (
    AuthorizationCode,
    DecoupledRequest,
    JtiMark,
    ProofMark,
    PushedRequest,
    RevokedToken,
)
from idp.domain.inventory.meter_models import MeterReport
from idp.domain.messages.models import InboxMessage, MessageBudget, SandboxMessage
from idp.domain.sessions.models import BrowserSession, CrossDeviceRequest, Interaction
from idp.domain.store.base import EPOCH, Base
from idp.domain.store.database import Database

BATCH: Final = 500
DAY: Final = timedelta(days=1)
KEPT_DELIVERIES: Final = timedelta(days=7)
KEPT_SESSIONS: Final = timedelta(days=90)
KEPT_CHANGES: Final = timedelta(days=90)
KEPT_ATTEMPTS: Final = timedelta(days=90)
"""Guesses in a row count as such for so long, however slowly somebody goes on guessing."""
REPLAY: Final = timedelta(days=31)
KEPT_SANDBOX_MAIL: Final = timedelta(days=30)
KEPT_BROWSER_USE: Final = timedelta(days=30)
KEPT_NOTICES: Final = timedelta(days=730)
KEPT_ANNOUNCEMENTS: Final = timedelta(days=730)
KEPT_CASES: Final = timedelta(days=730)
KEPT_METER_MARKS: Final = timedelta(days=9)

Criteria = Callable[[datetime], ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Rule:
    """Which rows of a table have had their day."""

    table: type[Base]
    expired: Criteria


def _day(moment: datetime) -> int:
    return (moment - EPOCH).days


RULES: Final[Sequence[Rule]] = (
    Rule(
        Interaction,
        lambda now: and_(Interaction.day < _day(now - DAY), Interaction.expires_at < now - DAY),
    ),
    Rule(
        BrowserSession,
        lambda now: and_(
            BrowserSession.day < _day(now - KEPT_SESSIONS), BrowserSession.expires_at < now - KEPT_SESSIONS
        ),
    ),
    Rule(
        DecoupledRequest,
        lambda now: and_(DecoupledRequest.day < _day(now - DAY), DecoupledRequest.expires_at < now - DAY),
    ),
    Rule(
        PushedRequest,
        lambda now: and_(PushedRequest.day < _day(now - DAY), PushedRequest.expires_at < now - DAY),
    ),
    Rule(
        CrossDeviceRequest,
        lambda now: and_(CrossDeviceRequest.day < _day(now - DAY), CrossDeviceRequest.expires_at < now - DAY),
    ),
    Rule(RememberedDevice, lambda now: RememberedDevice.expires_at < now - KEPT_SESSIONS),
    Rule(JtiMark, lambda now: JtiMark.exp_day < _day(now - DAY)),
    Rule(ProofMark, lambda now: ProofMark.exp_day < _day(now - DAY)),
    Rule(RevokedToken, lambda now: RevokedToken.exp_day < _day(now - DAY)),
    Rule(RegistrationDraft, lambda now: RegistrationDraft.expires_at < now),
    Rule(
        PendingChange,
        lambda now: or_(
            PendingChange.applied_at < now - KEPT_CHANGES, PendingChange.cancelled_at < now - KEPT_CHANGES
        ),
    ),
    Rule(PasskeyChallenge, lambda now: PasskeyChallenge.expires_at < now - DAY),
    Rule(SpentChallenge, lambda now: SpentChallenge.expires_at < now),
    Rule(BrowserUse, lambda now: BrowserUse.last_at < now - KEPT_BROWSER_USE),
    Rule(RecoveryLetter, lambda now: RecoveryLetter.asked_at < now - 2 * DAY),
    Rule(EnrolmentPermit, lambda now: EnrolmentPermit.expires_at < now - KEPT_CHANGES),
    Rule(OneTimeCode, lambda now: OneTimeCode.expires_at < now - DAY),
    Rule(
        Attempts,
        lambda now: and_(
            Attempts.window_started_at < now - KEPT_ATTEMPTS,
            or_(Attempts.blocked_until.is_(None), Attempts.blocked_until < now - KEPT_ATTEMPTS),
        ),
    ),
    Rule(Outbox, lambda now: Outbox.done_at < now - KEPT_DELIVERIES),
    Rule(
        Announcement,
        lambda now: and_(
            Announcement.occurred_at < now - KEPT_ANNOUNCEMENTS,
            or_(Announcement.answer_by.is_(None), Announcement.confirmed_at.is_not(None)),
        ),
    ),
    Rule(MessageBudget, lambda now: MessageBudget.created_at < now - 2 * DAY),
    Rule(InboxMessage, lambda now: InboxMessage.created_at < now - KEPT_NOTICES),
    Rule(MeterReport, lambda now: MeterReport.day < _day(now - KEPT_METER_MARKS)),
    Rule(SandboxMessage, lambda now: SandboxMessage.delivered_at < now - KEPT_SANDBOX_MAIL),
)


def spent_codes(replay: timedelta) -> Rule:
    """Codes go once nothing they started can live: a replay must still revoke it (RFC 6749 §4.1.2)."""
    return Rule(
        AuthorizationCode,
        lambda now: and_(
            AuthorizationCode.day < _day(now - replay), AuthorizationCode.expires_at < now - replay
        ),
    )


def closed_cases(kept: timedelta) -> tuple[Rule, Rule]:
    """Cases about data go some time after they were decided, as does what agencies held before (UU PDP art. 43)."""
    return (
        Rule(DataCase, lambda now: DataCase.decided_at < now - kept),
        Rule(Observation, lambda now: Observation.superseded_at < now - kept),
    )


def sweep(
    database: Database,
    now: datetime,
    going_on: Callable[[], bool] = lambda: True,
    replay: timedelta = REPLAY,
    cases: timedelta = KEPT_CASES,
) -> int:
    """Remove everything expired in small transactions while `going_on`; return how many rows went.

    `replay` is how long a spent code is kept: longer than any refresh token may live; `cases` a decided case.
    """
    total = 0
    for rule in (*RULES, spent_codes(replay), *closed_cases(cases)):
        while going_on():
            removed = _batch(database, rule, now)
            total += removed
            if removed < BATCH:
                break
    return total


def _batch(database: Database, rule: Rule, now: datetime) -> int:
    key: tuple[ColumnElement[Any], ...] = inspect(rule.table).primary_key
    chosen = select(*key).where(rule.expired(now)).limit(BATCH)
    if database.dialect == "postgresql":
        chosen = chosen.with_for_update(skip_locked=True)
    with database.unit_of_work() as db:
        gone = db.execute(
            delete(rule.table).where(tuple_(*key).in_(chosen)).execution_options(synchronize_session=False)
        )
        return int(gone.rowcount)  # type: ignore[attr-defined]  # a DELETE has a row count

"""Typing user codes: counted before they are looked up (RFC 8628 §5.1; attacks O-086).

A browser, a network and an account have counters of their own, and everybody together has one. Those who have signed
in do not share it with those who have not: a crowd of guessers keeps nobody out who can say who they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from idp.domain.audit.decoupled_events import UserCodeRefused
from idp.domain.audit.record import record
from idp.domain.authenticators import throttle
from idp.domain.authenticators.throttle import Ladder
from idp.domain.grants import decoupled
from idp.domain.grants.decoupled import Decoupled
from idp.domain.store.database import Session
from idp.protocol.decoupled import user_code
from keys import KeyTree

QUARTER: Final = timedelta(minutes=15)
OWN: Final = Ladder(5, timedelta(seconds=30), timedelta(hours=1), 50, timedelta(days=1))
NETWORK: Final = Ladder(100, QUARTER, QUARTER, 100, QUARTER, QUARTER)
EVERYBODY: Final = Ladder(1_000, QUARTER, QUARTER, 1_000, QUARTER, QUARTER)


@dataclass(frozen=True, slots=True)
class Guess:
    """What became of a typed code: the request it stands for, or how long to wait, or neither."""

    waiting: Decoupled | None = None
    wait: timedelta = timedelta(0)


def judge(
    db: Session,
    tree: KeyTree,
    typed: str,
    *,
    browser: bytes,
    network: str,
    account_id: UUID | None,
    now: datetime,
) -> Guess:
    """Look a typed code up; every counter moves, and is committed, before."""
    code = user_code.parse(typed)
    if code is None:
        return Guess()
    counters = _counters(tree, browser, network, account_id)
    for kind, key, ladder in counters:
        verdict = throttle.count(db, kind, key, ladder, now)
        if not verdict.allowed:
            record(db, UserCodeRefused(reason="throttled"), now)
            return Guess(wait=verdict.wait)
    db.commit()
    found = decoupled.by_user_code(db, tree, code, now)
    if found is None:
        record(db, UserCodeRefused(reason="unknown"), now)
        return Guess()
    for kind, key, _ladder in counters:
        throttle.give_back(db, kind, key)
    return Guess(found)


def _counters(
    tree: KeyTree, browser: bytes, network: str, account_id: UUID | None
) -> Sequence[tuple[str, bytes, Ladder]]:
    """Name the counters of a guess, the narrowest first: one who must wait moves nobody else's."""
    if account_id is not None:
        return (
            ("user_code.account", throttle.key(tree, account_id.bytes), OWN),
            ("user_code.accounts", throttle.key(tree, b"all"), EVERYBODY),
        )
    return (
        ("user_code.browser", throttle.key(tree, browser), OWN),
        ("user_code.network", throttle.key(tree, network.encode()), NETWORK),
        ("user_code.everybody", throttle.key(tree, b"all"), EVERYBODY),
    )

"""The counters one guess moves, committed before it is judged: its network's, and the account's or that of a browser.

A browser the account knows has a counter of its own, so that guessing elsewhere never keeps the owner out (attacks
O-094). So has, for the password, one in which a way back has just set it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from idp.domain.authenticators import known_browsers, throttle
from idp.domain.authenticators.throttle import Ladder, Policy
from idp.domain.store.database import Session
from keys import KeyTree

Kind = Literal["password", "factor"]
NOBODY: Final = UUID(int=0)
WELCOME_FOR: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Counters:
    """What one guess moves. The network comes first: where it is blocked, nothing is held against the account."""

    rows: tuple[tuple[str, bytes, Ladder], ...]

    @classmethod
    def of(
        cls,
        db: Session,
        tree: KeyTree,
        kind: Kind,
        account_id: UUID | None,
        subject: bytes,
        browser: bytes,
        network: str,
        policy: Policy,
        now: datetime,
    ) -> Counters:
        """Find the counters of a guess at `subject`: an account, or the digest of what nobody is found by."""
        ladder = policy.password if kind == "password" else policy.second_factor
        here = throttle.key(tree, subject, browser)
        if known_browsers.is_known(db, account_id or NOBODY, browser):
            return cls(((f"{kind}.known", here, ladder),))
        if throttle.begun_since(db, f"{kind}.welcome", here, now - WELCOME_FOR):
            return cls(((f"{kind}.welcome", here, ladder),))
        return cls(
            (
                (f"{kind}.network", throttle.key(tree, network.encode()), policy.network),
                (kind, throttle.key(tree, subject), ladder),
            )
        )

    def count(self, db: Session, now: datetime) -> timedelta | None:
        """Move every counter; the wait of the first that is blocked, or None when the guess may be judged."""
        for kind, key, ladder in self.rows:
            verdict = throttle.count(db, kind, key, ladder, now)
            if not verdict.allowed:
                return verdict.wait
        return None

    def forgive(self, db: Session) -> None:
        """Clear the account's counter after a success; a network keeps what others did there."""
        for kind, key, _ladder in self.rows:
            if kind.endswith(".network"):
                throttle.give_back(db, kind, key)
            else:
                throttle.forget(db, kind, key)


def welcome(db: Session, tree: KeyTree, account_id: UUID, browser: bytes, now: datetime) -> None:
    """Count the next passwords of a browser apart: a way back has just set one there, and strangers go on guessing.

    The second factor stays counted with everybody's: what was proved here is an address, not the account.
    """
    throttle.begin(db, "password.welcome", throttle.key(tree, account_id.bytes, browser), now)

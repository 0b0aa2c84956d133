"""Changing a password: who does knows the old one, and nothing that rested on that lives on (ASVS 6.2.3, 7.4.3)."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from idp.domain.audit.account_events import PasswordRefused
from idp.domain.audit.record import record
from idp.domain.authenticators import known_browsers, passwords, remembered_devices
from idp.domain.authenticators.guesses import Counters
from idp.domain.authenticators.hashing import HashPool
from idp.domain.authenticators.sign_in import Refusal, SignInResult
from idp.domain.authenticators.throttle import PRODUCTION, Policy
from idp.domain.citizens.models import Account
from idp.domain.grants.offline import end_offline
from idp.domain.sessions import logout
from idp.domain.store.database import Session
from keys import KeyTree

REASON = "password_changed"


class Overtaken(Exception):
    """The account was locked, closed, or given another password meanwhile; nothing was changed."""


def check_current(
    db: Session,
    tree: KeyTree,
    hasher: HashPool,
    account: Account,
    citizen_id: UUID,
    password: str,
    network: str,
    now: datetime,
    *,
    browser: bytes,
    policy: Policy = PRODUCTION,
) -> SignInResult:
    """Judge the old password; it moves the counters of sign-ins, which are committed first (attacks O-092).

    Raises:
        TemporarilyUnavailable: when too many passwords are being hashed; nothing is counted then.
    """
    subject = account.id.bytes
    with hasher.place() as hashes:
        counters = Counters.of(db, tree, "password", account.id, subject, browser, network, policy, now)
        wait = counters.count(db, now)
        db.commit()
        if wait is not None:
            return _refused(db, account, citizen_id, Refusal.THROTTLED, now, wait)
        right = passwords.is_right(hashes, account.password_hash, password)
    if not right:
        return _refused(db, account, citizen_id, Refusal.PASSWORD, now)
    counters.forgive(db)
    return SignInResult(account.id, citizen_id)


def change(
    db: Session,
    account_id: UUID,
    citizen_id: UUID,
    password_hash: str,
    now: datetime,
    *,
    before: str | None,
    keep_session: UUID | None,
    keep_browser: bytes = b"",
) -> int:
    """Set a password and end all that rested on the old one but this session; return how many sessions ended.

    `before` is the hash that was judged.

    Raises:
        Overtaken: it is another one by now, or the account is not open.
    """
    mine = (
        select(Account.status, Account.password_hash)
        .where(Account.id == account_id)
        .with_for_update(key_share=True)
    )
    if tuple(db.execute(mine).one()) != ("active", before):
        raise Overtaken
    passwords.store(db, account_id, password_hash, now, citizen_id)
    known_browsers.forget_all(db, account_id)
    remembered_devices.end_all(db, account_id, now, REASON)
    if keep_browser:
        known_browsers.remember(db, account_id, keep_browser, now)
    end_offline(db, citizen_id, REASON, now)
    return logout.end_all(db, account_id, REASON, now, keep=keep_session)


def _refused(
    db: Session,
    account: Account,
    citizen_id: UUID,
    reason: Refusal,
    now: datetime,
    wait: timedelta = timedelta(0),
) -> SignInResult:
    record(db, PasswordRefused(citizen_id=citizen_id, account_id=account.id, reason=reason.value), now)
    return SignInResult(account.id, citizen_id, reason, wait)

"""Signing in: one question whether an account may, one answer for every wrong guess (attacks O-090 to O-100)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal
from uuid import UUID

import structlog
from sqlalchemy import select, update

from idp.domain.audit.events import RecoveryCodeUsed, SecondFactorRefused, SignInRefused
from idp.domain.audit.record import record
from idp.domain.authenticators import (
    factors,
    guesses,
    known_browsers,
    message_codes,
    passwords,
    recovery_codes,
    throttle,
    totp,
)
from idp.domain.authenticators.guesses import NOBODY
from idp.domain.authenticators.hashing import Hashes, HashPool
from idp.domain.authenticators.throttle import PRODUCTION, Policy
from idp.domain.citizens import identifiers
from idp.domain.citizens.models import Account, Citizen
from idp.domain.store.database import Session
from keys import KeyTree

log = structlog.get_logger()

AccountKind = Literal["citizen", "operator"]


class Refusal(StrEnum):
    """Why a sign-in failed. Pages tell PASSWORD and UNKNOWN apart from nothing; THROTTLED says how long."""

    PASSWORD = "password"  # noqa: S105 - a reason, not a secret
    UNKNOWN = "unknown"
    THROTTLED = "throttled"
    LOCKED = "locked"
    CODE = "code"
    PASSKEY = "passkey"


@dataclass(frozen=True, slots=True)
class SignInResult:
    """Who signed in, or why not."""

    account_id: UUID | None = None
    citizen_id: UUID | None = None
    refusal: Refusal | None = None
    wait: timedelta = timedelta(0)
    new_browser: bool = False
    method: str | None = None
    """What was used, where one way has several (`protocol/oidc/acr.py`)."""

    def __bool__(self) -> bool:
        return self.refusal is None


@dataclass(frozen=True, slots=True)
class SecondFactors:
    """What an account can prove itself with after the password."""

    totp: bool
    recovery_codes: int


def may_sign_in(account: Account, kind: AccountKind) -> Refusal | None:
    """Answer the one eligibility question every way of signing in asks (reliability 5.5)."""
    if account.kind != kind:
        return Refusal.UNKNOWN
    return None if account.status == "active" else Refusal.LOCKED


def check_password(
    db: Session,
    tree: KeyTree,
    hasher: HashPool,
    whom: str | UUID,
    password: str,
    network: str,
    now: datetime,
    *,
    kind: AccountKind = "citizen",
    browser: bytes = b"",
    policy: Policy = PRODUCTION,
) -> SignInResult:
    """Judge a first factor. Commits the counters first; the same work is done for identifiers nobody has.

    `whom` is what was typed, or the account that was picked among those the browser knows.

    Raises:
        TemporarilyUnavailable: when too many passwords are being hashed; nothing is counted then.
    """
    with hasher.place() as hashes:
        return _judge_password(
            db, tree, hashes, whom, password, network, now, kind=kind, browser=browser, policy=policy
        )


def _judge_password(
    db: Session,
    tree: KeyTree,
    hashes: Hashes,
    whom: str | UUID,
    password: str,
    network: str,
    now: datetime,
    *,
    kind: AccountKind,
    browser: bytes,
    policy: Policy,
) -> SignInResult:
    account, subject = _find(db, tree, whom, kind)
    counters = guesses.Counters.of(
        db, tree, "password", account.id if account else None, subject, browser, network, policy, now
    )
    citizen_id = _citizen_of(db, account)
    wait = counters.count(db, now)
    db.commit()
    if wait is not None:
        return _refused(db, account, citizen_id, Refusal.THROTTLED, now, wait)
    stored = account.password_hash if account is not None else None
    right = passwords.is_right(hashes, stored, password)
    if account is None or not right:
        _watch(db, tree, policy, now)
        reason = Refusal.UNKNOWN if account is None else Refusal.PASSWORD
        return _refused(db, account, citizen_id, reason, now)
    if stored is not None and hashes.outdated(stored):
        _rehash(db, hashes, account, password)
    judged = account.password_changed_at
    db.refresh(account, with_for_update={"key_share": True})
    if account.password_hash is None or account.password_changed_at != judged:
        return _refused(db, account, citizen_id, Refusal.PASSWORD, now)
    refusal = may_sign_in(account, kind)
    if refusal is not None:
        return _refused(db, account, citizen_id, refusal, now)
    counters.forgive(db)
    if not browser or factors.of(db, account.id):
        return SignInResult(account.id, citizen_id)
    new_browser = not known_browsers.is_known(db, account.id, browser)
    known_browsers.remember(db, account.id, browser, now)
    return SignInResult(account.id, citizen_id, new_browser=new_browser)


def check_totp(
    db: Session,
    tree: KeyTree,
    account_id: UUID,
    code: str,
    network: str,
    now: datetime,
    *,
    browser: bytes = b"",
    policy: Policy = PRODUCTION,
) -> SignInResult:
    """Judge a code of the authenticator application; the counter is committed first."""

    def claim() -> bool:
        return totp.claim(db, tree.vault.system("factor"), account_id, code, now)

    return _second_factor(db, tree, account_id, "totp", claim, network, now, browser, policy)


def check_recovery_code(
    db: Session,
    tree: KeyTree,
    account_id: UUID,
    code: str,
    network: str,
    now: datetime,
    *,
    browser: bytes = b"",
    policy: Policy = PRODUCTION,
) -> SignInResult:
    """Judge a line of the recovery card; the counter is committed first."""

    def claim() -> bool:
        return recovery_codes.claim(db, tree, account_id, code, now)

    return _second_factor(db, tree, account_id, "recovery", claim, network, now, browser, policy)


def check_message_code(
    db: Session,
    tree: KeyTree,
    account_id: UUID,
    asked: tuple[UUID, UUID],
    code: str,
    network: str,
    now: datetime,
    *,
    browser: bytes = b"",
    policy: Policy = PRODUCTION,
) -> SignInResult:
    """Judge a code that was sent to the factor and for the session of `asked`; the counter is committed first."""

    def claim() -> bool:
        return message_codes.claim(db, tree, *asked, code, now)

    return _second_factor(db, tree, account_id, "message", claim, network, now, browser, policy)


def second_factors(db: Session, account_id: UUID) -> SecondFactors:
    """Tell what an account can prove itself with after the password."""
    return SecondFactors(totp.enrolled(db, account_id), recovery_codes.left(db, account_id))


def _second_factor(
    db: Session,
    tree: KeyTree,
    account_id: UUID,
    kind: str,
    claim: Callable[[], bool],
    network: str,
    now: datetime,
    browser: bytes,
    policy: Policy,
) -> SignInResult:
    account = db.get(Account, account_id)
    if account is None:
        return SignInResult(refusal=Refusal.UNKNOWN)
    citizen_id = _citizen_of(db, account)
    counters = guesses.Counters.of(
        db, tree, "factor", account_id, account_id.bytes, browser, network, policy, now
    )
    wait = counters.count(db, now)
    db.commit()
    if wait is not None:
        _record_factor(db, account, citizen_id, kind, Refusal.THROTTLED, now)
        return SignInResult(account_id, citizen_id, Refusal.THROTTLED, wait)
    if account.status != "active":
        _record_factor(db, account, citizen_id, kind, Refusal.LOCKED, now)
        return SignInResult(account_id, citizen_id, Refusal.LOCKED)
    if not claim():
        _record_factor(db, account, citizen_id, kind, Refusal.CODE, now)
        return SignInResult(account_id, citizen_id, Refusal.CODE)
    if kind == "recovery":
        left = recovery_codes.left(db, account_id)
        record(db, RecoveryCodeUsed(account_id=account_id, citizen_id=citizen_id, left=left), now)
    counters.forgive(db)
    new_browser = bool(browser) and not known_browsers.is_known(db, account_id, browser)
    if browser:
        known_browsers.remember(db, account_id, browser, now)
    return SignInResult(account_id, citizen_id, new_browser=new_browser)


def _find(db: Session, tree: KeyTree, whom: str | UUID, kind: AccountKind) -> tuple[Account | None, bytes]:
    """Return the account of what was typed or picked, and what the counter of a guess is named by."""
    if isinstance(whom, UUID):
        picked = db.get(Account, whom)
        return (picked if picked is not None and picked.kind == kind else None), whom.bytes
    text = whom
    found = identifiers.classify(text)
    if found is None:
        return None, b"text|" + text[: identifiers.MOST_CHARS].encode("utf-8", "replace")
    digest = identifiers.digest(tree.blind_index, found.kind, found.value, operator=kind == "operator")
    account_id = identifiers.account_of(db, found.kind, digest)
    account = db.get(Account, account_id or NOBODY)
    if account is None or account.kind != kind:
        return None, digest
    return account, account.id.bytes


def _citizen_of(db: Session, account: Account | None) -> UUID | None:
    wanted = account.id if account is not None else NOBODY
    return db.scalars(select(Citizen.id).where(Citizen.account_id == wanted)).one_or_none()


def _refused(
    db: Session,
    account: Account | None,
    citizen_id: UUID | None,
    refusal: Refusal,
    now: datetime,
    wait: timedelta = timedelta(0),
) -> SignInResult:
    account_id = account.id if account is not None else None
    record(db, SignInRefused(account_id=account_id, citizen_id=citizen_id, reason=refusal.value), now)
    return SignInResult(refusal=refusal, wait=wait)


def _record_factor(
    db: Session, account: Account, citizen_id: UUID | None, kind: str, refusal: Refusal, now: datetime
) -> None:
    event = SecondFactorRefused(account_id=account.id, citizen_id=citizen_id, kind=kind, reason=refusal.value)
    record(db, event, now)


def _rehash(db: Session, hashes: Hashes, account: Account, password: str) -> None:
    """Hash anew with today's parameters; a password changed meanwhile stays."""
    old = account.password_hash
    db.commit()
    new = hashes.hash(passwords.prepared(password))
    db.execute(
        update(Account)
        .where(Account.id == account.id, Account.password_hash == old)
        .values(password_hash=new)
        .execution_options(synchronize_session=False)
    )


def _watch(db: Session, tree: KeyTree, policy: Policy, now: datetime) -> None:
    """Count failures everywhere, to raise an alarm when one password is tried over many accounts (O-097)."""
    verdict = throttle.count(db, "password.all", throttle.key(tree, b"all"), policy.everywhere, now)
    if verdict.allowed and verdict.attempts >= policy.everywhere.limit:
        log.warning("sign_in_failures_everywhere", failures=verdict.attempts)

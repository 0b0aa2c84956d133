"""Signing in by passkey: nobody's guesses slow it down, because nothing here can be guessed (attacks O-094, O-106)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select, update

from idp.domain.audit.passkey_events import PasskeyCopied, PasskeyRefused
from idp.domain.audit.record import record
from idp.domain.authenticators import known_browsers, passkey_answers, passkey_challenges, passkeys
from idp.domain.authenticators.models import Factor
from idp.domain.authenticators.passkey_answers import Answer, Asserted, Created, Refused
from idp.domain.authenticators.passkey_challenges import Purpose
from idp.domain.authenticators.passkey_models import Passkey, UserHandle
from idp.domain.authenticators.sign_in import AccountKind, Refusal, SignInResult, may_sign_in
from idp.domain.citizens.enrolment import citizen_of
from idp.domain.citizens.models import Account
from idp.domain.store.database import Session
from idp.protocol.webauthn.relying_party import RelyingParty, Trust
from keys import KeyTree

SEAL: Final = "factor"


@dataclass(frozen=True, slots=True)
class Asking:
    """What a passkey was asked for: by whom, for which purpose, in which browser; `holder` as in the challenge."""

    party: RelyingParty
    purpose: Purpose
    browser: bytes
    holder: bytes = passkey_challenges.ANYBODY


def take_created(
    db: Session, posted: str, asking: Asking, trust: Trust, now: datetime, *, account_id: UUID | None = None
) -> Created:
    """Judge the answer to a registration; its challenge is spent first. Keeping it is the caller's.

    Raises:
        Refused: it is on record, nothing is kept.
    """
    try:
        return passkey_answers.created(_answered(db, posted, asking, now), asking.party, trust)
    except Refused as refused:
        note_refusal(db, asking.purpose, refused, now, account_id=account_id)
        raise


def check_passkey(
    db: Session,
    tree: KeyTree,
    posted: str,
    asking: Asking,
    now: datetime,
    *,
    kind: AccountKind = "citizen",
    account_id: UUID | None = None,
    needs: tuple[str, ...] = passkeys.KINDS,
) -> SignInResult:
    """Judge an assertion; its challenge is spent and committed first. `method` of the result says what was used.

    `account_id` is who must answer at a second factor; without it the passkey itself says who it is.
    """
    owner: UUID | None = None
    try:
        answer = _answered(db, posted, asking, now)
        factor, passkey = _credential(db, answer)
        owner = factor.account_id
        if account_id is not None and owner != account_id:
            raise Refused("holder")
        _check_handle(db, answer, owner, required=account_id is None)
        key = passkeys.public_key(tree.vault.system(SEAL), factor)
        said = passkey_answers.asserted(answer, asking.party, key)
        if said.backup_eligible != passkey.backup_eligible:
            raise Refused("invalid")
        if not _advance(db, factor.id, said, now):
            return _copied(db, asking.purpose, factor, now)
        if factor.kind not in needs:
            raise Refused("kind")
    except Refused as refused:
        note_refusal(db, asking.purpose, refused, now, account_id=owner)
        return SignInResult(refusal=Refusal.PASSKEY)
    account = db.get_one(Account, owner)
    refusal = may_sign_in(account, kind)
    citizen_id = citizen_of(db, owner)
    if refusal is not None:
        reason = "locked" if refusal is Refusal.LOCKED else "kind"
        note_refusal(db, asking.purpose, Refused(reason), now, account_id=owner, citizen_id=citizen_id)
        return SignInResult(refusal=refusal)
    new_browser = not known_browsers.is_known(db, owner, asking.browser)
    known_browsers.remember(db, owner, asking.browser, now)
    return SignInResult(owner, citizen_id, new_browser=new_browser, method=factor.kind)


def note_refusal(
    db: Session,
    purpose: Purpose,
    refused: Refused,
    now: datetime,
    *,
    account_id: UUID | None = None,
    citizen_id: UUID | None = None,
) -> None:
    """Put on record that a passkey did not do."""
    event = PasskeyRefused(
        purpose=purpose.value, reason=refused.reason, account_id=account_id, citizen_id=citizen_id
    )
    record(db, event, now)


def _answered(db: Session, posted: str, asking: Asking, now: datetime) -> Answer:
    answer = passkey_answers.read(posted)
    if not passkey_challenges.spend(db, answer.challenge, asking.purpose, asking.browser, asking.holder, now):
        raise Refused("challenge")
    return answer


def _credential(db: Session, answer: Answer) -> tuple[Factor, Passkey]:
    found = db.execute(
        select(Factor, Passkey)
        .join(Passkey, Passkey.factor_id == Factor.id)
        .where(Passkey.credential_id == answer.credential_id, Factor.removed_at.is_(None))
    ).one_or_none()
    if found is None:
        raise Refused("unknown")
    return found[0], found[1]


def _check_handle(db: Session, answer: Answer, owner: UUID, *, required: bool) -> None:
    """Compare whom the authenticator takes its holder for with whom we do (WebAuthn L3 §7.2 step 6)."""
    if answer.user_handle is None and not required:
        return
    handle = db.scalars(select(UserHandle.handle).where(UserHandle.account_id == owner)).one_or_none()
    if handle is None or answer.user_handle != handle:
        raise Refused("holder")


def _advance(db: Session, factor_id: UUID, said: Asserted, now: datetime) -> bool:
    """Move the counter, which only grows unless the authenticator has none (WebAuthn L3 §7.2 step 22)."""
    earlier = Passkey.sign_count < said.sign_count if said.sign_count else Passkey.sign_count == 0
    moved = db.execute(
        update(Passkey)
        .where(Passkey.factor_id == factor_id, earlier)
        .values(sign_count=said.sign_count, backed_up=said.backed_up)
        .returning(Passkey.factor_id)
        .execution_options(synchronize_session=False)
    ).first()
    if moved is None:
        return False
    db.execute(
        update(Factor)
        .where(Factor.id == factor_id)
        .values(last_used_at=now)
        .execution_options(synchronize_session=False)
    )
    return True


def _copied(db: Session, purpose: Purpose, factor: Factor, now: datetime) -> SignInResult:
    citizen_id = citizen_of(db, factor.account_id)
    event = PasskeyCopied(account_id=factor.account_id, citizen_id=citizen_id, factor_id=factor.id)
    record(db, event, now)
    note_refusal(db, purpose, Refused("copied"), now, account_id=factor.account_id)
    return SignInResult(refusal=Refusal.PASSKEY)

"""An account its owner has locked: "that was not me" ends everything at once, a way back opens it again (H3)."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from idp.domain.audit.record import record
from idp.domain.audit.recovery_events import AccountLocked, AccountUnlocked, CaseOpened
from idp.domain.authenticators import known_browsers, remembered_devices
from idp.domain.cases import disowned, letters, permits
from idp.domain.cases.disowned import NOT_ME, REACHES_BACK
from idp.domain.cases.models import SupportCase
from idp.domain.citizens import pending_changes
from idp.domain.citizens.models import Account, Citizen
from idp.domain.citizens.pending_changes import Change
from idp.domain.consent.telling import tell_standing
from idp.domain.grants.offline import end_devices, end_offline
from idp.domain.sessions import logout
from idp.domain.store.database import Session
from idp.protocol.oidc.security_events import EventKind
from keys import DataKey, KeyTree

LOCKED: Final = "locked"
COUNTER: Final = "counter"
CARD: Final = "card"
HIJACKING: Final = "hijacking"
"""Why an account is disabled, in the words of RISC 1.0 §2.3."""
LINK_LIFETIME: Final = REACHES_BACK
_BODY, _MAC = 24, 32


@dataclass(frozen=True, slots=True)
class Locked:
    """An account that was locked: whose it is, and the changes that were called off with it."""

    citizen_id: UUID
    called_off: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class Unlocked:
    """An account that was opened again; `removed` are the kinds of the factors that went with that."""

    removed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Disavowal:
    """A link that is good: whose account it locks, and the digest that makes it good once."""

    account_id: UUID
    digest: bytes


def link_text(tree: KeyTree, account_id: UUID, now: datetime) -> str:
    """Sign a link that lets whoever holds it lock an account, without signing in; it can do nothing else."""
    body = account_id.bytes + int(now.timestamp()).to_bytes(8, "big")
    return (body + tree.mac("not-me", body)).hex()


def read_link(db: Session, tree: KeyTree, text: str, now: datetime) -> Disavowal | None:
    """Return what a link is good for; None when it is not ours, too old, or was used."""
    try:
        raw = bytes.fromhex(text) if len(text) == 2 * (_BODY + _MAC) else b""
    except ValueError:
        return None
    body, given = raw[:_BODY], raw[_BODY:]
    if len(raw) != _BODY + _MAC or not hmac.compare_digest(tree.mac("not-me", body), given):
        return None
    issued = datetime.fromtimestamp(int.from_bytes(body[16:], "big"), now.tzinfo)
    digest = hashlib.sha256(raw).digest()
    used = db.scalars(select(SupportCase.id).where(SupportCase.digest == digest)).first()
    if used is not None or not issued <= now < issued + LINK_LIFETIME:
        return None
    return Disavowal(UUID(bytes=body[:16]), digest)


def lock(
    db: Session,
    seal: DataKey,
    account_id: UUID,
    now: datetime,
    *,
    reason: str,
    digest: bytes | None = None,
) -> Locked | None:
    """Lock an account at its owner's word, end all it carries and open a case; None when it was not open.

    Sessions, tokens, links, permits and open cases at a counter end, waiting changes are called off: whoever did this
    must find nothing left. The services they use are told that the account is shut, and may have been stolen.
    """
    citizen_id = db.scalars(
        select(Citizen.id).where(Citizen.account_id == account_id, Citizen.erased_at.is_(None))
    ).one_or_none()
    locked = db.execute(
        update(Account)
        .where(Account.id == account_id, Account.kind == "citizen", Account.status == "active")
        .values(status=LOCKED)
        .returning(Account.id)
        .execution_options(synchronize_session=False)
    ).first()
    if locked is None or citizen_id is None:
        return None
    case_id = uuid4()
    try:
        with db.begin_nested():
            db.add(
                SupportCase(
                    id=case_id,
                    kind=NOT_ME,
                    account_id=account_id,
                    citizen_id=citizen_id,
                    reason=reason,
                    opened_at=now,
                    digest=digest,
                )
            )
            db.flush()
    except IntegrityError:  # the same link, or a case that is open: it stands for this too
        case_id = UUID(int=0)
    record(db, AccountLocked(citizen_id=citizen_id, account_id=account_id, reason=reason), now)
    if case_id.int:
        record(db, CaseOpened(citizen_id=citizen_id, case_id=case_id, kind=NOT_ME), now)
    tell_standing(db, seal, citizen_id, EventKind.ACCOUNT_DISABLED, {"reason": HIJACKING}, now)
    logout.end_all(db, account_id, LOCKED, now)
    end_devices(db, citizen_id, LOCKED, now)
    end_offline(db, citizen_id, LOCKED, now)
    known_browsers.forget_all(db, account_id)
    remembered_devices.end_all(db, account_id, now)
    db.execute(
        update(SupportCase)
        .where(SupportCase.account_id == account_id, SupportCase.kind == COUNTER, SupportCase.state == "open")
        .values(state="closed", decided_at=now)
        .execution_options(synchronize_session=False)
    )
    called_off = pending_changes.cancel_all(db, citizen_id, now)
    letters.retire(db, account_id, None, now)
    permits.retire(db, account_id, now)  # last: cases and changes that were being decided may have given one
    return Locked(citizen_id, called_off)


def is_locked_by_owner(db: Session, account_id: UUID) -> bool:
    """Tell whether an account is locked by its owner's word, and not by anybody else's."""
    found = db.scalars(
        select(SupportCase.id)
        .join(Account, Account.id == SupportCase.account_id)
        .where(
            SupportCase.account_id == account_id,
            SupportCase.kind == NOT_ME,
            SupportCase.state == "open",
            Account.status == LOCKED,
        )
    )
    return found.first() is not None


def unlock(
    db: Session, seal: DataKey, account_id: UUID, citizen_id: UUID, way: str, now: datetime
) -> Unlocked | None:
    """Open an account its owner has locked, by a way back; None when it is not locked that way.

    What whoever was in it may have added to get in again opens nothing any more; a permit takes all factors off itself.
    """
    if not is_locked_by_owner(db, account_id):
        return None
    db.execute(
        update(Account)
        .where(Account.id == account_id, Account.status == LOCKED)
        .values(status="active")
        .execution_options(synchronize_session=False)
    )
    said_at = db.execute(
        update(SupportCase)
        .where(SupportCase.account_id == account_id, SupportCase.kind == NOT_ME, SupportCase.state == "open")
        .values(state="closed", decided_at=now)
        .returning(SupportCase.opened_at)
        .execution_options(synchronize_session=False)
    ).scalar_one()
    citizen = db.get_one(Citizen, citizen_id)
    removed = disowned.take_off_factors(db, citizen, said_at, now) if way == CARD else ()
    tell_standing(db, seal, citizen_id, EventKind.ACCOUNT_ENABLED, {}, now)
    record(db, AccountUnlocked(citizen_id=citizen_id, account_id=account_id, way=way), now)
    return Unlocked(tuple(removed))

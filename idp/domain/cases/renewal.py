"""What a way back does to an account: a new password, a new factor; no session, no less assurance (features D4)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select

from idp.domain.audit.record import record
from idp.domain.audit.recovery_events import AccountRenewed
from idp.domain.authenticators import factors, known_browsers, passwords, recovery_codes, remembered_devices
from idp.domain.authenticators.passwords import Owner
from idp.domain.cases import letters, locking, permits
from idp.domain.cases.permits import Permit
from idp.domain.citizens import pending_changes, profile
from idp.domain.citizens.models import Account, Citizen
from idp.domain.citizens.pending_changes import Change
from idp.domain.grants.offline import end_devices, end_offline
from idp.domain.sessions import logout
from idp.domain.store.database import Session
from keys import KeyTree

REASON: Final = "password_changed"
Keep = Callable[[Session], object]


class NothingLeft(Exception):
    """The link, the permit or the account is not good any more; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Renewed:
    """A renewed account, the codes of its new card, to be shown once, and the changes that were called off with it."""

    citizen_id: UUID
    codes: tuple[str, ...] = field(default=(), repr=False)
    called_off: tuple[Change, ...] = ()


def owner_of(db: Session, tree: KeyTree, citizen_id: UUID) -> Owner:
    """Return what must not be in somebody's password."""
    citizen = db.get(Citizen, citizen_id)
    if citizen is None or citizen.data_key is None:
        return Owner()
    known = profile.read(db, tree.vault.open(citizen.id, citizen.data_key), citizen.id)
    said = {name: str(value.value) for name, value in known.items()}
    return Owner(
        name=said.get("name", ""),
        nik=said.get("nik", ""),
        birthdate=date.fromisoformat(said["birthdate"]) if "birthdate" in said else None,
        email=said.get("email", ""),
        phone_number=said.get("phone_number", ""),
    )


def set_password(db: Session, token: str, account_id: UUID, password_hash: str, now: datetime) -> UUID:
    """Set a password by a letter's link: all that rested on the old one ends, the second factor stays as it was.

    Raises:
        NothingLeft: the link was spent, retired or is too old, or the account is closed.
    """
    take(db, account_id)
    citizen = db.scalars(select(Citizen).where(Citizen.account_id == account_id)).one_or_none()
    if citizen is None or citizen.erased_at is not None or not letters.spend(db, token, "password", now):
        raise NothingLeft
    replace_password(db, account_id, citizen.id, password_hash, now)
    return citizen.id


def renew(
    db: Session,
    tree: KeyTree,
    permit: Permit,
    *,
    password_hash: str,
    keep: Keep,
    now: datetime,
) -> Renewed:
    """Spend a permit: new password, new second factor, new card; the lost factors open nothing any more.

    Changes that wait are called off: whoever asked for them may be whom the owner comes back from.

    `keep` stores the second factor that was proved just now. The level of identity stays what it was, and the next
    sign-in asks for both factors (features D4, D6).

    Raises:
        NothingLeft: the permit was spent or is too old, or the account is closed or locked by somebody else.
    """
    account = take(db, permit.account_id)
    if account is None or not may_be_renewed(db, account) or not permits.spend(db, permit.id, now):
        raise NothingLeft
    factors.take_off(db, account.id, now, citizen_id=permit.citizen_id)
    keep(db)
    codes = recovery_codes.new_codes()
    recovery_codes.issue(db, tree, account.id, codes, now, citizen_id=permit.citizen_id)
    replace_password(db, account.id, permit.citizen_id, password_hash, now)
    locking.unlock(db, tree.vault.system("pii"), account.id, permit.citizen_id, permit.origin, now)
    event = AccountRenewed(citizen_id=permit.citizen_id, origin=permit.origin, case_id=permit.case_id)
    record(db, event, now)
    return Renewed(permit.citizen_id, codes, pending_changes.cancel_all(db, permit.citizen_id, now))


def take(db: Session, account_id: UUID) -> Account | None:
    """Take the account before anything of it, as whoever locks it does: of both at once one waits for the other."""
    return db.get(Account, account_id, with_for_update={"key_share": True}, populate_existing=True)


def may_be_renewed(db: Session, account: Account) -> bool:
    """Tell whether a way back is open: for an account that stands, or one its owner has locked."""
    if account.kind != "citizen":
        return False
    return account.status == "active" or locking.is_locked_by_owner(db, account.id)


def replace_password(
    db: Session, account_id: UUID, citizen_id: UUID, password_hash: str, now: datetime
) -> None:
    """Set a password and end all that rested on the one before."""
    passwords.store(db, account_id, password_hash, now, citizen_id)
    known_browsers.forget_all(db, account_id)
    remembered_devices.end_all(db, account_id, now)
    letters.retire(db, account_id, None, now)
    permits.retire(db, account_id, now)
    end_devices(db, citizen_id, REASON, now)
    end_offline(db, citizen_id, REASON, now)
    logout.end_all(db, account_id, REASON, now)

"""The rule that nobody locks themselves out: what an account must keep to be signed in to (attacks O-109)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import select

from idp.domain.authenticators import recovery_codes
from idp.domain.authenticators.models import Factor
from idp.domain.citizens.models import Account
from idp.domain.store.database import Session

PASSKEYS: Final = frozenset({"passkey", "security_key"})


@dataclass(frozen=True, slots=True)
class WaysIn:
    """What an account proves itself with. `factors` has a kind for each one that stands."""

    password: bool
    factors: tuple[str, ...]
    recovery_codes: int

    @property
    def passkeys(self) -> int:
        """Count passkeys and security keys."""
        return sum(kind in PASSKEYS for kind in self.factors)

    @property
    def enough(self) -> bool:
        """Tell whether the owner can always come back: two factors, or two passkeys, or one and the card."""
        if self.password:
            return bool(self.factors)
        return self.passkeys >= 2 or (self.passkeys == 1 and self.recovery_codes > 0)

    def without(self, kind: str) -> WaysIn:
        """Return what is left when one factor of a kind goes."""
        left = list(self.factors)
        left.remove(kind)
        return WaysIn(self.password, tuple(left), self.recovery_codes)

    def without_password(self) -> WaysIn:
        """Return what is left when the password goes."""
        return WaysIn(False, self.factors, self.recovery_codes)


def read(db: Session, account_id: UUID) -> WaysIn:
    """Read what stands; the account is locked, so that two removals at once cannot each leave the other's factor."""
    mine = select(Account).where(Account.id == account_id).with_for_update(key_share=True)
    account = db.scalars(mine).one()
    db.refresh(account)
    kinds = db.scalars(
        select(Factor.kind).where(Factor.account_id == account_id, Factor.removed_at.is_(None))
    ).all()
    left = recovery_codes.left(db, account_id)
    return WaysIn(account.password_hash is not None, tuple(kinds), left)

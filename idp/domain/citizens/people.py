"""Who a citizen is to the code that writes about them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import select

from idp.domain.citizens.models import Account, Citizen
from idp.domain.store.database import Session
from keys import DataKey

SELF: Final = "self"
GERBANG: Final = "account"
"""Who vouches for a value: its owner, or we, who saw a code come back."""


@dataclass(frozen=True, slots=True)
class Person:
    """A citizen, with the key that seals what is written about them."""

    account_id: UUID
    citizen_id: UUID
    data_key: DataKey


def citizen_of(db: Session, account_id: UUID) -> UUID | None:
    """Return the citizen behind an account; operators have none."""
    return db.scalars(select(Citizen.id).where(Citizen.account_id == account_id)).one_or_none()


def stands(db: Session, account_id: UUID) -> bool:
    """Tell whether an account is open, and let whoever locks it wait until this transaction ends."""
    status = select(Account.status).where(Account.id == account_id).with_for_update(key_share=True)
    return db.scalars(status).one_or_none() == "active"

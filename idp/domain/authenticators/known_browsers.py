"""Browsers an account has signed in from before: guessing elsewhere never keeps the owner out (attacks O-094)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite

from idp.domain.authenticators.models import KnownBrowser
from idp.domain.citizens.models import Account
from idp.domain.store.database import Session


def remember(db: Session, account_id: UUID, browser: bytes, now: datetime) -> None:
    """Note a browser after a complete sign-in."""
    insert = postgresql.insert if db.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = insert(KnownBrowser).values(account_id=account_id, browser=browser, first_at=now, last_at=now)
    db.execute(
        statement.on_conflict_do_update(index_elements=["account_id", "browser"], set_={"last_at": now})
    )


def is_known(db: Session, account_id: UUID, browser: bytes) -> bool:
    """Tell whether an account has signed in from a browser."""
    return (
        db.scalars(
            select(KnownBrowser.account_id).where(
                KnownBrowser.account_id == account_id, KnownBrowser.browser == browser
            )
        ).first()
        is not None
    )


def accounts_of(db: Session, browser: bytes, most: int) -> Sequence[KnownBrowser]:
    """Return the accounts that stand and have signed in from a browser, the one seen last first."""
    return db.scalars(
        select(KnownBrowser)
        .join(Account, Account.id == KnownBrowser.account_id)
        .where(KnownBrowser.browser == browser, Account.status == "active", Account.kind == "citizen")
        .order_by(KnownBrowser.last_at.desc(), KnownBrowser.account_id)
        .limit(most)
    ).all()


def forget(db: Session, account_id: UUID, browser: bytes) -> None:
    """Forget one browser: it is shared, or its user took the account off it."""
    db.execute(
        delete(KnownBrowser).where(KnownBrowser.account_id == account_id, KnownBrowser.browser == browser)
    )


def forget_all(db: Session, account_id: UUID) -> None:
    """Forget an account's browsers, for instance after its password was stolen."""
    db.execute(delete(KnownBrowser).where(KnownBrowser.account_id == account_id))

"""Which account signs in with what: unique by construction, whoever races us (features D8)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from idp.domain.citizens import identifiers
from idp.domain.citizens.identifiers import Kind, Malformed
from idp.domain.citizens.models import Identifier
from idp.domain.store.database import Session
from keys import KeyTree


class DuplicateIdentity(Exception):
    """An account with this NIK (or another unique identifier) exists; nothing was made.

    Let it leave the unit of work, which then rolls back.
    """

    def __init__(self, kind: Kind) -> None:
        super().__init__(f"another account has this {kind}")
        self.kind = kind


def add_identifier(
    db: Session,
    tree: KeyTree,
    account_id: UUID,
    kind: Kind,
    value: str,
    now: datetime,
    *,
    unique: bool = False,
    operator: bool = False,
) -> Identifier:
    """Add a canonical identifier; its `login` is true where it may sign in. A taken one may not, unless `unique`.

    Raises:
        DuplicateIdentity: when `unique` and another account signs in with it.
    """
    digest = identifiers.digest(tree.blind_index, kind, value, operator=operator)
    made = _identifier(account_id, kind, digest, now, login=True)
    try:
        with db.begin_nested():
            db.add(made)
            db.flush()
    except IntegrityError as exc:
        if unique:
            raise DuplicateIdentity(kind) from exc
        made = _identifier(account_id, kind, digest, now, login=False)
        db.add(made)
        db.flush()
    return made


def sign_in_with(
    db: Session, tree: KeyTree, account_id: UUID, kind: Kind, text: str | None, now: datetime
) -> None:
    """Let an account sign in with this number of a kind and with no earlier one; None lets it with none."""
    try:
        value = identifiers.canonical(kind, text) if text is not None else None
    except Malformed:
        value = None
    mine = (Identifier.account_id == account_id, Identifier.kind == kind.value)
    if value is not None:
        digest = identifiers.digest(tree.blind_index, kind, value)
        if db.scalar(select(Identifier.id).where(*mine, Identifier.digest == digest, Identifier.login)):
            return
    db.execute(delete(Identifier).where(*mine))
    if value is not None:
        add_identifier(db, tree, account_id, kind, value, now)


def _identifier(account_id: UUID, kind: Kind, digest: bytes, now: datetime, *, login: bool) -> Identifier:
    return Identifier(
        id=uuid4(), account_id=account_id, kind=kind.value, digest=digest, login=login, created_at=now
    )

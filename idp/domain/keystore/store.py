"""`keys.KeyStore` over our tables; every change moves the `keys` stamp so that all nodes reload."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from idp.domain.keystore.models import WrappedKek, WrappedSigningKey
from idp.domain.store.database import Database, Session
from idp.domain.store.stamps import bump
from keys import KeyState, StoredKek, StoredKey

STAMP = "keys"
_MOMENT_OF = {
    KeyState.ACTIVE: "activated_at",
    KeyState.RETIRING: "retiring_at",
    KeyState.RETIRED: "retired_at",
}


class DatabaseKeyStore:
    """Rows of wrapped keys; each method is a transaction of its own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keks(self) -> Sequence[StoredKek]:
        """Read every key-encryption key."""
        with self._database.unit_of_work() as db:
            rows = db.scalars(select(WrappedKek)).all()
        return [StoredKek(r.purpose, r.version, r.wrapped, r.root_id, r.created_at) for r in rows]

    def add_kek(self, kek: StoredKek) -> bool:
        """Insert, or return False when another process was first."""
        row = WrappedKek(
            purpose=kek.purpose,
            version=kek.version,
            wrapped=kek.wrapped,
            root_id=kek.root_id,
            created_at=kek.created_at,
        )
        try:
            with self._database.unit_of_work() as db:
                db.add(row)
                db.flush()
                bump(db, STAMP)
        except IntegrityError:
            return False
        return True

    def rewrap_kek(self, kek: StoredKek) -> None:
        """Replace the wrapping of one key-encryption key."""
        with self._database.unit_of_work() as db:
            db.execute(
                update(WrappedKek)
                .where(WrappedKek.purpose == kek.purpose, WrappedKek.version == kek.version)
                .values(wrapped=kek.wrapped, root_id=kek.root_id)
            )
            bump(db, STAMP)

    def signing_keys(self) -> Sequence[StoredKey]:
        """Read every signing key, retired ones too."""
        with self._database.unit_of_work() as db:
            rows = db.scalars(select(WrappedSigningKey)).all()
        return [
            StoredKey(
                kid=r.kid,
                alg=r.alg,
                state=KeyState(r.state),
                public_jwk=r.public_jwk,
                wrapped=r.wrapped,
                created_at=r.created_at,
                activated_at=r.activated_at,
                retiring_at=r.retiring_at,
                retired_at=r.retired_at,
            )
            for r in rows
        ]

    def add_signing_key(self, key: StoredKey) -> None:
        """Insert a new signing key."""
        with self._database.unit_of_work() as db:
            db.add(
                WrappedSigningKey(
                    kid=key.kid,
                    alg=key.alg,
                    state=key.state.value,
                    public_jwk=dict(key.public_jwk),
                    wrapped=key.wrapped,
                    created_at=key.created_at,
                    activated_at=key.activated_at,
                    retiring_at=key.retiring_at,
                    retired_at=key.retired_at,
                )
            )
            bump(db, STAMP)

    def move(self, kid: str, old: KeyState, new: KeyState, at: datetime) -> bool:
        """Change the state if it is still `old`; the database decides between racing nodes."""
        with self._database.unit_of_work() as db:
            moved = _move(db, kid, old, new, at.astimezone(UTC))
            if moved:
                bump(db, STAMP)
            return moved


def _move(db: Session, kid: str, old: KeyState, new: KeyState, at: datetime) -> bool:
    found = db.execute(
        update(WrappedSigningKey)
        .where(WrappedSigningKey.kid == kid, WrappedSigningKey.state == old.value)
        .values(state=new.value, **{_MOMENT_OF[new]: at})
        .returning(WrappedSigningKey.kid)
    )
    return found.first() is not None

"""Keys made once per test process: a deployment of a test starts with them instead of searching for primes."""

import base64
import secrets
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import create_engine, insert, make_url, select
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from idp.domain.keystore.models import WrappedKek, WrappedSigningKey
from idp.domain.keystore.store import STAMP
from idp.domain.store.stamps import bump
from keys import KeyState, KeyTree, RootKey, RotationPolicy, StoredKek, StoredKey, rotate

ROOT_KEY = base64.urlsafe_b64encode(secrets.token_bytes(32)).rstrip(b"=").decode("ascii")
"""The root key of this process's deployments, as IDP_MASTER_KEY takes it."""


class _Made:
    """A key store in memory."""

    def __init__(self) -> None:
        self._keks: list[StoredKek] = []
        self._signing: dict[str, StoredKey] = {}

    def keks(self) -> Sequence[StoredKek]:
        return tuple(self._keks)

    def add_kek(self, kek: StoredKek) -> bool:
        self._keks.append(kek)
        return True

    def rewrap_kek(self, kek: StoredKek) -> None:
        self._keks = [kek if (k.purpose, k.version) == (kek.purpose, kek.version) else k for k in self._keks]

    def signing_keys(self) -> Sequence[StoredKey]:
        return tuple(self._signing.values())

    def add_signing_key(self, key: StoredKey) -> None:
        self._signing[key.kid] = key

    def move(self, kid: str, old: KeyState, new: KeyState, at: datetime) -> bool:
        key = self._signing[kid]
        self._signing[kid] = replace(key, state=new, activated_at=at)
        return key.state is old


@cache
def _made(now: datetime) -> _Made:
    store = _Made()
    tree = KeyTree.open(RootKey.parse(ROOT_KEY), store, now)
    rotate(store, tree, now, RotationPolicy())
    return store


def _row(key: StoredKey) -> dict[str, Any]:
    return {**asdict(key), "state": key.state.value, "public_jwk": dict(key.public_jwk)}


class _Writer:
    """One engine for all databases of a kind, so that its statements are compiled once per process, not per test."""

    def __init__(self, kind: str) -> None:
        self._url = make_url(f"{kind}://")
        self._engine = create_engine(self._url, poolclass=NullPool, creator=self._connect)

    def _connect(self) -> Any:
        arguments, options = self._engine.dialect.create_connect_args(self._url)
        return self._engine.dialect.connect(*arguments, **options)

    def write(self, url: str, made: _Made) -> None:
        """Put keys into the database at `url` if it has none, in one transaction."""
        self._url = make_url(url)
        with Session(self._engine) as db, db.begin():
            if db.scalars(select(WrappedKek.purpose).limit(1)).first() is None:
                db.execute(insert(WrappedKek), [asdict(kek) for kek in made.keks()])
                db.execute(insert(WrappedSigningKey), [_row(key) for key in made.signing_keys()])
                bump(db, STAMP)


_writer = cache(_Writer)


def give(database_url: str, now: datetime) -> None:
    """Put the keys into a database that has none; every test begins here."""
    _writer(make_url(database_url).drivername).write(database_url, _made(now))

"""A key store for one process: tools that need keys without a database, and tests."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from threading import Lock

from keys.states import KeyState, StoredKey, moved
from keys.store import StoredKek


class MemoryKeyStore:
    """Keep wrapped keys in memory, with the same promises as the database."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._keks: dict[tuple[str, int], StoredKek] = {}
        self._keys: dict[str, StoredKey] = {}

    def keks(self) -> Sequence[StoredKek]:
        """Read every key-encryption key."""
        with self._lock:
            return tuple(self._keks.values())

    def add_kek(self, kek: StoredKek) -> bool:
        """Insert, or return False when this purpose and version is there already."""
        with self._lock:
            return self._keks.setdefault((kek.purpose, kek.version), kek) is kek

    def rewrap_kek(self, kek: StoredKek) -> None:
        """Replace the wrapped bytes and root id of this purpose and version."""
        with self._lock:
            found = self._keks[kek.purpose, kek.version]
            self._keks[kek.purpose, kek.version] = replace(found, wrapped=kek.wrapped, root_id=kek.root_id)

    def signing_keys(self) -> Sequence[StoredKey]:
        """Read every signing key, retired ones too."""
        with self._lock:
            return tuple(self._keys.values())

    def add_signing_key(self, key: StoredKey) -> None:
        """Insert a new signing key."""
        with self._lock:
            if key.kid in self._keys:
                raise ValueError(f"signing key {key.kid} is there already")
            self._keys[key.kid] = key

    def move(self, kid: str, old: KeyState, new: KeyState, at: datetime) -> bool:
        """Change the state if it is still `old`; False when it was not."""
        with self._lock:
            found = self._keys.get(kid)
            if found is None or found.state is not old:
                return False
            self._keys[kid] = moved(found, new, at)
            return True

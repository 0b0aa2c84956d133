"""What custody asks of whoever keeps its rows; the database side implements it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from keys.states import KeyState, StoredKey


@dataclass(frozen=True, slots=True)
class StoredKek:
    """A key-encryption key as the store keeps it: wrapped by the root key named in `root_id`."""

    purpose: str
    version: int
    wrapped: bytes = field(repr=False)
    root_id: str
    created_at: datetime


class KeyStore(Protocol):
    """Rows of wrapped keys; each method is its own short transaction."""

    def keks(self) -> Sequence[StoredKek]:
        """Read every key-encryption key."""
        ...

    def add_kek(self, kek: StoredKek) -> bool:
        """Insert, or return False when another process inserted this purpose and version first."""
        ...

    def rewrap_kek(self, kek: StoredKek) -> None:
        """Replace the wrapped bytes and root id of this purpose and version."""
        ...

    def signing_keys(self) -> Sequence[StoredKey]:
        """Read every signing key, retired ones too."""
        ...

    def add_signing_key(self, key: StoredKey) -> None:
        """Insert a new signing key."""
        ...

    def move(self, kid: str, old: KeyState, new: KeyState, at: datetime) -> bool:
        """Change the state if it is still `old` and note the moment; False when it was not."""
        ...

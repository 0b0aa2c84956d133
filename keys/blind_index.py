"""Keyed digests: equality search over values that are only stored sealed."""

import hmac

from keys.concealed import Concealed
from keys.derive import derive


class BlindIndex(Concealed):
    """Digest canonical values under one key per column; equal values never match across columns."""

    __slots__ = ("_column_keys", "_key")

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._column_keys: dict[str, bytes] = {}

    def digest(self, column: str, canonical: str) -> bytes:
        """Compute HMAC-SHA256 of a canonical value, never truncated (RFC 2104)."""
        key = self._column_keys.get(column)
        if key is None:
            key = self._column_keys[column] = derive(self._key, b"blind-index|" + column.encode())
        return hmac.digest(key, canonical.encode(), "sha256")

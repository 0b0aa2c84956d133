"""One way to make a key from a key."""

from typing import Final

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC

KEY_BYTES: Final = 32
_SHA256: Final = SHA256()
_EXTRACT: Final = HMAC(bytes(KEY_BYTES), _SHA256)
"""HMAC under no salt, begun: every derivation goes on from here."""


def derive(key: bytes, info: bytes) -> bytes:
    """Derive 32 bytes by HKDF-SHA256 without salt (RFC 5869 sections 2.2 and 2.3, one block)."""
    extract = _EXTRACT.copy()
    extract.update(key)
    expand = HMAC(extract.finalize(), _SHA256)
    expand.update(info + b"\x01")
    return expand.finalize()

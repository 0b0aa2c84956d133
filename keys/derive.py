"""One way to make a key from a key."""

import hmac

KEY_BYTES = 32
_NO_SALT = bytes(KEY_BYTES)


def derive(key: bytes, info: bytes) -> bytes:
    """Derive 32 bytes by HKDF-SHA256 without salt (RFC 5869 sections 2.2 and 2.3, one block)."""
    prk = hmac.digest(_NO_SALT, key, "sha256")
    return hmac.digest(prk, info + b"\x01", "sha256")

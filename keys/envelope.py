"""The sealed blob: format byte, key version, nonce, ciphertext with tag."""

import secrets
import struct
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from keys.errors import SealBroken

_FORMAT: Final = 1
_HEADER: Final = struct.Struct(">BH")
_NONCE: Final = 12
_START: Final = _HEADER.size + _NONCE
_TAG: Final = 16


def seal(box: AESGCM, version: int, plaintext: bytes, aad: bytes) -> bytes:
    """Seal bytes under a fresh random nonce; AAD = place|key version (NIST SP 800-38D section 8.2.2)."""
    nonce = secrets.token_bytes(_NONCE)
    return _HEADER.pack(_FORMAT, version) + nonce + box.encrypt(nonce, plaintext, aad + b"|%d" % version)


def version_of(sealed: bytes) -> int:
    """Read the version of the key that sealed a blob."""
    if len(sealed) < _START + _TAG or sealed[0] != _FORMAT:
        raise SealBroken("not a sealed value")
    version: int = _HEADER.unpack_from(sealed)[1]
    return version


def unseal(box: AESGCM, sealed: bytes, aad: bytes) -> bytes:
    """Open a blob sealed with the same key, version and place, or raise SealBroken."""
    version = version_of(sealed)
    try:
        return box.decrypt(sealed[_HEADER.size : _START], sealed[_START:], aad + b"|%d" % version)
    except InvalidTag:
        raise SealBroken("the seal does not fit its place") from None

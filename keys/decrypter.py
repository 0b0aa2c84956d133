"""Opening what others encrypted to us (RFC 7516): the header is judged before any key is touched."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from keys.encoding import from_b64url
from keys.errors import CannotDecrypt, UnknownDecryptionKey
from keys.key_management import CONTENT_ENCRYPTION_ALGORITHMS, KEY_ENCRYPTION_ALGORITHMS

MAX_ENCRYPTED: Final = 24 * 1024
"""Room for a signed object of 16 KiB in base64url, its header and its encrypted key."""
_MAX_HEADER: Final = 1024
_MEMBERS: Final = frozenset({"alg", "enc", "kid", "typ", "cty", "epk", "apu", "apv", "iss", "sub", "aud"})
"""What a header may say; `iss`, `sub`, `aud` are copies for routing (RFC 7519 section 5.3) that nobody reads.

No `zip`: a bomb needs it (RFC 8725 section 3.6); no `crit`: no extension is understood; no key or address of one.
"""
_EPK_MEMBERS: Final = frozenset({"kty", "crv", "x", "y"})
_COMPACT = re.compile(
    rb"([A-Za-z0-9_-]{1,%d})\.([A-Za-z0-9_-]{0,1024})\.([A-Za-z0-9_-]{1,64})\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]{1,64})"
    % _MAX_HEADER
)


@dataclass(frozen=True, slots=True)
class DecryptionKey:
    """One of our private keys under one of its published names."""

    kid: str
    alg: str
    key: RSAKey | ECKey = field(repr=False)


class Decrypter:
    """Decrypt with a fixed set of keys."""

    def __init__(self, keys: Mapping[str, DecryptionKey]) -> None:
        self._keys = dict(keys)

    @property
    def algorithms(self) -> tuple[str, ...]:
        """Name the key management algorithms there is a key for."""
        return tuple(dict.fromkeys(key.alg for key in self._keys.values()))

    def decrypt(self, compact: str) -> bytes:
        """Check size, form, algorithms and header, then find the key, then decrypt (RFC 7516 section 5.2).

        Whatever fails once a key is used fails with the same words, so that nobody learns why.
        """
        match = (
            _COMPACT.fullmatch(compact.encode("ascii"))
            if len(compact) <= MAX_ENCRYPTED and compact.isascii()
            else None
        )
        if match is None:
            raise CannotDecrypt("not a compact JWE of acceptable size")
        header = _header(match[1])
        alg, enc = header.get("alg"), header.get("enc")
        if alg not in KEY_ENCRYPTION_ALGORITHMS or enc not in CONTENT_ENCRYPTION_ALGORITHMS:
            raise CannotDecrypt("the algorithms are not allowed")
        if not _MEMBERS.issuperset(header):
            raise CannotDecrypt("the header has a member that is not allowed")
        agrees = str(alg).startswith("ECDH")
        if agrees is not _is_ephemeral_key(header.get("epk")) or (alg == "ECDH-ES" and match[2]):
            raise CannotDecrypt("the header does not fit its algorithm")
        registry = jwe.JWERegistry(algorithms=[str(alg), str(enc)], strict_check_header=False)
        for key in self._candidates(str(alg), header.get("kid")):
            try:
                plaintext = jwe.decrypt_compact(compact, key.key, registry=registry).plaintext
            except (JoseError, ValueError, TypeError, LookupError):
                continue
            if plaintext is not None:
                return plaintext
        raise CannotDecrypt("it was not encrypted to this key, or was changed")

    def _candidates(self, alg: str, kid: object) -> list[DecryptionKey]:
        """The key the header names, under any name of its own; without a name the keys of this algorithm."""
        if kid is None:
            return [key for key in self._keys.values() if key.alg == alg]
        named = self._keys.get(kid) if isinstance(kid, str) else None
        if named is None:
            raise UnknownDecryptionKey("no decryption key of ours has this kid")
        if named.alg.partition("+")[0] != alg.partition("+")[0]:
            raise CannotDecrypt("the algorithm is not the key's")
        return [named]


def _header(segment: bytes) -> dict[str, object]:
    try:
        header = json.loads(from_b64url(segment), object_pairs_hook=_without_repeats)
    except (ValueError, RecursionError):
        raise CannotDecrypt("the header is malformed") from None
    if not isinstance(header, dict):
        raise CannotDecrypt("the header is malformed")
    return header


def _is_ephemeral_key(epk: object) -> bool:
    """A public key on our curve (RFC 7518 section 4.6.1.1); the library checks that the point is on it."""
    if epk is None:
        return False
    if not isinstance(epk, dict) or epk.get("crv") != "P-256" or not _EPK_MEMBERS.issuperset(epk):
        raise CannotDecrypt("epk is not a public key on P-256")
    return True


def _without_repeats(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a header member is repeated")
    return members

"""The key tree: a root key outside the database wraps one key-encryption key per purpose inside it."""

import hmac
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final, Self

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from keys.blind_index import BlindIndex
from keys.concealed import Concealed
from keys.derive import KEY_BYTES, derive
from keys.encoding import b64url_text, from_b64url
from keys.envelope import seal, unseal, version_of
from keys.errors import NotRotatable, SealBroken, UnknownVersion, WrongRoot
from keys.store import KeyStore, StoredKek
from keys.vault import DataKey, Vault

PURPOSES: Final = ("pii", "factor", "index", "pepper", "signing", "cookie", "sector")

ROTATABLE: Final = ("pii", "factor", "signing")
"""Purposes whose blobs name the version that sealed them; the others feed stored digests without one."""

KEK_SETTLES_IN: Final = timedelta(minutes=10)
"""A new version only opens at first; it seals once every process had time to load it."""

_FIRST: Final = 1

Versions = Mapping[int, bytes]


class RootKey(Concealed):
    """The 32 bytes above all others; they stay outside the database."""

    __slots__ = ("_box", "_key", "id")

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise WrongRoot("a root key has 32 bytes")
        self._key = key
        self._box = AESGCM(derive(key, b"gerbang|root|wrap"))
        self.id: Final = derive(key, b"gerbang|root|id")[:8].hex()

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a root key: 32 bytes in base64url, padding and white space around it forgiven."""
        try:
            return cls(from_b64url(text.strip().rstrip("=").encode("ascii")))
        except ValueError:
            raise WrongRoot("a root key is 32 bytes in base64url") from None

    @staticmethod
    def new_text() -> str:
        """Make the text of a fresh root key, for whoever will keep it."""
        return b64url_text(secrets.token_bytes(KEY_BYTES))

    def wrap(self, secret: bytes, aad: bytes) -> bytes:
        """Wrap a key-encryption key, bound to its purpose and version."""
        return seal(self._box, _FIRST, secret, aad)

    def unwrap(self, wrapped: bytes, aad: bytes) -> bytes:
        """Unwrap a key-encryption key, or raise SealBroken."""
        return unseal(self._box, wrapped, aad)

    def sector_seed(self) -> bytes:
        """Derive what pairwise subjects start from; stored once and kept when the root changes."""
        return derive(self._key, b"gerbang|root|sector")


class KeyTree(Concealed):
    """Everything that hangs from the root key, opened."""

    __slots__ = (
        "_cookie",
        "_macs",
        "_pepper",
        "_signing",
        "_signing_version",
        "blind_index",
        "sector_salt",
        "vault",
    )

    def __init__(self, keks: Mapping[str, Versions], current: Mapping[str, int]) -> None:
        system = {
            purpose: DataKey(
                {
                    version: derive(kek, f"system|{purpose}".encode())
                    for version, kek in keks[purpose].items()
                },
                current[purpose],
            )
            for purpose in ("pii", "factor")
        }
        self.vault: Final = Vault(keks["pii"], current["pii"], system)
        self.blind_index: Final = BlindIndex(keks["index"][_FIRST])
        self.sector_salt: Final = derive(keks["sector"][_FIRST], b"pairwise-subject")
        self._pepper = derive(keks["pepper"][_FIRST], b"pepper")
        self._cookie = keks["cookie"][_FIRST]
        self._macs: dict[str, bytes] = {}
        self._signing = dict(keks["signing"])
        self._signing_version = current["signing"]

    @classmethod
    def open(cls, root: RootKey, store: KeyStore, now: datetime, previous: RootKey | None = None) -> Self:
        """Unwrap the stored keys, create those that are missing, re-wrap those of the previous root."""
        opened = _unwrap_all(root, store, previous)  # proves the root before anything is added
        missing = set(PURPOSES) - {kek.purpose for kek, _ in opened}
        if missing:
            for purpose in sorted(missing):
                secret = root.sector_seed() if purpose == "sector" else secrets.token_bytes(KEY_BYTES)
                store.add_kek(_wrapped(root, purpose, _FIRST, secret, now))
            opened = _unwrap_all(root, store, previous)  # another process may have won; what is stored counts
        keks: dict[str, dict[int, bytes]] = {purpose: {} for purpose in PURPOSES}
        current = dict.fromkeys(PURPOSES, _FIRST)
        for kek, secret in opened:
            keks[kek.purpose][kek.version] = secret
            if kek.created_at + KEK_SETTLES_IN <= now:
                current[kek.purpose] = max(current[kek.purpose], kek.version)
        return cls(keks, current)

    def pepper(self, data: bytes) -> bytes:
        """Key what a password hash is made of with a secret kept elsewhere (NIST SP 800-63B-4, 3.1.1.2)."""
        return hmac.digest(self._pepper, data, "sha256")

    def mac(self, label: str, data: bytes) -> bytes:
        """Authenticate a value handed out, to a browser or a client; one derived key per label."""
        key = self._macs.get(label)
        if key is None:
            key = self._macs[label] = derive(self._cookie, f"mac|{label}".encode())
        return hmac.digest(key, data, "sha256")

    def wrap_private(self, kid: str, alg: str, private: bytes) -> bytes:
        """Wrap the private half of a signing key, bound to its `kid` and algorithm."""
        version = self._signing_version
        return seal(self._signing_box(version), version, private, _signing_aad(kid, alg))

    def unwrap_private(self, kid: str, alg: str, wrapped: bytes) -> bytes:
        """Unwrap the private half of a signing key, or raise SealBroken."""
        return unseal(self._signing_box(version_of(wrapped)), wrapped, _signing_aad(kid, alg))

    def _signing_box(self, version: int) -> AESGCM:
        if version not in self._signing:
            raise UnknownVersion("wrapped by a version of the key that is not here")
        return AESGCM(derive(self._signing[version], b"signing-key"))


def rotate_kek(root: RootKey, store: KeyStore, purpose: str, now: datetime) -> StoredKek:
    """Add a version to a key-encryption key; `Vault.rewrap` brings data keys under it."""
    if purpose not in ROTATABLE:
        raise NotRotatable(f"keys of purpose {purpose} keep their first version")
    while True:
        newest = max((kek.version for kek in store.keks() if kek.purpose == purpose), default=0)
        kek = _wrapped(root, purpose, newest + 1, secrets.token_bytes(KEY_BYTES), now)
        if store.add_kek(kek):
            return kek


def _wrapped(root: RootKey, purpose: str, version: int, secret: bytes, now: datetime) -> StoredKek:
    return StoredKek(purpose, version, root.wrap(secret, _kek_aad(purpose, version)), root.id, now)


def _unwrap_all(root: RootKey, store: KeyStore, previous: RootKey | None) -> list[tuple[StoredKek, bytes]]:
    """Open every key this release knows; one of a newer release beside it is none of its business."""
    return [(kek, _unwrapped(root, store, kek, previous)) for kek in store.keks() if kek.purpose in PURPOSES]


def _unwrapped(root: RootKey, store: KeyStore, kek: StoredKek, previous: RootKey | None) -> bytes:
    aad = _kek_aad(kek.purpose, kek.version)
    if kek.root_id == root.id:
        return root.unwrap(kek.wrapped, aad)
    if previous is None or kek.root_id != previous.id:
        raise WrongRoot(f"the {kek.purpose} key was wrapped by another root key ({kek.root_id})")
    secret = previous.unwrap(kek.wrapped, aad)
    if len(secret) != KEY_BYTES:
        raise SealBroken("not a key-encryption key")
    store.rewrap_kek(_wrapped(root, kek.purpose, kek.version, secret, kek.created_at))
    return secret


def _kek_aad(purpose: str, version: int) -> bytes:
    return f"kek|{purpose}|{version}".encode()


def _signing_aad(kid: str, alg: str) -> bytes:
    return f"signing|{kid}|{alg}".encode()

"""Envelope encryption: a data key per citizen, field keys derived from it, each value bound to its place."""

import secrets
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from keys.concealed import Concealed
from keys.derive import KEY_BYTES, derive
from keys.envelope import seal, unseal, version_of
from keys.errors import SealBroken, UnknownVersion

SystemPurpose = Literal["pii", "factor"]

_ENTRY: Final = struct.Struct(f">H{KEY_BYTES}s")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sealed value lives; a value moved to another row or column does not open."""

    table: str
    column: str
    row: str

    def __post_init__(self) -> None:
        if not self.table or not self.column or "|" in self.table or "|" in self.column:
            raise ValueError("a place names its table and column, without '|'")

    @property
    def aad(self) -> bytes:
        """Name the place for the cipher: table|column|row; the key version is appended when sealing."""
        return f"{self.table}|{self.column}|{self.row}".encode()


class DataKey(Concealed):
    """Seal and unseal fields; the newest version seals, older ones still open."""

    __slots__ = ("_boxes", "_keys", "version")

    def __init__(self, keys: Mapping[int, bytes], version: int | None = None) -> None:
        self._keys = dict(keys)
        self.version: Final = max(keys) if version is None else version
        self._boxes: dict[tuple[int, str, str], AESGCM] = {}

    def seal(self, plaintext: bytes, place: Place) -> bytes:
        """Seal one field with AES-256-GCM; AAD = table|column|row|key version."""
        return seal(self._box(self.version, place), self.version, plaintext, place.aad)

    def unseal(self, sealed: bytes, place: Place) -> bytes:
        """Open one field at the place it was sealed for, or raise SealBroken."""
        return unseal(self._box(version_of(sealed), place), sealed, place.aad)

    def _box(self, version: int, place: Place) -> AESGCM:
        box = self._boxes.get((version, place.table, place.column))
        if box is None:
            if version not in self._keys:
                raise UnknownVersion("sealed by a version of the key that is not here")
            box = AESGCM(derive(self._keys[version], f"{place.table}|{place.column}".encode()))
            self._boxes[version, place.table, place.column] = box
        return box


class Vault(Concealed):
    """Make, open and re-wrap data keys; destroying a citizen's wrapped key forgets her data."""

    __slots__ = ("_keks", "_system", "_version")

    def __init__(self, pii: Mapping[int, bytes], pii_version: int, system: Mapping[str, DataKey]) -> None:
        self._keks = dict(pii)
        self._version = pii_version
        self._system = dict(system)

    def new_data_key(self, owner: UUID) -> tuple[DataKey, bytes]:
        """Make a citizen's data key; return it with its wrapped form to store."""
        return self._wrapped(owner, {1: secrets.token_bytes(KEY_BYTES)})

    def open(self, owner: UUID, wrapped: bytes) -> DataKey:
        """Unwrap a citizen's data key; another citizen's raises SealBroken."""
        return DataKey(self._unwrapped(owner, wrapped))

    def system(self, purpose: SystemPurpose) -> DataKey:
        """Return the data key of values that belong to no single citizen."""
        return self._system[purpose]

    def rewrap(self, owner: UUID, wrapped: bytes) -> bytes | None:
        """Wrap a data key again under the newest key-encryption key; None when it already is."""
        if version_of(wrapped) == self._version:
            return None
        return self._wrapped(owner, self._unwrapped(owner, wrapped))[1]

    def renew(self, owner: UUID, wrapped: bytes) -> tuple[DataKey, bytes]:
        """Add a new version to a data key; it seals from now on while the old ones still open."""
        keys = self._unwrapped(owner, wrapped)
        return self._wrapped(owner, keys | {max(keys) + 1: secrets.token_bytes(KEY_BYTES)})

    def settle(self, owner: UUID, wrapped: bytes) -> tuple[DataKey, bytes]:
        """Forget all versions but the newest, once every field was sealed again."""
        keys = self._unwrapped(owner, wrapped)
        return self._wrapped(owner, {max(keys): keys[max(keys)]})

    def _wrapped(self, owner: UUID, keys: Mapping[int, bytes]) -> tuple[DataKey, bytes]:
        content = b"".join(_ENTRY.pack(version, key) for version, key in keys.items())
        return DataKey(keys), seal(self._owner_box(owner, self._version), self._version, content, _aad(owner))

    def _unwrapped(self, owner: UUID, wrapped: bytes) -> dict[int, bytes]:
        content = unseal(self._owner_box(owner, version_of(wrapped)), wrapped, _aad(owner))
        if not content or len(content) % _ENTRY.size:
            raise SealBroken("not a wrapped data key")
        return dict(_ENTRY.iter_unpack(content))

    def _owner_box(self, owner: UUID, version: int) -> AESGCM:
        if version not in self._keks:
            raise UnknownVersion("wrapped by a version of the key that is not here")
        return AESGCM(derive(self._keks[version], b"data-key|" + owner.bytes))


def _aad(owner: UUID) -> bytes:
    return f"data-key|{owner}".encode()

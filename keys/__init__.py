"""Custody: the keys of the deployment and everything done with them.

Bytes go in; signatures, seals and digests come out; keys never do. Nothing of ours is imported here, and rows
are kept by whoever implements `KeyStore`.
"""

from keys.blind_index import BlindIndex
from keys.errors import (
    BadSignature,
    CannotDecrypt,
    IllegalMove,
    KeysError,
    NoSigner,
    NoSuchKey,
    NotRotatable,
    SealBroken,
    UnknownDecryptionKey,
    UnknownKey,
    UnknownVersion,
    WrongRoot,
)
from keys.jws import compact
from keys.kek import PURPOSES, KeyTree, RootKey, rotate_kek
from keys.key_management import CONTENT_ENCRYPTION_ALGORITHMS, KEY_ENCRYPTION_ALGORITHMS
from keys.keyring import Keyring
from keys.rotation import RotationPolicy, plan, retire, rotate
from keys.signer import LocalSigner, Signer
from keys.states import KeyState, StoredKey
from keys.store import KeyStore, StoredKek
from keys.vault import DataKey, Place, Vault
from keys.verifier import VerificationKey

__all__ = [
    "CONTENT_ENCRYPTION_ALGORITHMS",
    "KEY_ENCRYPTION_ALGORITHMS",
    "PURPOSES",
    "BadSignature",
    "BlindIndex",
    "CannotDecrypt",
    "DataKey",
    "IllegalMove",
    "KeyState",
    "KeyStore",
    "KeyTree",
    "Keyring",
    "KeysError",
    "LocalSigner",
    "NoSigner",
    "NoSuchKey",
    "NotRotatable",
    "Place",
    "RootKey",
    "RotationPolicy",
    "SealBroken",
    "Signer",
    "StoredKek",
    "StoredKey",
    "UnknownDecryptionKey",
    "UnknownKey",
    "UnknownVersion",
    "Vault",
    "VerificationKey",
    "WrongRoot",
    "compact",
    "plan",
    "retire",
    "rotate",
    "rotate_kek",
]

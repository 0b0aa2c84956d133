"""What custody refuses, one narrow class per reason; no message ever carries key material."""


class KeysError(Exception):
    """Stand for every refusal of this package."""


class SealBroken(KeysError):
    """Refuse a ciphertext that was changed, moved to another place or sealed by another key."""


class UnknownVersion(SealBroken):
    """Refuse a ciphertext of a key version this process has not loaded yet; open the tree again."""


class WrongRoot(KeysError):
    """Refuse a root key that is malformed or is not the one that wrapped the stored keys."""


class NotRotatable(KeysError):
    """Refuse a new version of a key whose outputs are stored without their version."""


class BadSignature(KeysError):
    """Refuse a JWT that is not exactly what one of our keys signed (RFC 7515 section 5.2)."""


class UnknownKey(BadSignature):
    """Refuse a JWT whose `kid` this keyring does not know; reloading the keyring may help."""


class CannotDecrypt(KeysError):
    """Refuse a JWE that is not encrypted to us with allowed algorithms (RFC 7516 section 5.2)."""


class UnknownDecryptionKey(CannotDecrypt):
    """Refuse a JWE whose `kid` is no decryption key of ours."""


class NoSigner(KeysError):
    """Say that no active key signs with the wanted algorithm."""


class NoSuchKey(KeysError):
    """Say that no stored signing key has this `kid`."""


class IllegalMove(KeysError):
    """Refuse a change of state the life of a key does not foresee."""

"""Signing is one verb: bytes in, signature out; so a software key and an HSM are the same code path."""

from typing import Final, Protocol

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes, PublicKeyTypes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)
from joserfc.jwk import ECKey, RSAKey

from keys.algorithms import ALGORITHMS, Algorithm, WrongKindOfKey, thumbprint
from keys.concealed import Concealed
from keys.errors import SealBroken
from keys.key_management import KEY_MANAGEMENT, KeyManagement


class Signer(Protocol):
    """Sign with one key and one algorithm; safe to share between threads."""

    @property
    def kid(self) -> str:
        """Name the key (RFC 7515 section 4.1.4)."""
        ...

    @property
    def alg(self) -> str:
        """Name the algorithm (RFC 7515 section 4.1.1)."""
        ...

    def sign(self, message: bytes, /) -> bytes:
        """Sign a message in the algorithm's JWS form (RFC 7518 section 3)."""
        ...


class PrivateKey(Concealed):
    """A private key in this process's memory; it signs or decrypts, and can be wrapped."""

    __slots__ = ("_key", "alg", "jwk", "kid", "public")

    def __init__(self, key: PrivateKeyTypes, alg: str) -> None:
        self._key = key
        self.alg: Final = alg
        self.public: Final[PublicKeyTypes] = key.public_key()
        self.jwk: Final = public_jwk(self.public, alg)
        self.kid: Final = str(self.jwk["kid"])

    @classmethod
    def generate(cls, alg: str) -> "PrivateKey":
        """Make a fresh key for an algorithm."""
        return cls(kind_of(alg).generate(), alg)

    @classmethod
    def load(cls, der: bytes, alg: str) -> "PrivateKey":
        """Read a key that came out of its wrapping; the seal has vouched for its arithmetic."""
        try:
            return cls(load_der_private_key(der, None, unsafe_skip_rsa_key_validation=True), alg)
        except (ValueError, WrongKindOfKey, KeyError):
            raise SealBroken("not a key of its algorithm") from None

    def der(self) -> bytes:
        """Serialise the key for wrapping (RFC 5958)."""
        return self._key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())

    def signer(self, kid: str | None = None, alg: str | None = None) -> "LocalSigner":
        """Return a signer over this key, under its own name or an alias."""
        return LocalSigner(self._key, self.alg, kid or self.kid, alg or self.alg)

    def decrypter(self) -> RSAKey | ECKey:
        """Return this key as the JWE library takes it; only for keys that others encrypt to."""
        if isinstance(self._key, RSAPrivateKey):
            return RSAKey(self._key, self._key)
        if isinstance(self._key, EllipticCurvePrivateKey):
            return ECKey(self._key, self._key)
        raise WrongKindOfKey


def kind_of(alg: str) -> Algorithm | KeyManagement:
    """Return what is known of an algorithm, or raise KeyError."""
    return KEY_MANAGEMENT[alg] if alg in KEY_MANAGEMENT else ALGORITHMS[alg]


def public_jwk(key: PublicKeyTypes, alg: str) -> dict[str, object]:
    """Describe a public key for relying parties, `kid` = thumbprint (RFC 7517 section 4)."""
    members = kind_of(alg).members(key)
    return {
        **members,
        "kid": thumbprint(members),
        "use": "enc" if alg in KEY_MANAGEMENT else "sig",
        "alg": alg,
    }


class LocalSigner(Concealed):
    """Sign with a key in this process (ES256, RS256, PS256, EdDSA)."""

    __slots__ = ("alg", "kid", "sign")

    def __init__(self, key: PrivateKeyTypes, algorithm: str, kid: str, alg: str) -> None:
        self.kid: Final = kid
        self.alg: Final = alg
        self.sign: Final = ALGORITHMS[algorithm].signing(key)

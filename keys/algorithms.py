"""The signature algorithms we issue with: make a key, sign, verify (RFC 7518 section 3, RFC 8037)."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes, PublicKeyTypes
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from keys.encoding import b64url_text

RSA_BITS: Final = 3072
"""Security strength of 128 bits (NIST SP 800-57 part 1, table 2)."""


class WrongKindOfKey(TypeError):
    """Refuse a key that is not of the algorithm's kind."""


Sign = Callable[[bytes], bytes]
Verify = Callable[[bytes, bytes], None]
"""Take signature and message; raise InvalidSignature."""


@dataclass(frozen=True, slots=True)
class Algorithm:
    """One JWS algorithm over one kind of key."""

    alg: str
    generate: Callable[[], PrivateKeyTypes]
    signing: Callable[[PrivateKeyTypes], Sign]
    verifying: Callable[[PublicKeyTypes], Verify]
    members: Callable[[PublicKeyTypes], dict[str, str]]
    aliases: tuple[str, ...] = ()
    """Other registered names of the same algorithm (RFC 9864 section 2.2)."""


_P256 = ec.ECDSA(hashes.SHA256())
_COORDINATE: Final = 32
_SHA256 = hashes.SHA256()
_PKCS1 = padding.PKCS1v15()
_PSS = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=_SHA256.digest_size)


def _sign_es256(key: PrivateKeyTypes) -> Sign:
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise WrongKindOfKey

    def sign(message: bytes) -> bytes:
        r, s = decode_dss_signature(key.sign(message, _P256))
        return r.to_bytes(_COORDINATE, "big") + s.to_bytes(_COORDINATE, "big")

    return sign


def _verify_es256(key: PublicKeyTypes) -> Verify:
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise WrongKindOfKey

    def verify(signature: bytes, message: bytes) -> None:
        if len(signature) != 2 * _COORDINATE:
            raise InvalidSignature
        r = int.from_bytes(signature[:_COORDINATE], "big")
        s = int.from_bytes(signature[_COORDINATE:], "big")
        key.verify(encode_dss_signature(r, s), message, _P256)

    return verify


def _sign_rsa(scheme: padding.PKCS1v15 | padding.PSS) -> Callable[[PrivateKeyTypes], Sign]:
    def signing(key: PrivateKeyTypes) -> Sign:
        if not isinstance(key, rsa.RSAPrivateKey):
            raise WrongKindOfKey
        return lambda message: key.sign(message, scheme, _SHA256)

    return signing


def _verify_rsa(scheme: padding.PKCS1v15 | padding.PSS) -> Callable[[PublicKeyTypes], Verify]:
    def verifying(key: PublicKeyTypes) -> Verify:
        if not isinstance(key, rsa.RSAPublicKey):
            raise WrongKindOfKey
        return lambda signature, message: key.verify(signature, message, scheme, _SHA256)

    return verifying


def _sign_ed25519(key: PrivateKeyTypes) -> Sign:
    if not isinstance(key, ed25519.Ed25519PrivateKey):
        raise WrongKindOfKey
    return key.sign


def _verify_ed25519(key: PublicKeyTypes) -> Verify:
    if not isinstance(key, ed25519.Ed25519PublicKey):
        raise WrongKindOfKey
    return key.verify


def ec_members(key: PublicKeyTypes) -> dict[str, str]:
    """Describe a public key on P-256 (RFC 7518 section 6.2.1)."""
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise WrongKindOfKey
    point = key.public_numbers()
    x, y = (b64url_text(n.to_bytes(_COORDINATE, "big")) for n in (point.x, point.y))
    return {"crv": "P-256", "kty": "EC", "x": x, "y": y}


def rsa_members(key: PublicKeyTypes) -> dict[str, str]:
    """Describe a public RSA key (RFC 7518 section 6.3.1)."""
    if not isinstance(key, rsa.RSAPublicKey):
        raise WrongKindOfKey
    numbers = key.public_numbers()
    e, n = (b64url_text(n.to_bytes((n.bit_length() + 7) // 8, "big")) for n in (numbers.e, numbers.n))
    return {"e": e, "kty": "RSA", "n": n}


def _ed25519_members(key: PublicKeyTypes) -> dict[str, str]:
    if not isinstance(key, ed25519.Ed25519PublicKey):
        raise WrongKindOfKey
    return {"crv": "Ed25519", "kty": "OKP", "x": b64url_text(key.public_bytes_raw())}


def _new_rsa() -> PrivateKeyTypes:
    return rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS)


ALGORITHMS: Mapping[str, Algorithm] = MappingProxyType(
    {
        a.alg: a
        for a in (
            Algorithm(
                "ES256",
                lambda: ec.generate_private_key(ec.SECP256R1()),
                _sign_es256,
                _verify_es256,
                ec_members,
            ),
            Algorithm("RS256", _new_rsa, _sign_rsa(_PKCS1), _verify_rsa(_PKCS1), rsa_members),
            Algorithm(
                "EdDSA",
                ed25519.Ed25519PrivateKey.generate,
                _sign_ed25519,
                _verify_ed25519,
                _ed25519_members,
                aliases=("Ed25519",),
            ),
            Algorithm("PS256", _new_rsa, _sign_rsa(_PSS), _verify_rsa(_PSS), rsa_members),
        )
    }
)


def thumbprint(members: Mapping[str, str]) -> str:
    """Name a key by its required members (RFC 7638 section 3)."""
    canonical = orjson.dumps(dict(members), option=orjson.OPT_SORT_KEYS)
    return b64url_text(hashlib.sha256(canonical).digest())

"""The kinds of keys that others encrypt to us with: RSA-OAEP-256 and ECDH-ES (RFC 7518 sections 4.3 and 4.6)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes, PublicKeyTypes

from keys.algorithms import RSA_BITS, ec_members, rsa_members


@dataclass(frozen=True, slots=True)
class KeyManagement:
    """One kind of encryption key and the JWE algorithms it serves."""

    alg: str
    generate: Callable[[], PrivateKeyTypes]
    members: Callable[[PublicKeyTypes], dict[str, str]]
    aliases: tuple[str, ...] = ()
    """Further algorithms over the same key; each is published under a name of its own."""


KEY_MANAGEMENT: Final[Mapping[str, KeyManagement]] = MappingProxyType(
    {
        kind.alg: kind
        for kind in (
            KeyManagement(
                "RSA-OAEP-256",
                lambda: rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS),
                rsa_members,
            ),
            KeyManagement(
                "ECDH-ES",
                lambda: ec.generate_private_key(ec.SECP256R1()),
                ec_members,
                aliases=("ECDH-ES+A128KW", "ECDH-ES+A256KW"),
            ),
        )
    }
)

KEY_ENCRYPTION_ALGORITHMS: Final = tuple(
    alg for kind in KEY_MANAGEMENT.values() for alg in (kind.alg, *kind.aliases)
)
"""The `alg` values we decrypt: never RSA1_5, a password, or a shared secret (CVE-2023-50967, RFC 8725 section 3.2)."""
CONTENT_ENCRYPTION_ALGORITHMS: Final = ("A128GCM", "A256GCM", "A128CBC-HS256", "A256CBC-HS512")
"""The `enc` values we decrypt (RFC 7518 section 5.1)."""

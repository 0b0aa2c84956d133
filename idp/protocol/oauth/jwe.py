"""Encrypting answers to a client's registered key, after signing where both apply (OIDC Core §10.2, §16.14)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from joserfc import jwe
from joserfc.jwk import ECKey, OKPKey, RSAKey

from idp.protocol.oauth.client import Client
from idp.protocol.oauth.errors import InvalidRequest
from idp.protocol.oauth.jose import import_public, public_json

ALGORITHMS: Final = ("RSA-OAEP-256", "ECDH-ES", "ECDH-ES+A128KW", "ECDH-ES+A256KW")
ENCODINGS: Final = ("A128CBC-HS256", "A256CBC-HS512", "A128GCM", "A256GCM")
DEFAULT_ENCODING: Final = "A128CBC-HS256"  # OIDC Registration §2, JARM §3, RFC 9701 §6
NESTED: Final = "JWT"
"""`cty` of a JWE with a JWT inside (RFC 7519 §5.2)."""

_CURVES: Final = {"EC": ("P-256", "P-384", "P-521"), "OKP": ("X25519",)}
_REGISTRY = jwe.JWERegistry(algorithms=[*ALGORITHMS, *ENCODINGS])


class Answer(StrEnum):
    """What a client may have encrypted; the value begins the names of the metadata members."""

    ID_TOKEN = "id_token"  # noqa: S105
    USERINFO = "userinfo"
    AUTHORIZATION = "authorization"
    INTROSPECTION = "introspection"


class NoEncryptionKey(InvalidRequest):
    """Refuse to answer a client that registered encryption and has no key for it now."""


@dataclass(frozen=True, slots=True)
class Encryption:
    """How a client wants one kind of answer encrypted."""

    alg: str
    enc: str

    @classmethod
    def of(cls, client: Client, answer: Answer) -> "Encryption | None":
        """Read the registration; None where nothing is to be encrypted."""
        if answer not in client.encrypted:
            return None
        enc = getattr(client, f"{answer}_encrypted_response_enc") or DEFAULT_ENCODING
        return cls(getattr(client, f"{answer}_encrypted_response_alg"), enc)

    def encrypt(self, content: str | bytes, jwks: Mapping[str, object], cty: str | None = None) -> str:
        """Encrypt to the key that fits best; `kid` names it (§10.2).

        Raises:
            NoEncryptionKey: none fits.
        """
        jwk = self.key_in(jwks)
        key = _usable(jwk) if jwk is not None else None
        if jwk is None or key is None:
            raise NoEncryptionKey(f"the client has no key for {self.alg}")
        header = {"alg": self.alg, "enc": self.enc, "kid": jwk.get("kid"), "cty": cty}
        known = {name: value for name, value in header.items() if value is not None}
        return jwe.encrypt_compact(known, content, key, registry=_REGISTRY)

    def key_in(self, jwks: Mapping[str, object]) -> Mapping[str, object] | None:
        """Find the key to encrypt to: one that names the algorithm before others, then one that names the use."""
        fitting = sorted(_fitting(jwks, self.alg), key=lambda jwk: ("alg" not in jwk, "use" not in jwk))
        return next(iter(fitting), None)


def is_encryption_key(jwk: Mapping[str, object]) -> bool:
    """Tell whether a public key is of a kind and strength we encrypt to (RFC 7518 §4.3, §4.6; RFC 8037 §3.2)."""
    return _usable(jwk) is not None


def _fitting(jwks: Mapping[str, object], alg: str) -> Iterator[Mapping[str, object]]:
    keys = jwks.get("keys")
    for jwk in keys if isinstance(keys, list | tuple) else ():
        if (
            isinstance(jwk, Mapping)
            and (jwk.get("kty") == "RSA") is alg.startswith("RSA")
            and jwk.get("use", "enc") == "enc"
            and jwk.get("alg", alg) == alg
            and is_encryption_key(jwk)
        ):
            yield jwk


def _usable(jwk: Mapping[str, object]) -> RSAKey | ECKey | OKPKey | None:
    kty = jwk.get("kty")
    if kty != "RSA" and jwk.get("crv") not in _CURVES.get(str(kty), ()):
        return None
    key = import_public(public_json(jwk))
    return key if isinstance(key, RSAKey | ECKey | OKPKey) else None

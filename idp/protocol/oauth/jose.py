"""Opening JWTs of others: the verifier picks key and algorithm from registered data (RFC 8725 §3.1)."""

import json
import re
from base64 import urlsafe_b64decode
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, JWKRegistry, Key, OctKey, OKPKey, RSAKey

LONGEST: Final = 16_384
LONGEST_HEADER: Final = 4096
LONGEST_KID: Final = 256
LONGEST_JTI: Final = 256
MOST_KEYS: Final = 8
RSA_BITS: Final = 2048
MOST_RSA_BITS: Final = 8192

# What each algorithm needs of a key: its kty and, where there is one, its curve.
KEY_OF: Final[Mapping[str, tuple[str, str | None]]] = MappingProxyType(
    {
        "RS256": ("RSA", None),
        "PS256": ("RSA", None),
        "ES256": ("EC", "P-256"),
        "ES384": ("EC", "P-384"),
        "EdDSA": ("OKP", "Ed25519"),
        "Ed25519": ("OKP", "Ed25519"),
    }
)
FAPI_ALGORITHMS: Final = ("ES256", "PS256", "EdDSA", "Ed25519")  # FAPI 2.0 SP §5.4.1
ALGORITHMS: Final = (*FAPI_ALGORITHMS, "RS256")
"""What clients may sign with, by profile."""
MAC_OF: Final[Mapping[str, int]] = MappingProxyType({"HS256": 32, "HS384": 48, "HS512": 64})
"""MAC algorithms, with the bytes a key needs at least (RFC 7518 §3.2)."""
ED25519_NAMES: Final = frozenset({"EdDSA", "Ed25519"})  # RFC 9864 §2.2

_COMPACT = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]*)")
_NEVER = re.compile(r"[\x00\ud800-\udfff]")
_EXTENSIONS = frozenset({"crit", "b64"})  # none is understood here, and none is needed (RFC 7515 §4.1.11)
_REFUSED_HEADERS = _EXTENSIONS | {"jku", "jwk", "x5u"}
_PRIVATE_MEMBERS = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})  # RFC 7518 §6.2.2, §6.3.2, §6.4.1
_REGISTRY = jws.JWSRegistry(algorithms=list(KEY_OF), strict_check_header=False)
_REGISTRY.max_header_length = LONGEST_HEADER
_MAC_REGISTRY = jws.JWSRegistry(algorithms=list(MAC_OF), strict_check_header=False)
_MAC_REGISTRY.max_header_length = LONGEST_HEADER


class BadJwtError(Exception):
    """A JWT that is malformed or does not verify. The message is for the log."""


class UnknownKeyError(BadJwtError):
    """No registered key fits the header: the caller may fetch the key set again, once (OIDC Core §10.1.1)."""


@dataclass(frozen=True, slots=True)
class Peeked:
    """The content of a JWT before anything was verified."""

    header: Mapping[str, object]
    claims: Mapping[str, object]


def peek(compact: str) -> Peeked:
    """Read a JWT without trusting it, within size limits (RFC 8725 §3.11)."""
    match = _COMPACT.fullmatch(compact) if len(compact) <= LONGEST else None
    if match is None or len(match[1]) > LONGEST_HEADER:
        raise BadJwtError("not a compact JWS of acceptable size")
    return Peeked(_json_object(match[1]), _json_object(match[2]))


def open_jwt(
    compact: str,
    jwks: Mapping[str, object],
    algorithms: Collection[str],
    *,
    typ: Collection[str] | None = None,
) -> Peeked:
    """Verify a JWT with registered keys and algorithms only (RFC 8725 §3.1, §3.2).

    `crit` and keys or key addresses inside the header are refused; nothing is fetched.
    """
    peeked = peek(compact)
    header = peeked.header
    alg, kid, its_typ = _algorithm(header, KEY_OF, algorithms), header.get("kid"), header.get("typ")
    if kid is not None and not (isinstance(kid, str) and len(kid) <= LONGEST_KID):
        raise BadJwtError("kid is malformed")
    if typ is not None and (not isinstance(its_typ, str) or its_typ.lower() not in typ):
        raise BadJwtError("typ is not allowed")
    keys = list(_fitting(jwks, alg, kid))
    if not keys:
        raise UnknownKeyError("no registered key fits")
    if not any(_verifies(compact, key, alg) for key in keys[:MOST_KEYS]):
        raise BadJwtError("signature does not verify")
    return peeked


def open_self_signed(compact: str, algorithms: Collection[str], *, typ: str) -> tuple[Peeked, str]:
    """Verify a JWT by the key in its own header, and name that key (RFC 9449 §4.2, RFC 7638 §3).

    Whose key it is has to be known otherwise. Header members nobody asked for are ignored, addresses too.
    """
    peeked = peek(compact)
    header = peeked.header
    alg, jwk, its_typ = header.get("alg"), header.get("jwk"), header.get("typ")
    if not isinstance(its_typ, str) or its_typ.lower() != typ:
        raise BadJwtError(f"typ must be {typ}")
    if not isinstance(alg, str) or alg not in KEY_OF or alg not in algorithms:
        raise BadJwtError("alg is not allowed")
    if not _EXTENSIONS.isdisjoint(header):
        raise BadJwtError("the header has an extension that is not understood")
    if not isinstance(jwk, dict):
        raise BadJwtError("jwk is missing")
    if not _PRIVATE_MEMBERS.isdisjoint(jwk):
        raise BadJwtError("jwk must not hold a private key")
    kty, crv = KEY_OF[alg]
    if jwk.get("kty") != kty or (crv and jwk.get("crv") != crv):
        raise BadJwtError("jwk is not a key for alg")
    key = _import_stranger(public_json(jwk))
    if key is None:
        raise BadJwtError("jwk is not a usable key")
    if not _verifies(compact, key, alg):
        raise BadJwtError("the signature does not verify")
    return peeked, key.thumbprint()


def open_mac(compact: str, secret: bytes, algorithms: Collection[str]) -> Peeked:
    """Verify a JWT with a MAC by a shared secret, which must be long enough for its algorithm (RFC 7518 §3.2).

    A secret is never tried as anything else, nor a public key as a secret (RFC 8725 §3.1).
    """
    peeked = peek(compact)
    alg = _algorithm(peeked.header, MAC_OF, algorithms)
    if len(secret) < MAC_OF[alg]:
        raise BadJwtError("the secret is too short for this algorithm")
    try:
        jws.deserialize_compact(compact, OctKey.import_key(secret), [alg], _MAC_REGISTRY)
    except (JoseError, ValueError, TypeError) as cause:
        raise BadJwtError("the MAC does not verify") from cause
    return peeked


def _algorithm(header: Mapping[str, object], kind: Collection[str], allowed: Collection[str]) -> str:
    """The header's algorithm where it is of this kind and allowed; members that point to keys are refused."""
    alg = header.get("alg")
    if not isinstance(alg, str) or alg not in kind or alg not in allowed:
        raise BadJwtError("algorithm is not allowed")
    if not _REFUSED_HEADERS.isdisjoint(header):
        raise BadJwtError("header has a member that is not allowed")
    return alg


def numeric_date(claims: Mapping[str, object], name: str) -> datetime | None:
    """Read a NumericDate, or None when absent (RFC 7519 §2)."""
    value = claims.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadJwtError(f"{name} must be a number")
    try:
        return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError) as cause:
        raise BadJwtError(f"{name} is out of range") from cause


def is_storable(text: str) -> bool:
    """Tell whether a text holds nothing that JSON can spell and no database takes."""
    return not _NEVER.search(text)


def unique_id(claims: Mapping[str, object]) -> str | None:
    """Read the `jti` that makes a statement good for one use; None when absent or of no use (RFC 7519 §4.1.7)."""
    jti = claims.get("jti")
    if not isinstance(jti, str) or not 0 < len(jti) <= LONGEST_JTI or not is_storable(jti):
        return None
    return jti


def with_alias(alg: str) -> frozenset[str]:
    """A registered algorithm under both of its names (RFC 9864 §2.2)."""
    return ED25519_NAMES if alg in ED25519_NAMES else frozenset({alg})


def _fitting(jwks: Mapping[str, object], alg: str, kid: str | None) -> Iterator[Key]:
    """Registered public keys for this algorithm and kid; symmetric and short ones never fit."""
    keys = jwks.get("keys")
    kty, crv = KEY_OF[alg]
    for jwk in keys if isinstance(keys, list | tuple) else ():
        if not isinstance(jwk, Mapping) or jwk.get("kty") != kty or (crv and jwk.get("crv") != crv):
            continue
        if kid is not None and jwk.get("kid") != kid:
            continue
        if jwk.get("use", "sig") != "sig" or ("alg" in jwk and jwk["alg"] not in with_alias(alg)):
            continue
        key = import_public(public_json(jwk))
        if key is not None:
            yield key


def public_json(jwk: Mapping[str, object]) -> str:
    """The public members in a fixed order, so that an import happens once."""
    return json.dumps({name: jwk[name] for name in ("kty", "crv", "n", "e", "x", "y") if name in jwk})


@lru_cache(maxsize=4096)
def import_public(public_json: str) -> Key | None:
    """Import a registered key; None for one that is broken, too short or absurdly long (protocol.md G10)."""
    try:
        jwk = json.loads(public_json)
        if jwk["kty"] == "RSA" and not RSA_BITS <= _bits(jwk["n"]) <= MOST_RSA_BITS:
            return None
        return JWKRegistry.import_key(jwk)
    except (JoseError, LookupError, TypeError, ValueError):
        return None


@lru_cache(maxsize=4096)
def _import_stranger(public_json: str) -> Key | None:
    """Import a key that somebody sent; remembered apart, so that strangers' keys displace nobody's."""
    return import_public.__wrapped__(public_json)


def public_key_of(jwk: Mapping[str, object]) -> bytes | None:
    """The SubjectPublicKeyInfo of a registered key in DER, None for one that is of no use (RFC 5280 §4.1.2.7)."""
    key = import_public(public_json(jwk)) if jwk.get("kty") in {kty for kty, _ in KEY_OF.values()} else None
    return key.as_der(private=False) if isinstance(key, RSAKey | ECKey | OKPKey) else None


def _bits(encoded: str) -> int:
    """The length of a base64url number in bits."""
    return int.from_bytes(urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))).bit_length()


def _verifies(compact: str, key: Key, alg: str) -> bool:
    try:
        jws.deserialize_compact(compact, key, [alg], _REGISTRY)
    except (JoseError, ValueError, TypeError):
        return False
    return True


def _json_object(segment: str) -> dict[str, object]:
    """Decode one segment as a JSON object without repeated members (RFC 7515 §4)."""
    try:
        data = urlsafe_b64decode(segment + "=" * (-len(segment) % 4))
        value = json.loads(data, object_pairs_hook=_distinct)
    except (ValueError, RecursionError) as cause:
        raise BadJwtError("a segment is not JSON") from cause
    if not isinstance(value, dict):
        raise BadJwtError("a segment is not a JSON object")
    return value


def _distinct(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("repeated member")
    return members

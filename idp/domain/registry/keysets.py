"""Which keys a client may register: public, strong enough, one per id (RFC 7517; decision 23)."""

from __future__ import annotations

from base64 import urlsafe_b64decode
from collections.abc import Mapping
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry

from idp.domain.registry.violations import Report, Rule
from idp.protocol.oauth.jose import KEY_OF, MOST_KEYS, RSA_BITS, with_alias
from idp.protocol.oauth.jwe import is_encryption_key

PRIVATE_MEMBERS = frozenset({"d", "p", "q", "dp", "dq", "qi", "k", "oth"})
CURVES = frozenset(curve for _, curve in KEY_OF.values() if curve)
KTYS = frozenset(kty for kty, _ in KEY_OF.values())


def check_jwks(report: Report, jwks: Mapping[str, Any], alg: str | None) -> None:
    """Refuse private, weak, unknown and ambiguous keys, and a set without one for the registered `alg`."""
    keys = jwks.get("keys")
    if not isinstance(keys, list) or not keys or not all(isinstance(key, dict) for key in keys):
        report.add("jwks", Rule.TYPE, "an object with a list of keys")
        return
    if len(keys) > MOST_KEYS:
        report.add("jwks", Rule.TOO_LONG)
        return
    usable = [key for key in keys if _usable(report, key)]
    seen: set[str] = set()
    for kid in (str(key["kid"]) for key in keys if "kid" in key):
        if kid in seen:
            report.add("jwks", Rule.KEY_REPEATED, kid)
        seen.add(kid)
    if (
        alg is not None
        and alg in KEY_OF
        and not any(_fits(key, alg) for key in usable)
        and not report.about("jwks")
    ):
        report.add("jwks", Rule.KEYS_UNFIT, alg)


def _usable(report: Report, key: Mapping[str, Any]) -> bool:
    name = str(key.get("kid", key.get("kty", "?")))[:80]
    if PRIVATE_MEMBERS & key.keys():
        report.add("jwks", Rule.KEY_PRIVATE)
        return False
    kty, curve = key.get("kty"), key.get("crv")
    signs = key.get("use", "sig") == "sig"
    if not signs:
        if key.get("use") == "enc" and not is_encryption_key(key):
            report.add("jwks", Rule.KEY_UNUSABLE, name)
        return False
    if kty not in KTYS or (kty != "RSA" and curve not in CURVES) or not _strong(key):
        report.add("jwks", Rule.KEY_UNUSABLE, name)
        return False
    return True


def _strong(key: Mapping[str, Any]) -> bool:
    """Import a key; a short RSA key is known by its modulus before the library warns of it."""
    try:
        if key.get("kty") == "RSA" and _bits(str(key["n"])) < RSA_BITS:
            return False
        JWKRegistry.import_key(dict(key)).get_op_key("verify")
    except (JoseError, ValueError, TypeError, KeyError):
        return False
    return True


def _bits(number: str) -> int:
    return int.from_bytes(urlsafe_b64decode(number + "=" * (-len(number) % 4)), "big").bit_length()


def _fits(key: Mapping[str, Any], alg: str) -> bool:
    kty, curve = KEY_OF[alg]
    named = key.get("alg")
    return (
        key.get("kty") == kty
        and (curve is None or key.get("crv") == curve)
        and (named is None or named in with_alias(alg))
    )

"""ID Token claims (OIDC Core §2). Signing them is `keys`' business."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from idp.protocol.oauth.values import b64url, seconds

TYP: Final = "JWT"
LIFETIME: Final = timedelta(minutes=5)

# Claims the protocol decides; nothing a citizen's record says may replace them.
PROTOCOL_CLAIMS: Final = frozenset(
    {"iss", "sub", "aud", "exp", "iat", "nbf", "jti", "auth_time", "nonce", "acr", "amr", "azp", "sid"}
    | {"at_hash", "c_hash", "s_hash", "events", "cnf"}
)

_HASH_OF: Final[Mapping[str, Callable[[bytes], Any]]] = {
    "RS256": hashlib.sha256,
    "PS256": hashlib.sha256,
    "ES256": hashlib.sha256,
    "ES384": hashlib.sha384,
    "EdDSA": hashlib.sha512,
    "Ed25519": hashlib.sha512,
}


def id_token_claims(
    *,
    issuer: str,
    subject: str,
    client_id: str,
    now: datetime,
    acr: str,
    amr: Sequence[str],
    lifetime: timedelta = LIFETIME,
    auth_time: datetime | None = None,
    nonce: str | None = None,
    sid: str | None = None,
    at_hash: str | None = None,
    extra: Mapping[str, object] | None = None,
) -> dict[str, object]:
    """Put the claims together; what is None is left out (OIDC Core §2, §3.1.3.6; BCL §2.1 for sid).

    `extra` holds citizen claims that `claims.id_token` asked for; it never overrides a protocol claim. On
    refresh leave `nonce` out and keep `auth_time` as it was (OIDC Core §12.2).
    """
    issued = seconds(now)
    claims: dict[str, object] = {
        "iss": issuer,
        "sub": subject,
        "aud": client_id,
        "exp": issued + int(lifetime.total_seconds()),
        "iat": issued,
        "acr": acr,
        "amr": list(amr),
    }
    if auth_time is not None:
        claims["auth_time"] = seconds(auth_time)
    for name, value in (("nonce", nonce), ("sid", sid), ("at_hash", at_hash)):
        if value is not None:
            claims[name] = value
    if extra:
        claims.update((name, value) for name, value in extra.items() if name not in PROTOCOL_CLAIMS)
    return claims


def half_hash(value: str, alg: str) -> str:
    """Bind an ID Token to an access token or code: at_hash, c_hash (OIDC Core §3.1.3.6, §3.3.2.11)."""
    digest: bytes = _HASH_OF[alg](value.encode("ascii")).digest()
    return b64url(digest[: len(digest) // 2])

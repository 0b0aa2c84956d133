"""Compact serialisation of what we sign; headers are prebuilt, since they only depend on key and type."""

from collections.abc import Mapping
from functools import lru_cache

import orjson

from keys.encoding import b64url
from keys.signer import Signer

_OPTIONS = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS


def compact(signer: Signer, claims: Mapping[str, object], typ: str = "JWT") -> str:
    """Sign claims as a JWS in compact form (RFC 7515 section 3.1, RFC 7519 section 7.1)."""
    return sign_payload(signer, payload_of(claims), typ)


def payload_of(claims: Mapping[str, object]) -> bytes:
    """Write claims as a payload (RFC 7519 section 7.1, step 2)."""
    return orjson.dumps(claims, default=_plain, option=_OPTIONS)


def sign_payload(signer: Signer, payload: bytes, typ: str) -> str:
    """Sign a payload (RFC 7515 section 3.1)."""
    message = _prefix(signer.alg, signer.kid, typ) + b64url(payload)
    return (message + b"." + b64url(signer.sign(message))).decode("ascii")


@lru_cache(maxsize=256)
def _prefix(alg: str, kid: str, typ: str) -> bytes:
    return b64url(orjson.dumps({"alg": alg, "kid": kid, "typ": typ})) + b"."


def _plain(value: object) -> object:
    """Let read-only mappings through; a date or a set in a claim is a mistake of ours."""
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} is not a JSON value")

"""Reading back what we signed ourselves: strict about every byte, fast, and remembered.

For tokens that others signed use joserfc; this path knows only the headers that `keys.jws` writes.
"""

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final

import orjson
from cryptography.exceptions import InvalidSignature

from keys.algorithms import Verify
from keys.encoding import from_b64url
from keys.errors import BadSignature, UnknownKey
from keys.lru import Lru
from keys.states import KeyState

MAX_TOKEN: Final = 16 * 1024
_MAX_HEADER: Final = 512
_MEMBERS: Final = frozenset({"alg", "kid", "typ"})


@dataclass(frozen=True, slots=True)
class VerificationKey:
    """The public half of one of our keys, as this process knows it."""

    kid: str
    alg: str
    state: KeyState
    jwk: Mapping[str, object]
    check: Verify = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Header:
    key: VerificationKey
    typ: str | None


@dataclass(frozen=True, slots=True)
class _Verified:
    header: _Header
    payload: bytes = field(repr=False)


class Verifier:
    """Verify our own JWTs with a fixed set of keys."""

    def __init__(self, keys: Mapping[str, VerificationKey], remember: int = 4096) -> None:
        self._keys = dict(keys)
        self._headers: Lru[_Header] = Lru(256)
        self._verified: Lru[_Verified] = Lru(remember)

    def verify(
        self, compact: str, *, typ: str | None, algorithms: Collection[str] | None, include_retired: bool
    ) -> dict[str, object]:
        """Check size, form, header, key and signature in this order (RFC 7515 section 5.2, RFC 8725)."""
        if len(compact) > MAX_TOKEN or not compact.isascii():
            raise BadSignature("not a compact JWS")
        token = compact.encode("ascii")
        digest = hashlib.sha256(token).digest()
        known = self._verified.get(digest)
        if known is not None:
            _admit(known.header, typ, algorithms, include_retired)
            return _claims(known.payload)
        try:
            first, second, third = token.split(b".")
        except ValueError:
            raise BadSignature("not a compact JWS") from None
        header = self._headers.get(first) or self._read_header(first)
        _admit(header, typ, algorithms, include_retired)
        try:
            header.key.check(from_b64url(third), token[: -len(third) - 1])
            payload = from_b64url(second)
        except (InvalidSignature, ValueError):
            raise BadSignature("the signature does not verify") from None
        claims = _claims(payload)
        self._headers.put(first, header)
        self._verified.put(digest, _Verified(header, payload))
        return claims

    def remember(self, compact: str, payload: bytes) -> None:
        """Take a token this process has just signed as verified: it comes back within moments."""
        token = compact.encode("ascii")
        first = token[: token.index(b".")]
        header = self._headers.get(first)
        if header is None:
            header = self._read_header(first)
            self._headers.put(first, header)
        self._verified.put(hashlib.sha256(token).digest(), _Verified(header, payload))

    def _read_header(self, segment: bytes) -> _Header:
        if len(segment) > _MAX_HEADER:
            raise BadSignature("the header is too long")
        try:
            header = json.loads(from_b64url(segment), object_pairs_hook=_without_repeats)
        except (ValueError, RecursionError):
            raise BadSignature("the header is malformed") from None
        if not isinstance(header, dict) or not _MEMBERS.issuperset(header):
            raise BadSignature("the header has members we never write")
        alg, kid, typ = header.get("alg"), header.get("kid"), header.get("typ")
        if not isinstance(alg, str) or not isinstance(kid, str) or not (typ is None or isinstance(typ, str)):
            raise BadSignature("the header is malformed")
        key = self._keys.get(kid)
        if key is None:
            raise UnknownKey("no key of ours has this kid")
        if key.alg != alg:
            raise BadSignature("the algorithm is not the key's")
        return _Header(key, typ)


def _admit(
    header: _Header, typ: str | None, algorithms: Collection[str] | None, include_retired: bool
) -> None:
    if typ is not None and header.typ != typ:
        raise BadSignature("the type is not the expected one")
    if algorithms is not None and header.key.alg not in algorithms:
        raise BadSignature("the algorithm is not accepted here")
    if header.key.state is KeyState.RETIRED and not include_retired:
        raise BadSignature("the key is retired")


def _claims(payload: bytes) -> dict[str, object]:
    """Parse anew each time, so that no caller can change what another reads."""
    try:
        claims = orjson.loads(payload)
    except orjson.JSONDecodeError:
        raise BadSignature("the payload is not JSON") from None
    if not isinstance(claims, dict):
        raise BadSignature("the payload is not an object")
    return claims


def _without_repeats(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a header member is repeated")
    return members

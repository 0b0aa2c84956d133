"""DPoP proofs: a caller shows, request by request, that it holds a key (RFC 9449 §4)."""

import hashlib
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import unquote_to_bytes, urlsplit

from idp.protocol.oauth.dpop_nonces import Nonces
from idp.protocol.oauth.errors import InvalidDpopProof, UseDpopNonce
from idp.protocol.oauth.jose import FAPI_ALGORITHMS, LONGEST_JTI, BadJwtError, open_self_signed
from idp.protocol.oauth.values import b64url

TYP: Final = "dpop+jwt"
ALGORITHMS: Final = FAPI_ALGORITHMS  # and nothing weaker for the other profiles
AHEAD: Final = timedelta(seconds=30)  # between the 10 s that must pass and the 60 s that must not (G13)
OLDEST: Final = timedelta(seconds=120)
LONGEST_HTU: Final = 2048

_DEFAULT_PORT: Final = {"https": 443, "http": 80}
_ESCAPED = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED: Final = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


@dataclass(frozen=True, slots=True, kw_only=True)
class Presentation:
    """The request a proof came with: what it must say, and how fresh it must be.

    `url` is the address of the endpoint as the issuer's configuration has it, never as the request says; `alias` is
    its other one, for callers with certificates (RFC 8705 §5).
    """

    method: str
    url: str
    now: datetime
    nonces: Nonces
    nonce_needed: bool = False
    alias: str | None = None
    access_token: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Proof:
    """A proof that verifies: whose key, a digest that tells it from every other, and when it is of no use any more."""

    jkt: str
    digest: bytes = field(repr=False)
    good_until: datetime


def verify(text: str, presented: Presentation) -> Proof:
    """Check a proof by the twelve rules of RFC 9449 §4.3, but for its first use, which storage decides.

    Members nobody asked for are ignored, `exp` and `nbf` among them. Several proofs in one request, which
    servers join by commas, are not one JWT and fail the first rule.

    Raises:
        InvalidDpopProof: the proof is malformed, of a wrong key or algorithm, or for another request.
        UseDpopNonce: it needs a nonce, or one that is still good.
    """
    try:
        opened, jkt = open_self_signed(text, ALGORITHMS, typ=TYP)
    except BadJwtError as cause:
        raise InvalidDpopProof(f"DPoP proof: {cause}") from cause
    claims = opened.claims
    jti = claims.get("jti")
    if not isinstance(jti, str) or not 0 < len(jti) <= LONGEST_JTI or not jti.isprintable():
        raise InvalidDpopProof("DPoP proof: jti is missing or malformed")
    if claims.get("htm") != presented.method:
        raise InvalidDpopProof("DPoP proof: htm is not the method of this request")
    htu = claims.get("htu")
    addresses = [normal(url) for url in (presented.url, presented.alias) if url is not None]
    if not isinstance(htu, str) or normal(htu) not in addresses:
        raise InvalidDpopProof("DPoP proof: htu is not the address of this endpoint")
    issued = _issued(claims)
    good_until = _by_nonce(claims, presented)
    if good_until is None:
        if not presented.now - OLDEST <= issued <= presented.now + AHEAD:
            raise InvalidDpopProof("DPoP proof: iat is not recent")
        good_until = issued + OLDEST
    if presented.access_token is not None and claims.get("ath") != token_hash(presented.access_token):
        raise InvalidDpopProof("DPoP proof: ath is not the hash of the access token")
    return Proof(jkt, _digest(jkt, presented, jti), good_until)


def normal(url: str) -> str | None:
    """The form of an address that is compared: no query, no fragment, normalised (RFC 3986 §6.2.2, §6.2.3).

    None for what is no absolute http address, or names a user.
    """
    if len(url) > LONGEST_HTU or not url.isascii() or not url.isprintable() or " " in url:
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in _DEFAULT_PORT or not parts.hostname or "@" in parts.netloc:
        return None
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    origin = f"{parts.scheme}://{host}:{port or _DEFAULT_PORT[parts.scheme]}"
    return origin + _without_dots(_ESCAPED.sub(_plain, parts.path))


def _without_dots(path: str) -> str:
    """Remove dot segments and nothing else (RFC 3986 §5.2.4): a path that starts with `//` names no other host."""
    kept: list[str] = []
    segments = path.split("/")[1:]
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    if segments and segments[-1] in (".", ".."):
        kept.append("")
    return "/" + "/".join(kept)


def token_hash(access_token: str) -> str:
    """The `ath` of an access token (RFC 9449 §4.2)."""
    return b64url(hashlib.sha256(access_token.encode("ascii")).digest())


def _plain(escaped: re.Match[str]) -> str:
    byte = unquote_to_bytes(escaped[0])
    return byte.decode("ascii") if byte[0] in _UNRESERVED else escaped[0].upper()


def _issued(claims: Mapping[str, object]) -> datetime:
    iat = claims.get("iat")
    if isinstance(iat, bool) or not isinstance(iat, int | float) or not math.isfinite(iat):
        raise InvalidDpopProof("DPoP proof: iat is missing or malformed")
    try:
        return datetime.fromtimestamp(iat, UTC)
    except (ValueError, OverflowError, OSError) as cause:
        raise InvalidDpopProof("DPoP proof: iat is out of range") from cause


def _by_nonce(claims: Mapping[str, object], presented: Presentation) -> datetime | None:
    """Until when the nonce makes this proof good; None without one (RFC 9449 §4.3, rules 10 and 11).

    Where a nonce tells when the proof was made, `iat` need not: a caller whose clock is wrong is served too.
    """
    if "nonce" not in claims:
        if presented.nonce_needed:
            raise UseDpopNonce("a DPoP proof needs the nonce of this server")
        return None
    nonce = claims["nonce"]
    good_until = presented.nonces.good_until(nonce, presented.now) if isinstance(nonce, str) else None
    if good_until is None:
        raise UseDpopNonce("the nonce of the DPoP proof is not good any more")
    return good_until


def _digest(jkt: str, presented: Presentation, jti: str) -> bytes:
    """One key may use a `jti` once for each method and address (RFC 9449 §11.1)."""
    return hashlib.sha256(f"{jkt}\n{presented.method}\n{presented.url}\n{jti}".encode()).digest()

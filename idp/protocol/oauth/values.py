"""Small values every part shares: opaque handles, scopes, confirmations."""

import binascii
import hashlib
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Self

from idp.protocol.oauth.errors import InvalidScope

SECONDS_PER_DAY = 86_400

_TO_URL = bytes.maketrans(b"+/", b"-_")
_HANDLE = re.compile(r"([a-z])([0-9]{5})([0-9a-f]{2})\.[A-Za-z0-9_-]{43}")
_SCOPE_TOKEN = re.compile(r"[\x21\x23-\x5B\x5D-\x7E]+")


class HandleKind(StrEnum):
    """What an opaque handle stands for; the first letter of its text."""

    CODE = "c"
    REFRESH = "r"
    SESSION = "s"
    INTERACTION = "i"
    PAR = "p"
    DRAFT = "d"
    BROWSER = "b"
    DEVICE = "v"
    CIBA = "a"
    CHANGE = "k"
    CROSS_DEVICE = "q"
    RECOVERY = "l"


@dataclass(frozen=True, slots=True)
class Handle:
    """An opaque bearer value: shown once, stored as a digest, invisible in logs (RFC 6819 §5.1.4.1.3).

    Text form: kind, epoch day, bucket, dot, 256 random bits. Day and bucket are no secret: they let tables be
    partitioned by time and distributed by owner. (day, bucket, digest) is the primary key in storage.
    """

    text: str = field(repr=False)
    kind: HandleKind
    day: int
    bucket: int

    @classmethod
    def mint(cls, kind: HandleKind, now: datetime, bucket_seed: bytes) -> Self:
        """Make a new handle; `bucket_seed` names its owner, for instance the citizen's or the client's id."""
        day = int(now.timestamp()) // SECONDS_PER_DAY
        bucket = hashlib.sha256(bucket_seed).digest()[0]
        return cls(f"{kind.value}{day:05d}{bucket:02x}.{secrets.token_urlsafe(32)}", kind, day, bucket)

    @classmethod
    def parse(cls, text: str | None, kind: HandleKind) -> Self | None:
        """Read a presented handle of one kind, or None for anything else."""
        match = _HANDLE.fullmatch(text) if text else None
        if text is None or match is None or match[1] != kind.value:
            return None
        return cls(text, kind, int(match[2]), int(match[3], 16))

    @property
    def digest(self) -> bytes:
        """What storage keeps instead of the text (RFC 6819 §5.1.4.1.3)."""
        return hashlib.sha256(self.text.encode("ascii")).digest()


@dataclass(frozen=True, slots=True)
class Confirmation:
    """The key a token is bound to (`cnf`, RFC 7800 §3.1): a DPoP key or a client certificate."""

    jkt: str | None = None
    x5t_s256: str | None = None

    @property
    def token_type(self) -> str:
        """`DPoP` for a token bound to a DPoP key, else `Bearer` (RFC 9449 §5, RFC 8705 §3)."""
        return "DPoP" if self.jkt else "Bearer"

    @property
    def binding(self) -> str:
        """One text for storage and comparison: which key by which method."""
        return f"jkt:{self.jkt}" if self.jkt else f"x5t:{self.x5t_s256}"

    def claim(self) -> dict[str, str]:
        """The `cnf` member (RFC 9449 §6, RFC 8705 §3.1)."""
        members = {"jkt": self.jkt, "x5t#S256": self.x5t_s256}
        return {name: value for name, value in members.items() if value}

    @classmethod
    def of(cls, claim: object) -> Self | None:
        """Read a `cnf` member back from a token; None when there is none."""
        if claim is None or not isinstance(claim, Mapping):
            return None
        jkt, x5t = claim.get("jkt"), claim.get("x5t#S256")
        found = cls(jkt if isinstance(jkt, str) else None, x5t if isinstance(x5t, str) else None)
        return found if found.jkt or found.x5t_s256 else None


def parse_scope(text: str) -> tuple[str, ...]:
    """Split a scope parameter; order kept, doubles dropped (RFC 6749 §3.3)."""
    tokens = tuple(dict.fromkeys(token for token in text.split(" ") if token))
    for token in tokens:
        if not _SCOPE_TOKEN.fullmatch(token):
            raise InvalidScope("scope has a character that is not allowed", parameter="scope")
    return tokens


def format_scope(tokens: Iterable[str]) -> str:
    """Write scope tokens as one parameter (RFC 6749 §3.3)."""
    return " ".join(tokens)


def b64url(data: bytes) -> str:
    """Encode without padding (RFC 7515 §2)."""
    return binascii.b2a_base64(data, newline=False).rstrip(b"=").translate(_TO_URL).decode("ascii")


def seconds(moment: datetime) -> int:
    """A NumericDate in whole seconds (RFC 7519 §2)."""
    return int(moment.timestamp())

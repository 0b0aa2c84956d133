"""Refresh tokens as text: which family, which generation, and a secret whose digest the family keeps.

An earlier generation can thus be told from a guess without keeping a row per token: only somebody who held a token of
the family knows its refresh key (RFC 9700 §4.14.2).
"""

from __future__ import annotations

import secrets
from base64 import urlsafe_b64decode
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from idp.protocol.oauth.values import SECONDS_PER_DAY, Handle, HandleKind, b64url

KEY_BYTES = 12
GENERATION_BYTES = 4
SECRET_BYTES = 16
LAST_GENERATION = 2**31 - 2
"""What the family's column can count to; no token of ours was ever that old."""


@dataclass(frozen=True, slots=True)
class RefreshHandle:
    """A refresh token taken apart."""

    handle: Handle = field(repr=False)
    key: bytes = field(repr=False)
    generation: int

    @classmethod
    def first(cls, now: datetime, bucket: int) -> Self:
        """Make the first token of a new family."""
        return cls._make(int(now.timestamp()) // SECONDS_PER_DAY, bucket, secrets.token_bytes(KEY_BYTES), 0)

    def successor(self) -> Self:
        """Make the token of the next generation."""
        return self._make(self.handle.day, self.handle.bucket, self.key, self.generation + 1)

    @classmethod
    def parse(cls, text: str | None) -> Self | None:
        """Read a presented token, or None for anything else."""
        handle = Handle.parse(text, HandleKind.REFRESH)
        if handle is None:
            return None
        raw = urlsafe_b64decode(handle.text.partition(".")[2] + "=")
        generation = int.from_bytes(raw[KEY_BYTES : KEY_BYTES + GENERATION_BYTES], "big")
        return cls(handle, raw[:KEY_BYTES], generation) if generation <= LAST_GENERATION else None

    @classmethod
    def _make(cls, day: int, bucket: int, key: bytes, generation: int) -> Self:
        body = key + generation.to_bytes(GENERATION_BYTES, "big") + secrets.token_bytes(SECRET_BYTES)
        text = f"{HandleKind.REFRESH.value}{day:05d}{bucket:02x}.{b64url(body)}"
        handle = Handle.parse(text, HandleKind.REFRESH)
        if handle is None:
            raise ValueError("a refresh token always has the form of a handle")
        return cls(handle, key, generation)

"""Proof Key for Code Exchange, S256 only (RFC 7636; RFC 9700 §2.1.1)."""

import hmac
import re
from dataclasses import dataclass
from hashlib import sha256

from idp.protocol.oauth.errors import InvalidGrant, InvalidRequest
from idp.protocol.oauth.values import b64url

METHODS = ("S256",)

_VERIFIER = re.compile(r"[A-Za-z0-9\-._~]{43,128}")
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")


def s256(verifier: str) -> str:
    """Transform a verifier into its S256 challenge (RFC 7636 §4.2)."""
    return b64url(sha256(verifier.encode("ascii")).digest())


def parse_verifier(text: str) -> str:
    """Refuse a verifier outside the grammar of RFC 7636 §4.1."""
    if not _VERIFIER.fullmatch(text):
        raise InvalidRequest("code_verifier is malformed", parameter="code_verifier")
    return text


@dataclass(frozen=True, slots=True)
class CodeChallenge:
    """An S256 challenge (RFC 7636 §4.2). "plain" does not exist here on purpose (RFC 9700 §2.1.1)."""

    value: str

    def __post_init__(self) -> None:
        if not _CHALLENGE.fullmatch(self.value):
            raise InvalidRequest("code_challenge is malformed", parameter="code_challenge")

    def verify(self, verifier: str) -> None:
        """Refuse a verifier that does not match (RFC 7636 §4.6)."""
        if not hmac.compare_digest(s256(verifier), self.value):
            raise InvalidGrant("code_verifier does not match")


def check_verifier(challenge: str | None, verifier: str | None) -> None:
    """Compare challenge and verifier; no downgrade either way (RFC 9700 §4.8.2)."""
    if challenge is None and verifier is None:
        return
    if challenge is None:
        raise InvalidGrant("the authorization request had no code_challenge")
    if verifier is None:
        raise InvalidGrant("code_verifier is missing")
    CodeChallenge(challenge).verify(parse_verifier(verifier))

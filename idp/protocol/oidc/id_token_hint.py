"""id_token_hint: one of our own ID Tokens, expired or not (OIDC Core §3.1.2.1, RP-Initiated Logout §4)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class IdTokenHint:
    """Whom a hint speaks of, to which client, in which session. The signature was verified before."""

    subject: str
    client_id: str
    sid: str | None = None

    @classmethod
    def of(cls, claims: Mapping[str, object], issuer: str) -> Self | None:
        """Read verified claims; None for a token that is no ID Token of ours (RFC 8725 §3.12).

        An access token or a logout token is no hint: those carry `client_id` or `events`. Nor is a signed UserInfo
        answer, which has the same type and audience but neither `exp` nor `acr`.
        """
        sub, aud, sid = claims.get("sub"), claims.get("aud"), claims.get("sid")
        if claims.get("iss") != issuer or "events" in claims or "client_id" in claims:
            return None
        if not {"exp", "iat", "acr"} <= claims.keys() or not isinstance(sub, str) or not isinstance(aud, str):
            return None
        return cls(sub, aud, sid if isinstance(sid, str) else None)

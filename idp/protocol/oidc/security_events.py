"""Security events for clients: their kinds, and the token each travels in (RFC 8417; SSF 1.0 §4; features 8)."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from types import MappingProxyType
from typing import Final
from uuid import UUID

from idp.protocol.oauth.values import b64url, seconds

TYP: Final = "secevent+jwt"
MEDIA_TYPE: Final = "application/secevent+jwt"

ERRORS: Final = frozenset(
    {
        "invalid_request",
        "invalid_key",
        "invalid_issuer",
        "invalid_audience",
        "authentication_failed",
        "access_denied",
    }
)
"""What a receiver may answer with status 400 (RFC 8935 §2.4)."""

RISC: Final = "https://schemas.openid.net/secevent/risc/event-type/"
CAEP: Final = "https://schemas.openid.net/secevent/caep/event-type/"
OURS: Final = "urn:gerbang:event:"


class EventKind(StrEnum):
    """What a client can be told of a citizen."""

    ACCOUNT_DISABLED = "account-disabled"
    ACCOUNT_ENABLED = "account-enabled"
    ACCOUNT_PURGED = "account-purged"
    CREDENTIAL_COMPROMISE = "credential-compromise"
    IDENTIFIER_CHANGED = "identifier-changed"
    SESSION_REVOKED = "session-revoked"
    ASSURANCE_LEVEL_CHANGE = "assurance-level-change"
    ATTRIBUTE_CHANGED = "attribute-changed"
    ATTRIBUTE_CORRECTED = "attribute-corrected"
    ATTRIBUTE_DISPUTED = "attribute-disputed"
    CONSENT_WITHDRAWN = "consent-withdrawn"
    PROCESSING_RESTRICTED = "processing-restricted"
    DELEGATION_CHANGED = "delegation-changed"
    DEATH_RECORDED = "death-recorded"


_K = EventKind
_SPACES: Final[Mapping[EventKind, str]] = MappingProxyType(
    {
        **dict.fromkeys(
            (
                _K.ACCOUNT_DISABLED,
                _K.ACCOUNT_ENABLED,
                _K.ACCOUNT_PURGED,
                _K.CREDENTIAL_COMPROMISE,
                _K.IDENTIFIER_CHANGED,
            ),
            RISC,
        ),
        **dict.fromkeys((_K.SESSION_REVOKED, _K.ASSURANCE_LEVEL_CHANGE), CAEP),
    }
)


def event_uri(kind: EventKind) -> str:
    """The name of a kind on the wire: that of RISC or CAEP where they have it, else ours."""
    return _SPACES.get(kind, OURS) + kind


RAISED: Final = (
    _K.ACCOUNT_DISABLED,
    _K.ACCOUNT_ENABLED,
    _K.ACCOUNT_PURGED,
    _K.ATTRIBUTE_CHANGED,
    _K.ATTRIBUTE_CORRECTED,
    _K.ATTRIBUTE_DISPUTED,
    _K.CONSENT_WITHDRAWN,
)
"""The kinds this deployment announces today; discovery says so, the others are names that are kept free."""

URIS: Final[Mapping[str, EventKind]] = MappingProxyType({event_uri(kind): kind for kind in EventKind})


def security_event_claims(
    *,
    issuer: str,
    client_id: str,
    subject: str,
    kind: EventKind,
    members: Mapping[str, object],
    jti: str,
    txn: str,
    occurred_at: datetime,
) -> dict[str, object]:
    """Put a token together: one event, the person in `sub_id`, neither `sub` nor `exp` (SSF 1.0 §4.1; RFC 8417 §2.2).

    The token counts as made when the event happened, so that every attempt to push it is the same token (RFC 8935 §2).
    """
    return {
        "iss": issuer,
        "aud": client_id,
        "iat": seconds(occurred_at),
        "jti": jti,
        "txn": txn,
        "sub_id": {"format": "iss_sub", "iss": issuer, "sub": subject},
        "events": {event_uri(kind): {"event_timestamp": seconds(occurred_at), **members}},
    }


def transaction(act: UUID, client_id: str) -> str:
    """The `txn` of one client: the same for all it is told of one act, unrelated to what others see (RFC 8417 §2.2).

    A number shared by clients would join what pairwise subjects keep apart (OIDC Core §8.1).
    """
    return b64url(sha256(act.bytes + client_id.encode()).digest()[:16])

"""Security events for clients: their kinds, and the token each travels in (RFC 8417; SSF 1.0 §4; features 8)."""

from collections.abc import Mapping
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a kind says and what whoever is told has to do; for the reference."""

    says: str
    do: str
    members: str = ""


MEANINGS: Final[Mapping[EventKind, Meaning]] = MappingProxyType(
    {
        _K.ACCOUNT_DISABLED: Meaning(
            "The citizen has locked the account, or somebody may have stolen it.",
            "End their sessions. Nothing has to be confirmed.",
            "`reason` (`hijacking`)",
        ),
        _K.ACCOUNT_ENABLED: Meaning("The account is open again.", "Nothing has to be done."),
        _K.ACCOUNT_PURGED: Meaning(
            "The citizen has closed the account; the `sub` will not come back.",
            "Delete what was released and what no law makes you keep; end their sessions; confirm.",
            "`claims` (what was given until then), `confirm_by`",
        ),
        _K.ATTRIBUTE_CHANGED: Meaning(
            "Claims you may read have another value, or none.",
            "Fetch them when you need them next, or mark your copy as outdated; confirm.",
            "`claims`, `confirm_by`",
        ),
        _K.ATTRIBUTE_CORRECTED: Meaning(
            "The owner of a value has corrected it, or a dispute about it was decided.",
            "As `attribute-changed`. With `correct_yours` your own record is the wrong one: correct it, then confirm.",
            "`claims`, `case`, `outcome`, `correct_yours`, `confirm_by`",
        ),
        _K.ATTRIBUTE_DISPUTED: Meaning(
            "Two sources disagree about a claim; until its owner has decided it is not released as verified.",
            "The owner looks at the case in the console; others do not rely on the value.",
            "`claims`, `case`",
        ),
        _K.CONSENT_WITHDRAWN: Meaning(
            "The citizen takes back what they gave you; your tokens are dead already (UU PDP art. 9, 40).",
            "Stop using the data, delete what no law makes you keep, end their sessions; confirm.",
            "`claims` (what was given until then), `confirm_by`",
        ),
        _K.CREDENTIAL_COMPROMISE: Meaning(
            "A password or key of the citizen's is known to others.", "Be careful."
        ),
        _K.IDENTIFIER_CHANGED: Meaning("An identifier of the citizen's changed.", "Ask again."),
        _K.SESSION_REVOKED: Meaning("A session ended before its time.", "End your session too."),
        _K.ASSURANCE_LEVEL_CHANGE: Meaning("How surely the citizen is known has changed.", "Ask again."),
        _K.PROCESSING_RESTRICTED: Meaning(
            "The citizen restricts what may be done with the data (UU PDP art. 41).", "Stop processing it."
        ),
        _K.DELEGATION_CHANGED: Meaning("Who may act for whom has changed.", "Ask again."),
        _K.DEATH_RECORDED: Meaning("The population registry has recorded a death.", "Follow your own rules."),
    }
)

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

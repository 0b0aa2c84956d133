"""Consent receipts: what a citizen was told and asked, what they answered, signed by us (features F22).

A receipt is a JWT (RFC 7519) that anybody reads and checks offline with the published keys. It names fields, purposes
and grounds in the sections of ISO/IEC TS 27560:2023 (clause 6: record metadata, PII processing, parties, events); it
never holds a value. The brief form leaves the texts out, so that it fits a QR code.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, Self
from uuid import UUID

import orjson
from sqlalchemy import select

from idp.domain.consent.decisions import CONSENT
from idp.domain.consent.models import Authorization
from idp.domain.store.database import Session
from idp.protocol.oidc.catalogue import CLAIMS, Sensitivity
from keys import DataKey, Place

TYP: Final = "consent-receipt+jwt"
ALG: Final = "ES256"
SCHEMA: Final = "ISO/IEC TS 27560:2023"
LONGEST: Final = 16_000
"""Characters of a receipt; our verifier reads no more."""

State = Literal["standing", "renewed", "withdrawn", "expired"]
Line = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Parties:
    """Who keeps the record, who receives, and by which name the citizen is known there."""

    issuer: str
    client_id: str
    service: str
    agency: str
    subject: str
    policy_uri: str | None = None


@dataclass(frozen=True, slots=True)
class Act:
    """One consent act, its record opened: `lines` as the citizen saw them, `words` what stood beside them."""

    row: Authorization
    lines: tuple[Line, ...]
    words: tuple[str, ...]

    @classmethod
    def opened(cls, row: Authorization, data_key: DataKey) -> Self:
        """Open the record of an act for its citizen."""
        shown = orjson.loads(data_key.unseal(row.record, Place("authorization", "record", row.id.hex)))
        return cls(
            row,
            tuple(line for line in shown if "name" in line),
            tuple(line["words"] for line in shown if "words" in line),
        )

    def told(self) -> Iterator[Line]:
        """What was given on another ground than consent."""
        return (line for line in self.lines if line.get("notice"))

    def agreed(self) -> Iterator[Line]:
        """What the citizen agreed to."""
        granted = self.row.granted.split()
        return (line for line in self.lines if line["name"] in granted and not line.get("notice"))

    def refused(self) -> Iterator[Line]:
        """What was offered and not taken."""
        granted = self.row.granted.split()
        return (line for line in self.lines if line["name"] not in granted)

    def state(self, now: datetime) -> State:
        """Say what has become of it."""
        if self.row.withdrawn_at is not None:
            return "withdrawn"
        if self.row.superseded_at is not None:
            return "renewed"
        return "expired" if self.row.expires_at <= now else "standing"


def acts(db: Session, citizen_id: UUID, client_id: str | None = None) -> Sequence[Authorization]:
    """Return every consent act of a citizen, the newest first; those to one client when it is named."""
    found = select(Authorization).where(Authorization.citizen_id == citizen_id)
    if client_id is not None:
        found = found.where(Authorization.client_id == client_id)
    return db.scalars(found.order_by(Authorization.granted_at.desc(), Authorization.id)).all()


def act(db: Session, citizen_id: UUID, act_id: UUID) -> Authorization | None:
    """Return one consent act, if it is this citizen's."""
    row = db.get(Authorization, act_id)
    return row if row is not None and row.citizen_id == citizen_id else None


def claims(given: Act, parties: Parties, now: datetime) -> dict[str, Any]:
    """Write the receipt of an act in full."""
    row = given.row
    lines = [*given.told(), *given.agreed()]
    return {
        **brief(given, parties, now),
        "schema_version": SCHEMA,
        "record_metadata": {"record_id": str(row.id), "pii_principal_id": parties.subject},
        "pii_processing": {
            **({"privacy_notice": parties.policy_uri} if parties.policy_uri else {}),
            "language": row.language,
            "jurisdiction": "ID",
            "purposes": [_purpose(line) for line in lines],
            "further": list(given.words),
            "withdrawal_method": f"{parties.issuer}/me/services/{parties.client_id}",
        },
        "party_identification": [
            {"party_id": parties.client_id, "party_role": "pii_controller", "party_name": parties.agency},
            {"party_id": parties.issuer, "party_role": "record_keeper", "party_name": "Gerbang"},
        ],
        "event": list(_events(row)),
    }


def brief(given: Act, parties: Parties, now: datetime) -> dict[str, Any]:
    """Write what matters without the texts: short enough for a QR code."""
    row = given.row
    return {
        "iss": parties.issuer,
        "iat": int(now.timestamp()),
        "jti": str(row.id),
        "sub": parties.subject,
        "client_id": parties.client_id,
        "service": parties.service,
        "agency": parties.agency,
        "granted": [line["name"] for line in given.agreed()],
        "told": [line["name"] for line in given.told()],
        "declined": [line["name"] for line in given.refused()],
        "language": row.language,
        "text_version": row.text_version,
        "given_at": _moment(row.granted_at),
        "until": _moment(row.expires_at),
        **({"withdrawn_at": _moment(row.withdrawn_at)} if row.withdrawn_at is not None else {}),
    }


def _purpose(line: Line) -> dict[str, Any]:
    """One purpose with the one item it needs; the words are those of the page."""
    claim = CLAIMS.get(line["name"])
    specific = claim is not None and claim.sensitivity is Sensitivity.SPECIFIC
    return {
        "purpose": line["purpose"],
        "lawful_basis": line.get("ground", CONSENT),
        "lawful_basis_text": line["legal_basis"],
        "pii_information": [
            {
                "pii_type": line["name"],
                "pii_label": line["label"],
                "pii_source": line["source"],
                "pii_optional": not line["required"],
                "sensitive_pii_category": specific,
            }
        ],
        **({"validity_until": line["until"]} if line.get("until") else {}),
    }


def _events(row: Authorization) -> Iterator[dict[str, str]]:
    yield {
        "event_time": _moment(row.granted_at),
        "event_type": "explicit",
        "event_state": "given",
        "validity_until": _moment(row.expires_at),
    }
    if row.superseded_at is not None:
        yield {"event_time": _moment(row.superseded_at), "event_type": "explicit", "event_state": "renewed"}
    if row.withdrawn_at is not None:
        yield {"event_time": _moment(row.withdrawn_at), "event_type": "explicit", "event_state": "withdrawn"}


def _moment(at: datetime) -> str:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")

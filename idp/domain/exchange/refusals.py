"""Why a token that was good once opens nothing now, and the ledger's line about it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final
from uuid import UUID, uuid4

from idp import trace
from idp.domain.exchange.entries import REFUSED, Entry, add
from idp.domain.store.database import Session
from idp.domain.store.statements import Row, Statements, as_moment, as_uuid
from idp.protocol.oidc.verified_claims import plain_names

SQL: Final = """
SELECT f.citizen_id, f.client_id, f.authorization_id, f.release, f.revoked_at, f.expires_at, f.offline,
       ac.status AS account_status, ci.erased_at, au.withdrawn_at, au.expires_at AS consent_until,
       cl.status AS client_status, bs.ended_at AS session_ended
FROM family f
  LEFT JOIN account ac ON ac.id = f.account_id
  LEFT JOIN citizen ci ON ci.id = f.citizen_id
  LEFT JOIN "authorization" au ON au.id = f.authorization_id
  LEFT JOIN client cl ON cl.id = f.client_id
  LEFT JOIN browser_session bs ON bs.id = f.session_id
WHERE f.id = :family_id
"""
CONSENT_WITHDRAWN: Final = "consent_withdrawn"


def reason_of(
    statements: Statements, family_id: UUID, client_id: str, now: datetime
) -> tuple[Row, str] | None:
    """Find why a family of this client does not stand; None for a family that is not its own (one statement)."""
    row = statements.one(SQL, {"family_id": family_id})
    if row is None or row["client_id"] != client_id:
        return None
    return row, _reason(row, now)


def put_on_record(
    db: Session, row: Row, family_id: UUID, reason: str, names: Collection[str], channel: str, now: datetime
) -> None:
    """Write the refusal into the ledger, where its citizen finds it."""
    add(
        db,
        Entry(
            id=uuid4(),
            at=now,
            citizen_id=as_uuid(row["citizen_id"]),
            client_id=row["client_id"],
            authorization_id=as_uuid(row["authorization_id"]),
            family_id=family_id,
            claims=" ".join(plain_names(names)),
            channel=channel,
            trace_id=trace.current(),
            outcome=REFUSED,
            reason=reason,
        ),
    )


def _reason(row: Row, now: datetime) -> str:
    """Name what no longer stands; the citizen's own will first."""
    if row["withdrawn_at"] is not None:
        return CONSENT_WITHDRAWN
    if row["erased_at"] is not None or row["account_status"] != "active":
        return "account_not_active"
    if row["client_status"] != "approved":
        return "client_suspended"
    if row["consent_until"] is not None and as_moment(row["consent_until"]) <= now:
        return "consent_expired"
    if not row["offline"] and row["session_ended"] is not None:
        return "session_ended"
    return "token_revoked"

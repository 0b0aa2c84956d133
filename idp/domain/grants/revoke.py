"""Revoking: a column is set, every later use meets it in the gate (decisions 6)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from idp.domain.audit.events import Event
from idp.domain.audit.record import INSERT_PENDING, parameters
from idp.domain.store.statements import SqliteStatements, Statements
from idp.protocol.oauth.values import SECONDS_PER_DAY

REVOKE = """
UPDATE family SET revoked_at = :now, revoke_reason = :reason WHERE id = :family_id AND revoked_at IS NULL
RETURNING citizen_id
"""
AUDIT = """
SELECT :audit_at, :audit_event, :audit_actor, r.citizen_id, :audit_client_id, :audit_trace_id, :audit_detail
FROM {source} r
"""
REVOKE_POSTGRESQL = f"""
WITH revoked AS ({REVOKE}), audited AS ({INSERT_PENDING} {AUDIT.format(source="revoked")})
SELECT 1 AS done FROM revoked
"""
REVOKE_BY_JTI = "INSERT INTO revoked_token (exp_day, jti) VALUES (:exp_day, :jti) ON CONFLICT DO NOTHING"
AUDIT_ONE = """
VALUES (:audit_at, :audit_event, :audit_actor, :audit_citizen_id, :audit_client_id, :audit_trace_id, :audit_detail)
"""


def revoke_family(statements: Statements, family_id: UUID, reason: str, event: Event, now: datetime) -> bool:
    """Revoke everything one redemption started; False when it was revoked before."""
    params = {"family_id": family_id, "reason": reason, "now": now, **parameters(event, now)}
    if not isinstance(statements, SqliteStatements):
        return statements.one(REVOKE_POSTGRESQL, params) is not None
    with statements.transaction(write=True) as tx:
        if tx.one(REVOKE, params) is None:
            return False
        audit = AUDIT.format(source="family") + " WHERE r.id = :family_id"
        tx.one(INSERT_PENDING + audit, params)
        return True


def revoke_access_token(
    statements: Statements, jti: str, expires_at: datetime, event: Event, now: datetime
) -> None:
    """Revoke one access token until it would have expired (RFC 7009 §2.1)."""
    params = {"exp_day": exp_day(expires_at), "jti": jti, **parameters(event, now)}
    if isinstance(statements, SqliteStatements):
        with statements.transaction(write=True) as tx:
            tx.one(REVOKE_BY_JTI, params)
            tx.one(INSERT_PENDING + AUDIT_ONE, params)
        return
    statements.one(f"WITH revoked AS ({REVOKE_BY_JTI}) {INSERT_PENDING} {AUDIT_ONE}", params)


def exp_day(expires_at: datetime) -> int:
    """Return the epoch day under which a mark is kept, so that old days can be dropped whole."""
    return int(expires_at.timestamp()) // SECONDS_PER_DAY

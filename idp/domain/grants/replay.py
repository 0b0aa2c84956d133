"""First use of a `jti`: inserting is the check (RFC 7523 §3, decisions 8)."""

from __future__ import annotations

from datetime import datetime

from idp.domain.grants.revoke import exp_day
from idp.domain.store.statements import SqliteStatements, Statements

MARK = """
INSERT INTO jti_mark (exp_day, client_id, jti) VALUES (:exp_day, :client_id, :jti)
ON CONFLICT DO NOTHING RETURNING 1 AS first
"""


def first_use(statements: Statements, client_id: str, jti: str, kept_until: datetime) -> bool:
    """Mark a client assertion as used; False when it was used before (one statement)."""
    params = {"exp_day": exp_day(kept_until), "client_id": client_id, "jti": jti}
    if isinstance(statements, SqliteStatements):
        with statements.transaction(write=True) as tx:
            return tx.one(MARK, params) is not None
    return statements.one(MARK, params) is not None

"""First use of an assertion or a proof: inserting is the check (RFC 7523 §3, RFC 9449 §11.1, decisions 8 and 35)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from idp.domain.grants.revoke import exp_day
from idp.domain.store.statements import SqliteStatements, Statements

ASSERTION, REQUEST_OBJECT = "assertion", "request"

MARK = """
INSERT INTO jti_mark (exp_day, client_id, jti) VALUES (:exp_day, :client_id, :jti)
ON CONFLICT DO NOTHING RETURNING 1 AS first
"""
MARK_PROOF = """
INSERT INTO proof_mark (exp_day, digest) VALUES (:exp_day, :digest) ON CONFLICT DO NOTHING RETURNING 1 AS first
"""


def first_use(
    statements: Statements, client_id: str, jti: str, kept_until: datetime, kind: str = ASSERTION
) -> bool:
    """Mark a statement of a client as used; False when it was used before (one statement).

    Each kind of statement counts by itself: libraries use one `jti` for several (decision 35).
    """
    return _mark(
        statements, MARK, {"exp_day": exp_day(kept_until), "client_id": client_id, "jti": f"{kind}:{jti}"}
    )


def first_proof(statements: Statements, digest: bytes, kept_until: datetime) -> bool:
    """Mark a DPoP proof as used; False when it was used before (one statement).

    `kept_until` must follow from the proof alone, so that the same proof meets its own mark.
    """
    return _mark(statements, MARK_PROOF, {"exp_day": exp_day(kept_until), "digest": digest})


def _mark(statements: Statements, sql: str, params: dict[str, Any]) -> bool:
    if isinstance(statements, SqliteStatements):
        with statements.transaction(write=True) as tx:
            return tx.one(sql, params) is not None
    return statements.one(sql, params) is not None

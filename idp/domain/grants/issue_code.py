"""Issuing an authorization code: gate, code, touch of the session and audit in one statement (RFC 6749 §4.1.2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from idp.domain.audit.events import CodeIssued
from idp.domain.audit.record import INSERT_PENDING, parameters
from idp.domain.grants.pushed_requests import CLAIM, claim_parameters
from idp.domain.grants.situation import Standing
from idp.domain.sessions.browser import TOUCH_EVERY
from idp.domain.sessions.limits import SessionLimits
from idp.domain.store.statements import SqliteStatements, Statements
from idp.protocol.authorize import assurance
from idp.protocol.authorize.request import AuthorizationRequest
from idp.protocol.oauth.client import Client
from idp.protocol.oauth.errors import InvalidRequestUri, LoginRequired
from idp.protocol.oauth.values import Handle, HandleKind, format_scope
from idp.protocol.oidc.catalogue import COMPANIONS
from idp.protocol.oidc.claims import permitted
from idp.protocol.oidc.verified_claims import VerifiedRequest

GATE = """
SELECT s.id AS session_id, s.account_id, s.citizen_id, s.amr, s.auth_time
FROM browser_session s
JOIN account ac ON ac.id = s.account_id AND ac.status = 'active'
JOIN citizen ci ON ci.id = s.citizen_id AND ci.erased_at IS NULL
JOIN "authorization" au ON au.id = :authorization_id AND au.citizen_id = s.citizen_id
     AND au.withdrawn_at IS NULL AND au.superseded_at IS NULL AND au.expires_at > :now
JOIN client cl ON cl.id = :client_id AND cl.id = au.client_id AND cl.status = 'approved'
WHERE s.id = :session_id AND s.ended_at IS NULL AND s.idle_expires_at > :now AND s.expires_at > :now
"""
INSERT_CODE = """
INSERT INTO authorization_code (day, bucket, digest, client_id, account_id, citizen_id, authorization_id,
       session_id, redirect_uri, code_challenge, dpop_jkt, nonce, scope, release, id_token_claims, resource,
       authorization_details, acr, amr, auth_time, send_auth_time, issued_at, expires_at)
"""
CODE_VALUES = """
SELECT :day, :bucket, :digest, :client_id, g.account_id, g.citizen_id, :authorization_id, g.session_id,
       :redirect_uri, :code_challenge, :dpop_jkt, :nonce, :scope, :release, :id_token_claims, :resource,
       :authorization_details, :acr, g.amr, g.auth_time, :send_auth_time, :now, :expires_at FROM gate g
"""
TOUCH = """
UPDATE browser_session SET seen_at = :now, idle_expires_at = :idle_expires_at
WHERE id = :session_id AND seen_at < :touch_before
"""
AUDIT_VALUES = """
SELECT :audit_at, :audit_event, :audit_actor, :audit_citizen_id, :audit_client_id, :audit_trace_id, :audit_detail
"""
POSTGRESQL = f"""
WITH gate AS ({GATE}),
     touched AS ({TOUCH} AND EXISTS (SELECT 1 FROM gate)),
     code AS ({INSERT_CODE} {CODE_VALUES} RETURNING 1),
     audited AS ({INSERT_PENDING} {AUDIT_VALUES} FROM code)
SELECT 1 AS issued FROM code
"""
POSTGRESQL_PUSHED = f"""
WITH gate AS ({GATE}),
     claimed AS ({CLAIM} AND EXISTS (SELECT 1 FROM gate) RETURNING 1),
     touched AS ({TOUCH} AND EXISTS (SELECT 1 FROM claimed)),
     code AS ({INSERT_CODE} {CODE_VALUES}, claimed RETURNING 1),
     audited AS ({INSERT_PENDING} {AUDIT_VALUES} FROM code)
SELECT EXISTS (SELECT 1 FROM code) AS issued, EXISTS (SELECT 1 FROM gate) AS stands
"""
"""The same for a pushed request, of which the `request_uri` is consumed with it (RFC 9126 §4)."""


@dataclass(frozen=True, slots=True)
class CodePolicy:
    """How long codes live and sessions sleep."""

    code_lifetime: timedelta
    sessions: SessionLimits


def issue_code(
    statements: Statements,
    request: AuthorizationRequest,
    client: Client,
    standing: Standing,
    policy: CodePolicy,
    now: datetime,
) -> str:
    """Issue a code for a citizen of whom nothing more is asked; its text is shown once (one statement).

    Raises:
        LoginRequired: when session, consent, account or client fell between the question and this statement.
        InvalidRequestUri: a code was issued for this pushed request already.
    """
    code = Handle.mint(HandleKind.CODE, now, standing.citizen_id.bytes)
    params = _params(request, client, standing, policy, code, now)
    if isinstance(statements, SqliteStatements):
        issued, stands = _issue_sqlite(statements, params, request.pushed)
    else:
        issued, stands = _issue_postgresql(statements, params, request.pushed)
    if not issued and stands:
        raise InvalidRequestUri("this request_uri was used already", parameter="request_uri")
    if not issued:
        raise LoginRequired("the session or the consent has just ended")
    return code.text


def _issue_postgresql(
    statements: Statements, params: dict[str, Any], pushed: str | None
) -> tuple[bool, bool]:
    """Return whether a code was issued, and whether everything stood."""
    if pushed is None:
        issued = statements.one(POSTGRESQL, params) is not None
        return issued, issued
    row = statements.one(POSTGRESQL_PUSHED, {**params, **claim_parameters(pushed)})
    return (False, False) if row is None else (row["issued"], row["stands"])


def _issue_sqlite(
    statements: SqliteStatements, params: dict[str, Any], pushed: str | None
) -> tuple[bool, bool]:
    with statements.transaction(write=True) as tx:
        if tx.one(GATE, params) is None:
            return False, False
        if pushed and tx.one(CLAIM + "RETURNING 1", {**params, **claim_parameters(pushed)}) is None:
            return False, True
        tx.one(f"WITH gate AS ({GATE}) {INSERT_CODE} {CODE_VALUES}", params)
        tx.one(TOUCH, params)
        tx.one(INSERT_PENDING + AUDIT_VALUES, params)
        return True, True


def _params(
    request: AuthorizationRequest,
    client: Client,
    standing: Standing,
    policy: CodePolicy,
    code: Handle,
    now: datetime,
) -> dict[str, Any]:
    event = CodeIssued(
        citizen_id=standing.citizen_id,
        client_id=client.client_id,
        authorization_id=standing.authorization_id,  # type: ignore[arg-type]  # consent stands here
        session_id=standing.session_id,
    )
    return {
        "day": code.day,
        "bucket": code.bucket,
        "digest": code.digest,
        "client_id": client.client_id,
        "authorization_id": standing.authorization_id,
        "session_id": standing.session_id,
        "redirect_uri": request.reply_to.redirect_uri,
        "code_challenge": request.code_challenge.value if request.code_challenge else None,
        "dpop_jkt": request.dpop_jkt,
        "nonce": request.nonce,
        **given(request, client, standing),
        "now": now,
        "expires_at": now + policy.code_lifetime,
        "idle_expires_at": now + policy.sessions.of(standing.session.acr, shared=standing.shared).idle,
        "touch_before": now - TOUCH_EVERY,
        **parameters(event, now),
    }


def given(request: AuthorizationRequest, client: Client, standing: Standing) -> dict[str, Any]:
    """Say what this citizen gives with this request: the columns a code shares with a decoupled request."""
    granted = standing.authorization.granted if standing.authorization else frozenset()
    asked = permitted(request.scope, request.claims, client)
    return {
        "scope": format_scope(request.scope),
        "release": " ".join(
            (*with_companions(asked.userinfo, granted), *_verified(request.claims.verified_userinfo))
        ),
        "id_token_claims": " ".join(
            (*with_companions(asked.id_token, granted), *_verified(request.claims.verified_id_token))
        ),
        "resource": " ".join(request.resource) or None,
        "authorization_details": request.authorization_details,
        "acr": assurance.stated(request, client, standing.session.acr),
        "send_auth_time": request.wants_auth_time(client),
    }


def _verified(asked: VerifiedRequest) -> tuple[str, ...]:
    """Keep a request for verified claims beside the names; what of it was granted, the release decides."""
    return (asked.word(),) if asked.elements else ()


def with_companions(asked: Any, granted: frozenset[str]) -> tuple[str, ...]:
    """Keep what was asked and granted, and what rides along with it (`email_verified` with `email`)."""
    names = [name for name in asked if name in granted]
    return tuple(dict.fromkeys((*names, *(c for name in names for c in COMPANIONS.get(name, ())))))

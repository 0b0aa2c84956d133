"""The authorization code grant (RFC 6749 §4.1.3): redeemed once, in the statement that starts the family.

Client, redirect URI and the S256 of the verifier are parameters of that statement: a wrong verifier from the right
client burns the code and issues nothing; another client's attempt burns nothing (decisions 14, 18).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from idp.domain.audit.events import CodeReplayed, TokensIssued
from idp.domain.audit.record import INSERT_PENDING, parameters
from idp.domain.consent.gate import CODE_GATE, SESSION_STANDS
from idp.domain.grants.grant import Grant
from idp.domain.grants.refresh_handle import RefreshHandle
from idp.domain.grants.revoke import revoke_family
from idp.domain.grants.target import NOT_FITTING, fits, picked
from idp.domain.store.statements import Row, SqliteStatements, Statements, as_moment, as_uuid
from idp.protocol.oauth.client import Client
from idp.protocol.oauth.errors import InvalidGrant, InvalidTarget
from idp.protocol.oauth.pkce import parse_verifier, s256
from idp.protocol.oauth.requests import TokenRequest
from idp.protocol.oauth.values import Confirmation, Handle, HandleKind

CLAIM = """
UPDATE authorization_code SET used_at = :now, family_id = :family_id
WHERE day = :day AND bucket = :bucket AND digest = :digest AND client_id = :client_id
  AND used_at IS NULL AND expires_at > :now AND {fits}
RETURNING *
"""
GATED = f"""
SELECT c.*, 1 AS stands FROM claimed c {CODE_GATE}
WHERE c.redirect_uri = :redirect_uri AND c.code_challenge {{same}} :code_challenge
  AND (c.dpop_jkt IS NULL OR c.dpop_jkt {{same}} :jkt) AND {SESSION_STANDS}
"""
INSERT_FAMILY = """
INSERT INTO family (id, client_id, account_id, citizen_id, authorization_id, session_id, scope, release, resource,
       authorization_details, acr, amr, auth_time, offline, refresh_binding, refresh_key, generation, refresh_digest,
       started_at, refreshed_at, expires_at)
"""
FAMILY_VALUES = """
SELECT :family_id, g.client_id, g.account_id, g.citizen_id, g.authorization_id, g.session_id, g.scope, g.release,
       g.resource, g.authorization_details, g.acr, g.amr, g.auth_time, {offline}, :refresh_binding, :refresh_key, 0,
       :refresh_digest, :now, :now, CASE WHEN {offline} THEN :offline_expires_at ELSE :expires_at END
FROM gated g
"""
IS_OFFLINE = "(' ' || g.scope || ' ' LIKE '% offline_access %')"
AUDIT_VALUES = """
SELECT :audit_at, :audit_event, :audit_actor, g.citizen_id, :audit_client_id, :audit_trace_id, :audit_detail
FROM gated g
"""
POSTGRESQL = f"""
WITH claimed AS ({CLAIM.format(fits=fits("postgresql"))}),
     gated AS ({GATED.format(same="IS NOT DISTINCT FROM")}),
     started AS ({INSERT_FAMILY} {FAMILY_VALUES.format(offline=IS_OFFLINE)}),
     audited AS ({INSERT_PENDING} {AUDIT_VALUES})
SELECT c.account_id, c.citizen_id, c.authorization_id, c.session_id, c.scope, c.acr, c.amr, c.auth_time,
       c.send_auth_time, c.nonce, c.id_token_claims, c.resource, c.authorization_details, g.stands
FROM claimed c LEFT JOIN gated g ON true
"""
SQLITE_CLAIM = CLAIM.format(fits=fits("sqlite"))
KEY = "day = :day AND bucket = :bucket AND digest = :digest"
SQLITE_GATED = GATED.format(same="IS").replace("FROM claimed c", "FROM authorization_code c") + (
    " AND "
    + KEY.replace("day", "c.day", 1).replace("bucket =", "c.bucket =").replace("digest =", "c.digest =")
)
STATE = (
    f"SELECT family_id, used_at, expires_at FROM authorization_code WHERE {KEY} AND client_id = :client_id"
)


def redeem(
    statements: Statements,
    client: Client,
    request: TokenRequest,
    now: datetime,
    lifetime: timedelta,
    offline_lifetime: timedelta,
    issuer: str,
) -> Grant:
    """Exchange a code; whatever races us, one redemption at most succeeds.

    Raises:
        InvalidRequest: a parameter is missing or malformed; the code is untouched.
        InvalidTarget: not one of the resources granted, or none named of several; the code is untouched.
        InvalidGrant: the code is unknown, expired, spent (then its tokens are revoked) or does not fit.
    """
    text = request.require("code")
    verifier = parse_verifier(request.code_verifier) if request.code_verifier is not None else None
    code = Handle.parse(text, HandleKind.CODE)
    if code is None:
        raise InvalidGrant("the code is not valid")
    refresh = RefreshHandle.first(now, code.bucket) if "refresh_token" in client.grant_types else None
    family_id, target = uuid4(), picked(request)
    params = {
        "day": code.day,
        "bucket": code.bucket,
        "digest": code.digest,
        "client_id": client.client_id,
        "redirect_uri": request.redirect_uri,
        "code_challenge": s256(verifier) if verifier is not None else None,
        "now": now,
        "target": target,
        "issuer": issuer,
        "family_id": family_id,
        "jkt": request.confirmation.jkt if request.confirmation else None,
        "refresh_binding": refresh_binding(client, request.confirmation),
        "refresh_key": refresh.key if refresh else None,
        "refresh_digest": refresh.handle.digest if refresh else None,
        "expires_at": now + lifetime,
        "offline_expires_at": now + offline_lifetime,
        **parameters(TokensIssued(client_id=client.client_id, family_id=family_id), now),
    }
    row = (
        _redeem_sqlite(statements, params)
        if isinstance(statements, SqliteStatements)
        else statements.one(POSTGRESQL, params)
    )
    if row is None:
        _explain(statements, client, params, now)
        raise InvalidGrant("the code is not valid")
    if not row["stands"]:
        raise InvalidGrant("the code is not valid for this request")
    return grant_of(row, family_id, refresh, request, target)


def refresh_binding(client: Client, confirmation: Confirmation | None) -> str | None:
    """Say what a refresh token is bound to: a public client's key; others prove themselves (RFC 9449 §5)."""
    return confirmation.binding if client.is_public and confirmation is not None else None


def _redeem_sqlite(statements: SqliteStatements, params: dict[str, Any]) -> Row | None:
    with statements.transaction(write=True) as tx:
        claimed = tx.one(SQLITE_CLAIM, params)
        if claimed is None:
            return None
        gated = tx.one(SQLITE_GATED, params)
        if gated is None:
            return {**claimed, "stands": None}
        source = f"WITH gated AS ({SQLITE_GATED}) "
        tx.one(source + INSERT_FAMILY + FAMILY_VALUES.format(offline=IS_OFFLINE), params)
        tx.one(source + INSERT_PENDING + AUDIT_VALUES, params)
        return gated


def _explain(statements: Statements, client: Client, params: dict[str, Any], now: datetime) -> None:
    """Find out why a code was not redeemed; another client's try finds and changes nothing.

    A spent code takes along what its first use issued (RFC 6749 §4.1.2). An unspent one was for other resources.
    """
    code = statements.one(STATE, {name: params[name] for name in ("day", "bucket", "digest", "client_id")})
    if code is None:
        return
    if code["used_at"] is None and as_moment(code["expires_at"]) > now:
        raise InvalidTarget(NOT_FITTING, parameter="resource")
    if code["family_id"] is not None:
        family_id = as_uuid(code["family_id"])
        event = CodeReplayed(client_id=client.client_id, family_id=family_id)
        revoke_family(statements, family_id, "code_replayed", event, now)


def grant_of(
    row: Row, family_id: UUID, refresh: RefreshHandle | None, request: TokenRequest, target: str | None
) -> Grant:
    """Say what a redeemed row established: a code's, or that of a request decided on another screen.

    The token is for the resource that was picked, else for the only one granted, else for the issuer (RFC 8707 §2.2).
    """
    return Grant(
        scope=tuple(row["scope"].split()),
        account_id=as_uuid(row["account_id"]),
        citizen_id=as_uuid(row["citizen_id"]),
        authorization_id=as_uuid(row["authorization_id"]),
        family_id=family_id,
        session_id=as_uuid(row["session_id"]),
        acr=row["acr"],
        amr=tuple(row["amr"].split()),
        auth_time=as_moment(row["auth_time"]),
        tell_auth_time=bool(row["send_auth_time"]),
        nonce=row.get("nonce"),
        refresh_token=refresh.handle.text if refresh else None,
        id_token_claims=tuple(row["id_token_claims"].split()),
        confirmation=request.confirmation,
        audience=target or row["resource"],
        authorization_details=row["authorization_details"],
    )

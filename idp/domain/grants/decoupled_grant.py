"""Polling for a decision made on another screen, and redeeming it once (RFC 8628 §3.4, §3.5; CIBA Core §10.1, §11).

Handle, kind and client are parameters of every statement, so another client's attempt finds and changes nothing.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from idp.domain.audit.events import TokensIssued
from idp.domain.audit.record import INSERT_PENDING, parameters
from idp.domain.consent.gate import JOINS
from idp.domain.grants.authorization_code import AUDIT_VALUES, INSERT_FAMILY, grant_of, refresh_binding
from idp.domain.grants.decoupled import HANDLES, Kind
from idp.domain.grants.grant import Grant
from idp.domain.grants.refresh_handle import RefreshHandle
from idp.domain.grants.target import NOT_FITTING, picked
from idp.domain.store.statements import Row, SqliteStatements, Statements, as_moment
from idp.protocol.oauth.client import Client
from idp.protocol.oauth.errors import (
    AccessDenied,
    AuthorizationPending,
    ExpiredToken,
    InvalidGrant,
    InvalidTarget,
    ProtocolError,
    SlowDown,
)
from idp.protocol.oauth.requests import TokenRequest
from idp.protocol.oauth.values import Handle

SLOWER: Final = 5
"""Seconds by which each hasty poll lengthens the interval (RFC 8628 §3.5, CIBA Core §11)."""
SLACK: Final = timedelta(seconds=1)
"""A poll this little early is a clock's or a network's doing."""

THIS = "day = :day AND bucket = :bucket AND digest = :digest AND client_id = :client_id AND kind = :kind"
READ = f"""
SELECT decision, redeemed_at, poll_interval, polls, next_poll_at, expires_at, resource
FROM decoupled_request WHERE {THIS}
"""
POLLED = f"""
UPDATE decoupled_request SET polls = polls + 1, poll_interval = :poll_interval, next_poll_at = :next_poll_at
WHERE {THIS} AND polls = :polls RETURNING polls
"""
CLAIM = f"""
UPDATE decoupled_request SET redeemed_at = :now, family_id = :family_id
WHERE {THIS} AND decision = 'approved' AND redeemed_at IS NULL AND expires_at > :now
RETURNING *
"""
GATED = f"SELECT c.*, 1 AS stands FROM {{claimed}} c {JOINS.format(x='c')}"
FAMILY_VALUES = """
SELECT :family_id, g.client_id, g.account_id, g.citizen_id, g.authorization_id, g.session_id, g.scope, g.release,
       g.resource, g.authorization_details, g.acr, g.amr, g.auth_time, TRUE, :refresh_binding, :refresh_key, 0,
       :refresh_digest, :now, :now,
       CASE WHEN ' ' || g.scope || ' ' LIKE '% offline_access %' THEN :offline_expires_at ELSE :expires_at END
FROM gated g
"""
POSTGRESQL = f"""
WITH claimed AS ({CLAIM}),
     gated AS ({GATED.format(claimed="claimed")}),
     started AS ({INSERT_FAMILY} {FAMILY_VALUES}),
     audited AS ({INSERT_PENDING} {AUDIT_VALUES})
SELECT c.*, g.stands FROM claimed c LEFT JOIN gated g ON true
"""
SQLITE_GATED = (
    GATED.format(claimed="decoupled_request")
    + " WHERE c.day = :day AND c.bucket = :bucket AND c.digest = :digest"
)


def redeem(
    statements: Statements,
    client: Client,
    request: TokenRequest,
    kind: Kind,
    parameter: str,
    now: datetime,
    lifetime: timedelta,
    offline_lifetime: timedelta,
    issuer: str,
) -> Grant:
    """Answer a poll: not yet, no, too late, or tokens; whatever races us, one redemption at most succeeds.

    Raises:
        AuthorizationPending, SlowDown: the citizen has not decided; the second also makes the interval longer.
        AccessDenied, ExpiredToken: the citizen said no, or nothing in time.
        InvalidTarget: not one of the resources granted, or none named of several; it can be asked again.
        InvalidGrant: unknown, another client's, redeemed, or what was approved no longer stands.
    """
    handle = Handle.parse(request.require(parameter), HANDLES[kind])
    if handle is None:
        raise InvalidGrant(f"the {parameter} is not valid")
    this = {
        "day": handle.day,
        "bucket": handle.bucket,
        "digest": handle.digest,
        "client_id": client.client_id,
        "kind": kind,
    }
    found = statements.one(READ, this)
    if found is None or found["redeemed_at"] is not None:
        raise InvalidGrant(f"the {parameter} is not valid")
    if found["decision"] == "denied":
        raise AccessDenied("the citizen refused")
    if as_moment(found["expires_at"]) <= now:
        raise ExpiredToken("the citizen did not decide in time")
    if found["decision"] is None:
        raise _not_yet(statements, this, found, now)
    target = picked(request)
    granted = (found["resource"] or issuer).split()
    if target not in granted if target is not None else len(granted) > 1:
        raise InvalidTarget(NOT_FITTING, parameter="resource")
    refresh = RefreshHandle.first(now, handle.bucket) if "refresh_token" in client.grant_types else None
    family_id = uuid4()
    params = {
        **this,
        "now": now,
        "family_id": family_id,
        "refresh_binding": refresh_binding(client, request.confirmation),
        "refresh_key": refresh.key if refresh else None,
        "refresh_digest": refresh.handle.digest if refresh else None,
        "expires_at": now + lifetime,
        "offline_expires_at": now + offline_lifetime,
        **parameters(TokensIssued(client_id=client.client_id, family_id=family_id), now),
    }
    row = (
        _claim_sqlite(statements, params)
        if isinstance(statements, SqliteStatements)
        else statements.one(POSTGRESQL, params)
    )
    if row is None or not row["stands"]:
        raise InvalidGrant(f"the {parameter} is not valid")
    return grant_of(row, family_id, refresh, request, target)


def _not_yet(statements: Statements, this: dict[str, Any], found: Row, now: datetime) -> ProtocolError:
    """Note a poll and judge its haste; of polls at the same moment one counts, the others were hasty."""
    hasty = now < as_moment(found["next_poll_at"]) - SLACK
    interval = found["poll_interval"] + (SLOWER if hasty else 0)
    params = {
        **this,
        "polls": found["polls"],
        "poll_interval": interval,
        "next_poll_at": now + timedelta(seconds=interval),
    }
    if isinstance(statements, SqliteStatements):
        with statements.transaction(write=True) as tx:
            noted = tx.one(POLLED, params)
    else:
        noted = statements.one(POLLED, params)
    if hasty or noted is None:
        return SlowDown("wait longer between polls")
    return AuthorizationPending("the citizen has not decided yet")


def _claim_sqlite(statements: SqliteStatements, params: dict[str, Any]) -> Row | None:
    with statements.transaction(write=True) as tx:
        claimed = tx.one(CLAIM, params)
        if claimed is None:
            return None
        gated = tx.one(SQLITE_GATED, params)
        if gated is None:
            return {**claimed, "stands": None}
        source = f"WITH gated AS ({SQLITE_GATED}) "
        tx.one(source + INSERT_FAMILY + FAMILY_VALUES, params)
        tx.one(source + INSERT_PENDING + AUDIT_VALUES, params)
        return gated

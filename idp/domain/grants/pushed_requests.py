"""Pushed authorization requests (RFC 9126): validated at the back channel, kept sealed until a code is issued for them.

A `request_uri` is read when a browser brings it, as often as its page is loaded, and consumed by the statement that
issues the code (decision 10).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

import orjson

from idp.domain.audit.events import RequestPushed
from idp.domain.audit.record import INSERT_PENDING, parameters
from idp.domain.store.statements import SqliteStatements, Statements
from idp.protocol.authorize.request import AuthorizationRequest
from idp.protocol.oauth.client import Client
from idp.protocol.oauth.errors import UnauthorizedClient
from idp.protocol.oauth.values import Handle, HandleKind
from keys import DataKey, Place

TABLE: Final = "pushed_request"
URN: Final = "urn:ietf:params:oauth:request_uri:"

PUSH = """
INSERT INTO pushed_request (day, bucket, digest, client_id, request, pushed_at, expires_at)
SELECT :day, :bucket, :digest, cl.id, :request, :now, :expires_at
FROM client cl WHERE cl.id = :client_id AND cl.status = 'approved'
RETURNING 1 AS pushed
"""
AUDIT_VALUES = """
SELECT :audit_at, :audit_event, :audit_actor, :audit_citizen_id, :audit_client_id, :audit_trace_id, :audit_detail
"""
POSTGRESQL = f"""
WITH kept AS ({PUSH}),
     audited AS ({INSERT_PENDING} {AUDIT_VALUES} FROM kept)
SELECT 1 AS pushed FROM kept
"""
FIND = """
SELECT request FROM pushed_request
WHERE day = :day AND bucket = :bucket AND digest = :digest AND client_id = :client_id
      AND used_at IS NULL AND expires_at > :now
"""
CLAIM = """
UPDATE pushed_request SET used_at = :now
WHERE day = :pushed_day AND bucket = :pushed_bucket AND digest = :pushed_digest AND client_id = :client_id
      AND used_at IS NULL
"""
"""Part of the statement that issues a code: the citizen may take longer than a browser may to bring the address."""


def push(
    statements: Statements,
    seal: DataKey,
    client: Client,
    request: AuthorizationRequest,
    lifetime: timedelta,
    now: datetime,
) -> str:
    """Keep a validated request and return its `request_uri`, shown once (one statement).

    Raises:
        UnauthorizedClient: the client is not approved any more.
    """
    handle = Handle.mint(HandleKind.PAR, now, client.client_id.encode())
    params: dict[str, Any] = {
        **_key(handle),
        "client_id": client.client_id,
        "request": seal.seal(orjson.dumps(request.to_dict()), _place(handle)),
        "now": now,
        "expires_at": now + lifetime,
        **parameters(RequestPushed(client_id=client.client_id), now),
    }
    if isinstance(statements, SqliteStatements):
        kept = _push_sqlite(statements, params)
    else:
        kept = statements.one(POSTGRESQL, params) is not None
    if not kept:
        raise UnauthorizedClient("the client is suspended")
    return URN + handle.text


def find(
    statements: Statements, seal: DataKey, client: Client, request_uri: str, now: datetime
) -> AuthorizationRequest | None:
    """Read a client's own request that is neither expired nor used; it stays as it is (one statement)."""
    handle = _handle(request_uri)
    if handle is None:
        return None
    row = statements.one(FIND, {**_key(handle), "client_id": client.client_id, "now": now})
    if row is None:
        return None
    kept = AuthorizationRequest.from_dict(orjson.loads(seal.unseal(row["request"], _place(handle))))
    return replace(kept, pushed=request_uri)


def claim_parameters(request_uri: str) -> dict[str, object]:
    """Return the parameters of `CLAIM`."""
    handle = _handle(request_uri)
    if handle is None:
        raise ValueError("not a request_uri of ours")
    return {f"pushed_{name}": value for name, value in _key(handle).items()}


def _push_sqlite(statements: SqliteStatements, params: dict[str, Any]) -> bool:
    with statements.transaction(write=True) as tx:
        if tx.one(PUSH, params) is None:
            return False
        tx.one(INSERT_PENDING + AUDIT_VALUES, params)
        return True


def _handle(request_uri: str) -> Handle | None:
    return Handle.parse(request_uri.removeprefix(URN), HandleKind.PAR)


def _key(handle: Handle) -> dict[str, object]:
    return {"day": handle.day, "bucket": handle.bucket, "digest": handle.digest}


def _place(handle: Handle) -> Place:
    return Place(TABLE, "request", handle.digest.hex())

"""The client credentials grant (RFC 6749 §4.4): a client acts for itself; no citizen, no refresh token."""

from __future__ import annotations

from datetime import datetime

from idp.domain.audit.events import ClientTokenIssued
from idp.domain.audit.record import INSERT_PENDING, parameters
from idp.domain.grants.grant import Grant
from idp.domain.grants.target import picked
from idp.domain.store.statements import SqliteStatements, Statements
from idp.protocol.authorize.checks import Serving
from idp.protocol.oauth.client import Client
from idp.protocol.oauth.errors import InvalidScope, InvalidTarget, UnauthorizedClient
from idp.protocol.oauth.requests import TokenRequest
from idp.protocol.oauth.values import format_scope

FOR_CITIZENS = frozenset({"openid", "offline_access"})
AUDIT_IF_APPROVED = f"""
{INSERT_PENDING}
SELECT :audit_at, :audit_event, :audit_actor, :audit_citizen_id, cl.id, :audit_trace_id, :audit_detail
FROM client cl WHERE cl.id = :audit_client_id AND cl.status = 'approved'
RETURNING 1 AS stands
"""


def grant(
    statements: Statements,
    client: Client,
    request: TokenRequest,
    now: datetime,
    issuer: str,
    serving: Serving,
) -> Grant:
    """Grant a client what it is registered for; its status is read by the statement that records the act.

    Raises:
        InvalidScope: a scope that is not registered, or one that only a citizen can give.
        InvalidTarget: a resource that nobody serves, or several (RFC 8707 §2).
        UnauthorizedClient: a public client, or one that is not approved any more.
    """
    if client.is_public:
        raise UnauthorizedClient("a public client has no credentials of its own")
    registered = tuple(s for s in client.scopes if s not in FOR_CITIZENS)
    asked = request.scope if request.scope is not None else registered
    if not set(asked) <= set(registered):
        raise InvalidScope("scope is not registered for this client", parameter="scope")
    target = picked(request)
    if target is not None and target != issuer and serving(target) is None:
        raise InvalidTarget("nobody serves this resource", parameter="resource")
    event = ClientTokenIssued(client_id=client.client_id, scope=format_scope(asked))
    params = parameters(event, now)
    if isinstance(statements, SqliteStatements):
        with statements.transaction(write=True) as tx:
            stands = tx.one(AUDIT_IF_APPROVED, params)
    else:
        stands = statements.one(AUDIT_IF_APPROVED, params)
    if stands is None:
        raise UnauthorizedClient("the client is suspended")
    return Grant(scope=asked, confirmation=request.confirmation, audience=target)

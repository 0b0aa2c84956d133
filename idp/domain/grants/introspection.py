"""What a token is worth right now: one statement joins everything it depends on (RFC 7662 §2.2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from idp.domain.consent.gate import FAMILY_GATE, FAMILY_STANDS, NONE_REVOKED, NOT_REVOKED
from idp.domain.grants.refresh_handle import RefreshHandle
from idp.domain.grants.revoke import exp_day
from idp.domain.store.statements import Row, Statements, as_moment, as_uuid
from idp.protocol.oauth.token_exchange import LONGEST_CHAIN
from idp.protocol.oidc.access_token import AccessToken

CALLER_STANDS = "EXISTS (SELECT 1 FROM client rs WHERE rs.id = :caller_id AND rs.status = 'approved')"
"""A suspended client learns nothing, not about tokens of others either."""
BY_FAMILY = f"""
SELECT f.id FROM family f {FAMILY_GATE} WHERE f.id = :family_id AND {FAMILY_STANDS} AND {NOT_REVOKED}
      AND {CALLER_STANDS}
"""
BY_EXCHANGE = f"""
SELECT f.id FROM family f {FAMILY_GATE} WHERE f.id = :family_id AND {FAMILY_STANDS} AND {NONE_REVOKED}
      AND {CALLER_STANDS} AND EXISTS (SELECT 1 FROM client ca WHERE ca.id = :client_id AND ca.status = 'approved')
"""
"""An exchanged token also rests on the caller it was issued to, and on the tokens it was made from (RFC 8693)."""
BY_CLIENT = f"""
SELECT cl.id FROM client cl WHERE cl.id = :client_id AND cl.status = 'approved' AND {NOT_REVOKED}
      AND {CALLER_STANDS}
"""
BY_REFRESH = f"""
SELECT f.id, f.account_id, f.client_id, f.scope, f.acr, f.auth_time, f.expires_at FROM family f {FAMILY_GATE}
WHERE f.refresh_key = :refresh_key AND f.generation = :generation AND f.refresh_digest = :digest AND {FAMILY_STANDS}
"""


@dataclass(frozen=True, slots=True)
class RefreshFacts:
    """What stands behind a refresh token."""

    family_id: UUID
    account_id: UUID
    client_id: str
    scope: tuple[str, ...]
    acr: str
    auth_time: datetime
    expires_at: datetime


def access_token_stands(statements: Statements, token: AccessToken, caller_id: str, now: datetime) -> bool:
    """Tell a caller in service whether an unexpired access token of ours is still good (one statement)."""
    mark = {"exp_day": exp_day(token.expires_at), "jti": token.jti, "caller_id": caller_id, "now": now}
    if token.family_id is None:
        return statements.one(BY_CLIENT, {**mark, "client_id": token.client_id}) is not None
    if token.actor is not None:
        exchanged = {**mark, **marks(token), "family_id": token.family_id, "client_id": token.client_id}
        return statements.one(BY_EXCHANGE, exchanged) is not None
    return statements.one(BY_FAMILY, {**mark, "family_id": token.family_id}) is not None


def marks(token: AccessToken) -> dict[str, int | str]:
    """Return where it would be noted that this token, or one it was made from, was revoked by itself."""
    day = exp_day(token.expires_at)
    before, earlier, first = (*token.made_from, *[token.jti] * LONGEST_CHAIN)[:LONGEST_CHAIN]
    return {
        "exp_day": day,
        "next_day": day + 1,
        "jti": token.jti,
        "jti_before": before,
        "jti_earlier": earlier,
        "jti_first": first,
    }


def refresh_token_facts(statements: Statements, text: str, now: datetime) -> RefreshFacts | None:
    """Return what a good refresh token stands for, or None (one statement)."""
    presented = RefreshHandle.parse(text)
    if presented is None:
        return None
    row: Row | None = statements.one(
        BY_REFRESH,
        {
            "refresh_key": presented.key,
            "generation": presented.generation,
            "digest": presented.handle.digest,
            "now": now,
        },
    )
    if row is None:
        return None
    return RefreshFacts(
        family_id=as_uuid(row["id"]),
        account_id=as_uuid(row["account_id"]),
        client_id=row["client_id"],
        scope=tuple(row["scope"].split()),
        acr=row["acr"],
        auth_time=as_moment(row["auth_time"]),
        expires_at=as_moment(row["expires_at"]),
    )

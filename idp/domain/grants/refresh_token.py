"""The refresh grant (RFC 6749 §6): rotation by one statement, reuse revokes the family (RFC 9700 §4.14.2)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from idp.domain.audit.events import RefreshTokenReused, TokensRefreshed
from idp.domain.audit.record import INSERT_PENDING, parameters
from idp.domain.consent.gate import FAMILY_GATE, FAMILY_STANDS
from idp.domain.grants.grant import Grant
from idp.domain.grants.refresh_handle import RefreshHandle
from idp.domain.grants.revoke import revoke_family
from idp.domain.grants.target import NOT_FITTING, fits, picked
from idp.domain.store.statements import Row, SqliteStatements, Statements, as_moment, as_uuid
from idp.protocol.oauth.client import Client
from idp.protocol.oauth.errors import InvalidGrant, InvalidScope, InvalidTarget
from idp.protocol.oauth.requests import TokenRequest

STANDING = f"""
SELECT f.id FROM family f {FAMILY_GATE}
WHERE f.refresh_key = :refresh_key AND f.generation = :generation AND f.refresh_digest = :digest
  AND f.client_id = :client_id AND (f.refresh_binding IS NULL OR f.refresh_binding = :binding) AND {FAMILY_STANDS}
"""
ROTATE = """
UPDATE family SET generation = :next_generation, refresh_digest = :next_digest, refreshed_at = :now
WHERE refresh_key = :refresh_key AND generation = :generation AND refresh_digest = :digest AND revoked_at IS NULL
  AND id = ({standing}) AND {fits} {within}
RETURNING id, scope, resource, authorization_details, account_id, citizen_id, authorization_id, session_id, acr, amr,
          auth_time
"""
WITHIN_SCOPE = "AND string_to_array(:scope, ' ') <@ string_to_array(scope, ' ')"
AUDIT_VALUES = """
SELECT :audit_at, :audit_event, :audit_actor, r.citizen_id, :audit_client_id, :audit_trace_id, :audit_detail
FROM {source} r
"""
POSTGRESQL = f"""
WITH rotated AS ({ROTATE.format(standing=STANDING, fits=fits("postgresql", "family"), within="{within}")}),
     audited AS ({INSERT_PENDING} {AUDIT_VALUES.format(source="rotated")})
SELECT * FROM rotated
"""
POSTGRESQL_WHOLE = POSTGRESQL.format(within="")
POSTGRESQL_NARROWED = POSTGRESQL.format(within=WITHIN_SCOPE)
SQLITE = ROTATE.format(standing=STANDING, fits=fits("sqlite", "family"), within="")
KNOWN = "SELECT id, generation, scope FROM family WHERE refresh_key = :refresh_key AND client_id = :client_id"
FITS = {
    dialect: f"SELECT {fits(dialect, 'family')} AS fits FROM family WHERE refresh_key = :refresh_key"
    for dialect in ("postgresql", "sqlite")
}


def refresh(
    statements: Statements, client: Client, request: TokenRequest, now: datetime, issuer: str
) -> Grant:
    """Use a refresh token once; sender-constrained profiles keep theirs (FAPI 2.0 SP §5.3.2.1-9).

    Raises:
        InvalidGrant: unknown, expired, revoked, another client's, or reused; reuse revokes the family.
        InvalidScope: more scope than was granted; the token is still good.
        InvalidTarget: not one of the resources granted, or none named of several; the token is still good.
    """
    presented = RefreshHandle.parse(request.require("refresh_token"))
    if presented is None:
        raise InvalidGrant("the refresh token is not valid")
    following = presented.successor() if client.rotates_refresh_tokens else presented
    asked, target = request.scope, picked(request)
    params: dict[str, Any] = {
        "refresh_key": presented.key,
        "generation": presented.generation,
        "digest": presented.handle.digest,
        "next_generation": following.generation,
        "next_digest": following.handle.digest,
        "client_id": client.client_id,
        "binding": request.confirmation.binding if request.confirmation else None,
        "now": now,
        "target": target,
        "issuer": issuer,
    }
    if asked is not None:
        params["scope"] = " ".join(asked)
    row = _rotate(statements, params, asked, now)
    if row is None:
        _explain(statements, client, presented, params, asked)
        raise InvalidGrant("the refresh token is not valid")
    scope = tuple(row["scope"].split())
    return Grant(
        scope=tuple(s for s in scope if asked is None or s in asked),
        account_id=as_uuid(row["account_id"]),
        citizen_id=as_uuid(row["citizen_id"]),
        authorization_id=as_uuid(row["authorization_id"]),
        family_id=as_uuid(row["id"]),
        session_id=as_uuid(row["session_id"]),
        acr=row["acr"],
        amr=tuple(row["amr"].split()),
        auth_time=as_moment(row["auth_time"]),
        # Optional here, and some libraries refuse it in a new token when the first had none (OIDC Core §12.2).
        tell_auth_time=client.require_auth_time,
        refresh_token=following.handle.text,
        confirmation=request.confirmation,
        audience=target or row["resource"],
        authorization_details=row["authorization_details"],
    )


def _rotate(
    statements: Statements, params: dict[str, Any], asked: tuple[str, ...] | None, now: datetime
) -> Row | None:
    # The family's id is not known before the statement; the generation says which use this was.
    if not isinstance(statements, SqliteStatements):
        sql = POSTGRESQL_WHOLE if asked is None else POSTGRESQL_NARROWED
        return statements.one(sql, {**params, **_event(params, now)})
    with statements.transaction(write=True) as tx:
        known = tx.one(KNOWN, params)
        if known is None or (asked is not None and not set(asked) <= set(known["scope"].split())):
            return None
        row = tx.one(SQLITE, params)
        if row is not None:
            source = {**params, "family_id": row["id"], **_event(params, now)}
            tx.one(INSERT_PENDING + AUDIT_VALUES.format(source="family") + " WHERE r.id = :family_id", source)
        return row


def _event(params: dict[str, Any], now: datetime) -> dict[str, Any]:
    event = TokensRefreshed(client_id=params["client_id"], generation=params["next_generation"])
    return parameters(event, now)


def _explain(
    statements: Statements,
    client: Client,
    presented: RefreshHandle,
    params: dict[str, Any],
    asked: tuple[str, ...] | None,
) -> None:
    """Find out why nothing was rotated: an earlier generation come back, too much scope, another resource."""
    known = statements.one(KNOWN, {"refresh_key": presented.key, "client_id": client.client_id})
    if known is None:
        return
    if presented.generation < known["generation"]:
        family_id = as_uuid(known["id"])
        event = RefreshTokenReused(client_id=client.client_id, family_id=family_id)
        revoke_family(statements, family_id, "refresh_reused", event, params["now"])
    elif asked is not None and not set(asked) <= set(known["scope"].split()):
        raise InvalidScope("more scope than was granted", parameter="scope")
    else:
        fitting = statements.one(
            FITS[statements.dialect], {n: params[n] for n in ("refresh_key", "target", "issuer")}
        )
        if fitting is not None and not fitting["fits"]:
            raise InvalidTarget(NOT_FITTING, parameter="resource")

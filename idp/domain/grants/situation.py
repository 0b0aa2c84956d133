"""What stands when an authorization request arrives: one read, whatever the browser has."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from idp.domain.store.statements import Row, Statements, as_moment, as_uuid
from idp.protocol.authorize.prompts import AuthorizationView, SessionView
from idp.protocol.oauth.authorization_details import elements
from idp.protocol.oauth.client import Client
from idp.protocol.oauth.values import Handle, HandleKind
from idp.protocol.oidc import acr

READ = """
SELECT cl.status AS client_status, s.id AS session_id, s.account_id, s.citizen_id, s.acr, s.amr, s.auth_time,
       s.shared, au.id AS authorization_id, au.scope, au.granted, au.declined, au.granted_at,
       au.resource, au.authorization_details,
       (SELECT {aggregate}(r.name, ' ') FROM role r WHERE r.citizen_id = s.citizen_id AND r.valid_from <= :now
               AND (r.valid_until IS NULL OR r.valid_until > :now)) AS roles,
       (SELECT {aggregate}(fa.kind, ' ') FROM factor fa WHERE fa.account_id = s.account_id
               AND fa.removed_at IS NULL) AS factors,
       (s.acr = :one_factor AND EXISTS (SELECT 1 FROM contact co WHERE co.citizen_id = s.citizen_id
               AND co.verified_at IS NOT NULL)) AS may_enrol,
       (:isolated AND EXISTS (SELECT 1 FROM family fm WHERE fm.session_id = s.id AND fm.client_id = cl.id))
               AS took_part
FROM client cl
LEFT JOIN browser_session s ON s.day = :day AND s.bucket = :bucket AND s.digest = :digest
     AND s.ended_at IS NULL AND s.idle_expires_at > :now AND s.expires_at > :now AND s.citizen_id IS NOT NULL
     AND EXISTS (SELECT 1 FROM account ac WHERE ac.id = s.account_id AND ac.status = 'active')
LEFT JOIN "authorization" au ON au.citizen_id = s.citizen_id AND au.client_id = cl.id
     AND au.withdrawn_at IS NULL AND au.superseded_at IS NULL AND au.expires_at > :now
WHERE cl.id = :client_id
"""
READ_POSTGRESQL = READ.format(aggregate="string_agg")
READ_SQLITE = READ.format(aggregate="group_concat")
NO_HANDLE = {"day": -1, "bucket": -1, "digest": b""}


@dataclass(frozen=True, slots=True)
class Standing:
    """A live session and what its citizen gave this client, as the prompt policy needs it."""

    session_id: UUID
    account_id: UUID
    citizen_id: UUID
    session: SessionView
    authorization_id: UUID | None
    authorization: AuthorizationView | None
    roles: frozenset[str]
    reachable_acr: str
    took_part: bool
    may_enrol: bool
    """A confirmed contact can vouch for a first second factor, added at sign-in."""
    shared: bool


@dataclass(frozen=True, slots=True)
class Found:
    """The answer of `read`: does the client stand, and who is signed in."""

    client_stands: bool
    standing: Standing | None


def read(
    statements: Statements,
    client: Client,
    cookie: str | None,
    now: datetime,
    *,
    started_at: datetime | None = None,
) -> Found:
    """Read session, account, consent, roles and the client's status at once (one statement).

    `started_at` is when the interaction began: a sign-in or a consent since then was made for it.
    """
    handle = Handle.parse(cookie, HandleKind.SESSION)
    key = {"day": handle.day, "bucket": handle.bucket, "digest": handle.digest} if handle else NO_HANDLE
    sql = READ_POSTGRESQL if statements.dialect == "postgresql" else READ_SQLITE
    row = statements.one(
        sql,
        {
            **key,
            "client_id": client.client_id,
            "now": now,
            "isolated": client.isolated_sso,
            "one_factor": acr.AAL1,
        },
    )
    if row is None or row["client_status"] != "approved":
        return Found(client_stands=False, standing=None)
    return Found(client_stands=True, standing=_standing(row, started_at))


def _standing(row: Row, started_at: datetime | None) -> Standing | None:
    if row["session_id"] is None:
        return None
    auth_time = as_moment(row["auth_time"])
    account_id = as_uuid(row["account_id"])
    return Standing(
        session_id=as_uuid(row["session_id"]),
        account_id=account_id,
        citizen_id=as_uuid(row["citizen_id"]),
        session=SessionView(
            account_id=account_id,
            auth_time=auth_time,
            acr=row["acr"],
            amr=tuple(row["amr"].split()),
            login_at_interaction=started_at is not None and auth_time >= started_at,
        ),
        authorization_id=as_uuid(row["authorization_id"]) if row["authorization_id"] else None,
        authorization=_authorization(row, started_at),
        roles=frozenset((row["roles"] or "").split()),
        reachable_acr=acr.reachable((row["factors"] or "").split()),
        took_part=bool(row["took_part"]),
        may_enrol=bool(row["may_enrol"]),
        shared=bool(row["shared"]),
    )


def _authorization(row: Row, started_at: datetime | None) -> AuthorizationView | None:
    if row["authorization_id"] is None:
        return None
    return AuthorizationView(
        scope=frozenset(row["scope"].split()),
        granted=frozenset(row["granted"].split()),
        declined=frozenset(row["declined"].split()),
        resource=frozenset((row["resource"] or "").split()),
        details=elements(row["authorization_details"]),
        given_at_interaction=started_at is not None and as_moment(row["granted_at"]) >= started_at,
    )

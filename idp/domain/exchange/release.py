"""The only way out for citizen data: one statement gates and reads, one writes the ledger (decisions 9)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from idp import trace
from idp.domain.consent.gate import FAMILY_GATE, FAMILY_STANDS, NOT_REVOKED
from idp.domain.exchange.entries import Entry, write
from idp.domain.exchange.sources import Opened, Person, SealedValue, open_values, with_chosen
from idp.domain.store.statements import Row, SqliteStatements, Statements, as_moment, as_uuid
from idp.protocol.oauth.client import Client
from idp.protocol.oidc.claims import registered
from idp.protocol.oidc.userinfo import citizen_claims
from keys import Vault

FACTS = """
f.id AS family_id, f.client_id, f.account_id, f.citizen_id, f.authorization_id, f.scope, f.release,
ci.data_key, ci.locale, ci.zoneinfo, ci.updated_at,
ce.id AS email_id, ce.sealed AS email_sealed, ce.verified_at AS email_verified,
cp.id AS phone_id, cp.sealed AS phone_sealed, cp.verified_at AS phone_verified
"""
CHOSEN = """
  LEFT JOIN contact ce ON ce.id = au.email_contact AND ce.citizen_id = ci.id AND ce.kind = 'email'
  LEFT JOIN contact cp ON cp.id = au.phone_contact AND cp.citizen_id = ci.id AND cp.kind = 'phone'
"""
"""The contacts this client sees; none where the choice is gone, and the primary one has no value of its own."""
GATED = f"FROM family f {FAMILY_GATE} {CHOSEN} WHERE f.id = :family_id AND {FAMILY_STANDS} AND {NOT_REVOKED}"
POSTGRESQL = f"""
SELECT {FACTS}, v.*
{
    GATED.replace(
        "WHERE",
        '''
CROSS JOIN LATERAL (
  SELECT array_agg(av.id) AS ids, array_agg(av.name) AS names, array_agg(av.sealed) AS sealed,
         array_agg(av.source) AS sources, array_agg(av.level) AS levels, array_agg(av.verified_at) AS verified
  FROM attribute_value av WHERE av.citizen_id = ci.id AND av.superseded_at IS NULL
) v WHERE''',
        1,
    )
}
"""
SQLITE = f"SELECT {FACTS} {GATED}"
SQLITE_VALUES = """
SELECT id, name, sealed, source, level, verified_at FROM attribute_value
WHERE citizen_id = :citizen_id AND superseded_at IS NULL
"""


@dataclass(frozen=True, slots=True)
class Releasable:
    """What stands behind a token, read and not yet opened."""

    family_id: UUID
    client_id: str
    citizen_id: UUID
    authorization_id: UUID
    scope: tuple[str, ...]
    allowed: tuple[str, ...]
    person: Person
    data_key: bytes | None = field(repr=False)
    sealed: tuple[SealedValue, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """Claims on their way out; the ledger row `id` is written before they leave."""

    id: UUID
    claims: Mapping[str, object] = field(repr=False)
    opened: Opened = field(repr=False)


def read(statements: Statements, family_id: UUID, jti: str, exp_day: int, now: datetime) -> Releasable | None:
    """Read what may leave for a token, if everything it depends on still stands (one statement)."""
    params: dict[str, Any] = {"family_id": family_id, "jti": jti, "exp_day": exp_day, "now": now}
    if isinstance(statements, SqliteStatements):
        with statements.transaction() as tx:
            row = tx.one(SQLITE, params)
            rows = tx.all(SQLITE_VALUES, {"citizen_id": row["citizen_id"]}) if row is not None else []
        values = tuple(_value(r) for r in rows)
    else:
        row = statements.one(POSTGRESQL, params)
        values = _unpack(row) if row is not None else ()
    if row is None:
        return None
    return Releasable(
        family_id=as_uuid(row["family_id"]),
        client_id=row["client_id"],
        citizen_id=as_uuid(row["citizen_id"]),
        authorization_id=as_uuid(row["authorization_id"]),
        scope=tuple(row["scope"].split()),
        allowed=tuple(row["release"].split()),
        person=Person(
            as_uuid(row["account_id"]), row["locale"], row["zoneinfo"], as_moment(row["updated_at"])
        ),
        data_key=row["data_key"],
        sealed=with_chosen(values, _chosen(row)),
    )


def release(
    statements: Statements,
    found: Releasable,
    names: Iterable[str],
    *,
    client: Client,
    vault: Vault,
    salt: bytes,
    channel: str,
    now: datetime,
) -> Answer:
    """Open the named claims, write the ledger row, then hand them over (one statement).

    What the client is not registered for any more stays here, whatever was granted (OIDC Core §5.5).

    `names` must be among what the citizen allowed; anything else is a programming error.
    """
    permitted = registered(client)
    wanted = tuple(name for name in names if name in permitted)
    opened = _open(found, wanted, client, vault, salt)
    claims = citizen_claims(wanted, opened.values, today=local_day(found.person, now))
    answer = Answer(uuid4(), claims, opened)
    if claims:
        _write_ledger(statements, found, answer, channel, now)
    return answer


def local_day(person: Person, now: datetime) -> Any:
    """Return today's date where the citizen lives; ages turn at their midnight."""
    return now.astimezone(ZoneInfo(person.zoneinfo)).date()


def _open(found: Releasable, names: tuple[str, ...], client: Client, vault: Vault, salt: bytes) -> Opened:
    if found.data_key is None or not names:
        return Opened({}, {})
    data_key = vault.open(found.citizen_id, bytes(found.data_key))
    return open_values(names, found.sealed, data_key, found.person, client, salt)


def _write_ledger(
    statements: Statements, found: Releasable, answer: Answer, channel: str, now: datetime
) -> None:
    write(
        statements,
        Entry(
            id=answer.id,
            at=now,
            citizen_id=found.citizen_id,
            client_id=found.client_id,
            authorization_id=found.authorization_id,
            family_id=found.family_id,
            claims=" ".join(answer.claims),
            channel=channel,
            trace_id=trace.current(),
        ),
    )


def _value(row: Row) -> SealedValue:
    verified = as_moment(row["verified_at"]) if row["verified_at"] is not None else None
    return SealedValue(as_uuid(row["id"]), row["name"], row["sealed"], row["source"], row["level"], verified)


def _chosen(row: Row) -> Iterator[SealedValue]:
    for name, column in (("email", "email"), ("phone_number", "phone")):
        if row[f"{column}_sealed"] is not None:
            verified = row[f"{column}_verified"]
            yield SealedValue.of_contact(
                as_uuid(row[f"{column}_id"]),
                name,
                row[f"{column}_sealed"],
                as_moment(verified) if verified is not None else None,
            )


def _unpack(row: Row) -> tuple[SealedValue, ...]:
    if row["ids"] is None:
        return ()
    columns = zip(
        row["ids"], row["names"], row["sealed"], row["sources"], row["levels"], row["verified"], strict=True
    )
    return tuple(SealedValue(*column) for column in columns)

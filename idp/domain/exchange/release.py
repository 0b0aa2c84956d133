"""The only way out for citizen data: one statement gates and reads, one writes the ledger (decisions 9)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from idp import trace
from idp.domain.consent.gate import FAMILY_GATE, FAMILY_STANDS, NOT_REVOKED
from idp.domain.exchange.agreements import IN_FORCE
from idp.domain.exchange.disputes import DISPUTED
from idp.domain.exchange.entries import REFUSED, RELEASED, Entry, write
from idp.domain.exchange.may_release import NOBODY_FAILED, Circumstances, Decided, Reason, decide, means_no
from idp.domain.exchange.publishers import Publication
from idp.domain.exchange.rows import chosen_contacts, stored_value, stored_values
from idp.domain.exchange.sources import (
    Opened,
    Person,
    SealedValue,
    open_values,
    stored_as,
    with_chosen,
)
from idp.domain.exchange.terms import Terms, terms_of
from idp.domain.store.statements import SqliteStatements, Statements, as_moment, as_uuid
from idp.protocol.oauth.client import Client
from idp.protocol.oidc.catalogue import base
from idp.protocol.oidc.claims import registered
from idp.protocol.oidc.userinfo import citizen_claims
from idp.protocol.oidc.verified_claims import Verified, VerifiedRequest, plain_names
from keys import DataKey, Vault

AGREED: Final = f"""
(SELECT {{join}}(ag.attributes, ' ') FROM agreement ag WHERE ag.consumer_id = cl.agency_id AND {IN_FORCE})
"""
"""Attributes of other agencies that agreements in force let the client's agency have, apart by spaces, or NULL."""
FACTS = """
f.id AS family_id, f.client_id, f.account_id, f.citizen_id, f.authorization_id, f.scope, f.release,
au.granted, au.declined,
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
SELECT {FACTS}, {AGREED.format(join="string_agg")} AS agreed, {DISPUTED["postgresql"]} AS disputed, v.*
{
    GATED.replace(
        "WHERE",
        '''
CROSS JOIN LATERAL (
  SELECT array_agg(av.id) AS ids, array_agg(av.name) AS names, array_agg(av.sealed) AS sealed,
         array_agg(av.source) AS sources, array_agg(av.level) AS levels, array_agg(av.verified_at) AS verified,
         array_agg(av.valid_from) AS valid_from, array_agg(av.valid_until) AS valid_until,
         array_agg(av.case_number) AS case_numbers, array_agg(av.case_outcome) AS case_outcomes
  FROM attribute_value av WHERE av.citizen_id = ci.id AND av.superseded_at IS NULL
) v WHERE''',
        1,
    )
}
"""
SQLITE = f"""
SELECT {FACTS}, {AGREED.format(join="group_concat")} AS agreed, {DISPUTED["sqlite"]} AS disputed {GATED}
"""
SQLITE_VALUES = """
SELECT id, name, sealed, source, level, verified_at, valid_from, valid_until, case_number, case_outcome
FROM attribute_value
WHERE citizen_id = :citizen_id AND superseded_at IS NULL
"""
NOTHING_PUBLISHED: Final[Mapping[str, Publication]] = {}


@dataclass(frozen=True, slots=True)
class Releasable:
    """What stands behind a token, read and not yet opened."""

    family_id: UUID
    client_id: str
    citizen_id: UUID
    authorization_id: UUID
    scope: tuple[str, ...]
    allowed: tuple[str, ...]
    """The names that may stand in the answer by themselves."""
    verified: VerifiedRequest
    """What was asked for with its verification; of these names only those in `granted` may leave."""
    granted: frozenset[str]
    declined: tuple[str, ...]
    agreed: frozenset[str]
    disputed: frozenset[str]
    person: Person
    data_key: bytes | None = field(repr=False)
    sealed: tuple[SealedValue, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class How:
    """Who gets the data and by which road; what was learned from publishers just asked, how old a value may be."""

    client: Client
    channel: str
    publications: Mapping[str, Publication] = field(default_factory=lambda: NOTHING_PUBLISHED)
    failures: Mapping[str, Reason] = field(default_factory=lambda: NOBODY_FAILED)
    max_age: timedelta | None = None
    on_behalf_of: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """Claims on their way out, in the ledger under `id` before they leave; `withheld` is what did not, and why."""

    id: UUID
    claims: Mapping[str, object] = field(repr=False)
    opened: Opened = field(repr=False)
    terms: Terms = field(repr=False)
    withheld: Mapping[str, Reason]
    stale: frozenset[str]

    def provenance(self) -> dict[str, dict[str, object]]:
        """What stands next to each value on the wire: who vouches for it, and on what terms it left (features F4)."""
        told: dict[str, dict[str, object]] = {}
        ledger_id = str(self.id)
        for name in self.claims:
            origin = self.opened.provenance.get(name)
            if origin is None:
                continue
            told[name] = {**origin.to_dict(), **_on_the_wire(self.terms[name]), "ledger_id": ledger_id}
            if name in self.stale:
                told[name]["stale"] = True
        return told

    def verified(self, asked: VerifiedRequest, now: datetime) -> object:
        """Answer a request for verified claims from what leaves with this answer (IDA §5)."""
        known = {
            name: Verified(self.claims[name], origin.source, origin.level, origin.verified_at)
            for name in asked.names
            if (origin := self.opened.provenance.get(name)) is not None
            and name in self.claims
            and name not in self.stale
            and origin.verified_at is not None
        }
        return asked.answer(known, str(self.id), now)


def read(statements: Statements, family_id: UUID, jti: str, exp_day: int, now: datetime) -> Releasable | None:
    """Read what may leave for a token, if everything it depends on still stands (one statement)."""
    params: dict[str, Any] = {"family_id": family_id, "jti": jti, "exp_day": exp_day, "now": now}
    if isinstance(statements, SqliteStatements):
        with statements.transaction() as tx:
            row = tx.one(SQLITE, params)
            rows = tx.all(SQLITE_VALUES, {"citizen_id": row["citizen_id"]}) if row is not None else []
        values = tuple(stored_value(r) for r in rows)
    else:
        row = statements.one(POSTGRESQL, params)
        values = stored_values(row) if row is not None else ()
    if row is None:
        return None
    words = row["release"].split()
    return Releasable(
        family_id=as_uuid(row["family_id"]),
        client_id=row["client_id"],
        citizen_id=as_uuid(row["citizen_id"]),
        authorization_id=as_uuid(row["authorization_id"]),
        scope=tuple(row["scope"].split()),
        allowed=plain_names(words),
        verified=VerifiedRequest.of_words(words),
        granted=_names(row["granted"]),
        declined=tuple(row["declined"].split()),
        agreed=_names(row["agreed"]),
        disputed=_names(row["disputed"]),
        person=Person(
            as_uuid(row["account_id"]), row["locale"], row["zoneinfo"], as_moment(row["updated_at"])
        ),
        data_key=row["data_key"],
        sealed=with_chosen(values, chosen_contacts(row)),
    )


def release(
    statements: Statements,
    found: Releasable,
    names: Iterable[str],
    how: How,
    *,
    vault: Vault,
    salt: bytes,
    now: datetime,
) -> Answer:
    """Decide about each name, open what may leave, write the ledger row, then hand it over (one statement).

    What is withheld gets a row for each reason: the citizen sees who asked in vain, and why.

    What the client is not registered for any more stays here, whatever was granted (OIDC Core §5.5).

    `names` must be among what the citizen allowed; anything else is a programming error.
    """
    permitted = registered(how.client)
    asked = tuple(name for name in names if base(name) in permitted)
    decided = _decided(found, asked, how, now)
    opened = _open(found, decided.wanted, how.client, vault, salt)
    denied = {
        name: False
        for name, reason in decided.withheld.items()
        if means_no(name, reason, how.failures.get(stored_as(name)))
    }
    claims = citizen_claims(decided.wanted, opened.values, today=local_day(found.person, now)) | denied
    withheld = {name: reason for name, reason in decided.withheld.items() if name not in denied}
    terms, as_json = terms_of(how.client, tuple(claims))
    answer = Answer(uuid4(), claims, opened, terms, withheld, decided.stale)
    if claims:
        write(statements, _entry(answer.id, found, tuple(claims), how, now, terms=as_json))
    for reason in dict.fromkeys(withheld.values()):
        kept = tuple(name for name, why in withheld.items() if why is reason)
        refused = _entry(uuid4(), found, kept, how, now, terms=terms_of(how.client, kept)[1], reason=reason)
        write(statements, refused)
    return answer


def _entry(
    entry_id: UUID,
    found: Releasable,
    names: tuple[str, ...],
    how: How,
    now: datetime,
    *,
    terms: str,
    reason: Reason | None = None,
) -> Entry:
    """Put a line of the ledger together: what left, or with a `reason` what did not."""
    return Entry(
        id=entry_id,
        at=now,
        citizen_id=found.citizen_id,
        client_id=found.client_id,
        authorization_id=found.authorization_id,
        family_id=found.family_id,
        claims=" ".join(names),
        channel=how.channel,
        trace_id=trace.current(),
        outcome=RELEASED if reason is None else REFUSED,
        reason=reason.value if reason is not None else None,
        terms=terms,
        on_behalf_of=how.on_behalf_of,
    )


def _decided(found: Releasable, asked: tuple[str, ...], how: How, now: datetime) -> Decided:
    known = Circumstances(
        client=how.client,
        now=now,
        agreed=found.agreed,
        disputed=found.disputed,
        publications=how.publications,
        failures=how.failures,
        max_age=how.max_age,
    )
    return decide(asked, found.sealed, known)


def local_day(person: Person, now: datetime) -> Any:
    """Return today's date where the citizen lives; ages turn at their midnight."""
    return now.astimezone(ZoneInfo(person.zoneinfo)).date()


def _open(found: Releasable, names: tuple[str, ...], client: Client, vault: Vault, salt: bytes) -> Opened:
    if found.data_key is None or not names:
        return Opened({}, {})
    data_key: DataKey = vault.open(found.citizen_id, bytes(found.data_key))
    return open_values(names, found.sealed, data_key, found.person, client, salt)


def _on_the_wire(terms: Mapping[str, object]) -> dict[str, object]:
    """Basis and purpose as a client reads them; the source comes from the value itself."""
    return {name: terms[name] for name in ("legal_basis", "purpose") if name in terms}


def _names(text: str | None) -> frozenset[str]:
    return frozenset(text.split()) if text else frozenset()

"""What would leave, shown to the citizen before it does (ui.md promise 7)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from idp.domain.citizens.contacts import ATTRIBUTES
from idp.domain.citizens.identifiers import Kind
from idp.domain.citizens.models import AttributeValue, Citizen, Contact
from idp.domain.exchange import agreements, disputes
from idp.domain.exchange.may_release import Circumstances, Reason, decide
from idp.domain.exchange.release import local_day
from idp.domain.exchange.sources import Person, Provenance, SealedValue, open_values, with_chosen
from idp.domain.store.database import Session
from idp.protocol.oauth.client import Client
from idp.protocol.oidc.userinfo import citizen_claims
from keys import DataKey, Vault


@dataclass(frozen=True, slots=True)
class Preview:
    """The claims as the client would receive them, where each comes from, and the key that opened them."""

    claims: Mapping[str, object] = field(repr=False)
    provenance: Mapping[str, Provenance]
    data_key: DataKey = field(repr=False)
    withheld: Mapping[str, Reason] = field(default_factory=dict)
    """What would not leave as things stand, and why."""


def preview(
    db: Session,
    vault: Vault,
    salt: bytes,
    citizen_id: UUID,
    client: Client,
    names: Iterable[str],
    now: datetime,
    chosen: Collection[UUID] = (),
) -> Preview:
    """Open the named claims for their owner's eyes; nothing is released and no ledger row is due.

    `chosen` are contacts the client sees instead of the primary ones.
    """
    citizen = db.get_one(Citizen, citizen_id)
    if citizen.data_key is None:
        raise LookupError("an erased citizen has nothing to show")
    data_key = vault.open(citizen.id, citizen.data_key)
    rows = db.scalars(
        select(AttributeValue).where(
            AttributeValue.citizen_id == citizen_id, AttributeValue.superseded_at.is_(None)
        )
    )
    sealed = [
        SealedValue(r.id, r.name, r.sealed, r.source, r.level, r.verified_at, r.valid_from, r.valid_until)
        for r in rows
    ]
    contacts = db.scalars(
        select(Contact).where(
            Contact.citizen_id == citizen_id, Contact.id.in_(chosen), Contact.sealed.is_not(None)
        )
    ).all()
    seen = [
        SealedValue.of_contact(c.id, ATTRIBUTES[Kind(c.kind)], c.sealed, c.verified_at)
        for c in contacts
        if c.sealed is not None
    ]
    person = Person(citizen.account_id, citizen.locale, citizen.zoneinfo, citizen.updated_at)
    values = with_chosen(sealed, seen)
    agreed, disputed = agreements.readable(db, client.agency_id, now), disputes.disputed(db, citizen_id)
    decided = decide(names, values, Circumstances(client, now, agreed, disputed))
    opened = open_values(decided.wanted, values, data_key, person, client, salt)
    claims = citizen_claims(decided.wanted, opened.values, today=local_day(person, now))
    return Preview(claims, opened.provenance, data_key, decided.withheld)

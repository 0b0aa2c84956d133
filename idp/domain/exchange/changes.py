"""Tell us once: what changed of a citizen is told to every service that may read it, and to no other (features F11)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID, uuid4

from idp.domain.audit.announcement_events import AttributesChanged
from idp.domain.audit.record import record
from idp.domain.citizens import profile
from idp.domain.consent.given import Given, given
from idp.domain.events.announcements import CLOCK, announce
from idp.domain.exchange import agreements
from idp.domain.exchange.sources import attributes_for
from idp.domain.registry.lookup import as_client
from idp.domain.store.database import Session
from idp.protocol.oidc.catalogue import CLAIMS, lender_of
from idp.protocol.oidc.claims import registered
from idp.protocol.oidc.security_events import EventKind
from keys import DataKey

CHOSEN = (("email", "email_contact"), ("phone_number", "phone_contact"))
"""What a service sees of another contact than the primary one does not change with that."""
UNTOLD = frozenset({"updated_at"})


def tell_changed(db: Session, seal: DataKey, citizen_id: UUID, now: datetime) -> int:
    """Tell of whatever got another value in this unit of work; how many services."""
    attributes = profile.changed(db, citizen_id)
    return changed(db, seal, citizen_id, claims_from(attributes), now) if attributes else 0


def changed(db: Session, seal: DataKey, citizen_id: UUID, names: Iterable[str], now: datetime) -> int:
    """Tell every service with a standing authorization for one of these claims; how many.

    It learns names and no value: it asks again where it needs one. It has 3 x 24 hours to say that its copy follows.
    An attribute of an agency is told to others under an agreement in force only, and not to that agency itself.
    """
    wanted = frozenset(names) - UNTOLD
    concerned = subscribers(db, citizen_id, wanted, now)
    act = uuid4()
    for client_id, claims in concerned.items():
        announce(
            db,
            seal,
            client_id=client_id,
            citizen_id=citizen_id,
            kind=EventKind.ATTRIBUTE_CHANGED,
            payload={"claims": list(claims)},
            now=now,
            answer_by=now + CLOCK,
            act=act,
        )
    if concerned:
        told = tuple(sorted({name for claims in concerned.values() for name in claims}))
        record(db, AttributesChanged(citizen_id=citizen_id, claims=told, told=len(concerned)), now)
    return len(concerned)


def subscribers(
    db: Session, citizen_id: UUID, names: frozenset[str], now: datetime
) -> Mapping[str, tuple[str, ...]]:
    """Return which service may read which of these claims of a citizen now, by client."""
    found = {}
    for entry in given(db, citizen_id, now):
        claims = _readable(db, entry, names, now)
        if claims:
            found[entry.client.id] = claims
    return found


def claims_from(attributes: Iterable[str]) -> frozenset[str]:
    """Return every claim that is read from one of these attributes."""
    those = frozenset(attributes)
    return frozenset(name for name in CLAIMS if attributes_for((name,)) & those)


def _readable(db: Session, entry: Given, names: frozenset[str], now: datetime) -> tuple[str, ...]:
    granted = names & set(entry.authorization.granted.split()) & registered(as_client(entry.client))
    for claim, column in CHOSEN:
        if getattr(entry.authorization, column) is not None:
            granted -= {claim}
    agency = entry.client.agency_id
    others = {name for name in granted if lender_of(name) is not None}
    if others:
        agreed = agreements.readable(db, agency, now)
        granted -= {name for name in others if name not in agreed or lender_of(name) == agency}
    return tuple(name for name in CLAIMS if name in granted)

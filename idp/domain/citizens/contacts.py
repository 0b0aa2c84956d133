"""Several e-mail addresses and phone numbers of one citizen: which is primary, which sign in (features H4; ADR 0024).

A value that several people share is a contact of each of them and signs in one: who confirmed it first. Nobody keeps
somebody else from signing in by claiming a value they never confirmed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

import orjson
from sqlalchemy import delete, exists, select, update

from idp.domain.audit.account_events import (
    ChannelsChosen,
    ContactAdded,
    ContactMadePrimary,
    ContactRemoved,
    LoginMoved,
)
from idp.domain.audit.record import record
from idp.domain.citizens import identifiers, profile
from idp.domain.citizens.identifiers import Kind
from idp.domain.citizens.logins import add_identifier
from idp.domain.citizens.models import Citizen, Contact as Row, Identifier
from idp.domain.citizens.people import GERBANG, SELF, Person, citizen_of
from idp.domain.store.database import Session
from keys import DataKey, KeyTree, Place

MOST: Final = 5
"""How many of a kind one citizen keeps."""
CHANNELS: Final = ("sms", "whatsapp")
ATTRIBUTES: Final = {Kind.EMAIL: "email", Kind.PHONE: "phone_number"}
TABLE: Final = "contact"


class ContactRefused(Exception):
    """The change is not possible; `reason` is `known`, `too_many`, `last`, `unconfirmed` or `gone`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Contact:
    """One way to reach a citizen."""

    id: UUID
    kind: Kind
    value: str = field(repr=False)
    is_primary: bool
    signs_in: bool
    verified_at: datetime | None
    channels: tuple[str, ...]
    created_at: datetime


def of(db: Session, data_key: DataKey, citizen_id: UUID) -> tuple[Contact, ...]:
    """Return every contact: e-mail first, of each kind the primary one first, then the oldest."""
    known = profile.read(db, data_key, citizen_id)
    rows = db.execute(
        select(Row, Identifier.login)
        .join(Identifier, Identifier.id == Row.id)
        .where(Row.citizen_id == citizen_id)
        .order_by(Row.kind, Row.is_primary.desc(), Row.created_at, Row.id)
    )
    found = []
    for row, login in rows:
        kind = Kind(row.kind)
        if row.sealed is not None:
            value = orjson.loads(data_key.unseal(row.sealed, place(row.id)))
        elif ATTRIBUTES[kind] in known:
            value = known[ATTRIBUTES[kind]].value
        else:
            continue
        channels = tuple(row.channels.split())
        found.append(
            Contact(row.id, kind, value, row.is_primary, login, row.verified_at, channels, row.created_at)
        )
    return tuple(found)


def one(known: Sequence[Contact], contact_id: UUID) -> Contact:
    """Return one of a citizen's contacts.

    Raises:
        ContactRefused: `gone`, not theirs or no more.
    """
    for contact in known:
        if contact.id == contact_id:
            return contact
    raise ContactRefused("gone")


def proved(known: Sequence[Contact], kind: Kind, value: str) -> Contact | None:
    """Return the contact of a canonical value, where it has been confirmed."""
    return next((c for c in known if c.kind is kind and _same(kind, c.value, value) and c.verified_at), None)


def check_new(known: Sequence[Contact], kind: Kind, value: str) -> None:
    """Refuse what can be no further contact, before a code is sent.

    Raises:
        ContactRefused: `known` or `too_many`.
    """
    same_kind = [contact for contact in known if contact.kind is kind]
    if proved(known, kind, value) is not None:
        raise ContactRefused("known")
    if len(same_kind) >= MOST and not any(_same(kind, contact.value, value) for contact in same_kind):
        raise ContactRefused("too_many")


def add(
    db: Session,
    tree: KeyTree,
    person: Person,
    kind: Kind,
    value: str,
    now: datetime,
    *,
    confirmed: bool,
    channels: Sequence[str] = (),
) -> Contact:
    """Keep a canonical value, confirmed or not; the first of its kind is the primary one.

    One that is there already, unconfirmed, is confirmed by this.

    Raises:
        ContactRefused: `known` or `too_many`.
    """
    one_at_a_time(db, person.citizen_id)
    known = of(db, person.data_key, person.citizen_id)
    check_new(known, kind, value)
    there = next((c for c in known if c.kind is kind and _same(kind, c.value, value)), None)
    if there is not None:
        if not confirmed:
            raise ContactRefused("known")
        _free_from_unconfirmed(db, tree, person.account_id, kind, value, now)
        _confirm(db, tree, person, there, now)
        return one(of(db, person.data_key, person.citizen_id), there.id)
    made = keep(db, tree, person, kind, value, now, confirmed=confirmed, channels=channels)
    kept = one(of(db, person.data_key, person.citizen_id), made)
    if confirmed:
        _record_added(db, person, kind, kept.id, kept.signs_in, now)
    return kept


def keep(
    db: Session,
    tree: KeyTree,
    person: Person,
    kind: Kind,
    text: str,
    now: datetime,
    *,
    confirmed: bool,
    channels: Sequence[str] = (),
) -> UUID:
    """Write a further contact down; the first of its kind is the primary one.

    Raises:
        Malformed: when it is no address or number.
    """
    value = identifiers.canonical(kind, text)
    if confirmed:
        _free_from_unconfirmed(db, tree, person.account_id, kind, value, now)
    has_one = select(Row.id).where(Row.citizen_id == person.citizen_id, Row.kind == kind.value).limit(1)
    primary = db.scalars(has_one).first() is None
    identifier = add_identifier(db, tree, person.account_id, kind, value, now)
    row = Row(
        id=identifier.id,
        citizen_id=person.citizen_id,
        kind=kind.value,
        is_primary=primary,
        sealed=None if primary else _sealed(person.data_key, identifier.id, value),
        channels=" ".join(channels) or ("sms" if kind is Kind.PHONE else ""),
        verified_at=now if confirmed else None,
        created_at=now,
    )
    db.add(row)
    db.flush()
    if primary:
        _write_attribute(db, person, kind, value, row.verified_at, now)
    return row.id


def make_primary(db: Session, person: Person, contact_id: UUID, now: datetime) -> Contact:
    """Let a confirmed contact take the place of the primary one of its kind.

    Raises:
        ContactRefused: `gone` or `unconfirmed`.
    """
    one_at_a_time(db, person.citizen_id)
    known = of(db, person.data_key, person.citizen_id)
    chosen = one(known, contact_id)
    if chosen.is_primary:
        return chosen
    if chosen.verified_at is None:
        raise ContactRefused("unconfirmed")
    for before in known:
        if before.kind is chosen.kind and before.is_primary:
            sealed = _sealed(person.data_key, before.id, before.value)
            _set(db, before.id, is_primary=False, sealed=sealed)
    _raise(db, person, chosen, now)
    return one(of(db, person.data_key, person.citizen_id), contact_id)


def remove(db: Session, person: Person, contact_id: UUID, now: datetime) -> Contact:
    """Forget a contact; where it was the primary one, the oldest confirmed other of its kind follows.

    Raises:
        ContactRefused: `gone`, or `last` for the only confirmed one of all kinds.
    """
    one_at_a_time(db, person.citizen_id)
    known = of(db, person.data_key, person.citizen_id)
    gone = one(known, contact_id)
    rest = [contact for contact in known if contact.id != contact_id]
    if gone.verified_at is not None and not any(contact.verified_at for contact in rest):
        raise ContactRefused("last")
    db.execute(delete(Row).where(Row.id == contact_id))
    db.execute(delete(Identifier).where(Identifier.id == contact_id))
    record(db, ContactRemoved(citizen_id=person.citizen_id, kind=gone.kind.value, contact_id=gone.id), now)
    if gone.is_primary:
        heir = next((c for c in rest if c.kind is gone.kind and c.verified_at is not None), None)
        heir = heir or next((c for c in rest if c.kind is gone.kind), None)
        if heir is None:
            profile.supersede(db, person.citizen_id, ATTRIBUTES[gone.kind], now)
        else:
            _raise(db, person, heir, now)
    return gone


def choose_channels(
    db: Session, citizen_id: UUID, contact_id: UUID, channels: Sequence[str], now: datetime
) -> None:
    """Keep what a phone number takes messages by; at least one, else it could as well be removed.

    Raises:
        ContactRefused: `gone`, or `unconfirmed` for channels nobody knows.
    """
    chosen = tuple(name for name in CHANNELS if name in channels)
    if not chosen:
        raise ContactRefused("unconfirmed")
    changed = db.execute(
        update(Row)
        .where(Row.id == contact_id, Row.citizen_id == citizen_id, Row.kind == Kind.PHONE.value)
        .values(channels=" ".join(chosen))
        .returning(Row.id)
        .execution_options(synchronize_session=False)
    ).first()
    if changed is None:
        raise ContactRefused("gone")
    record(db, ChannelsChosen(citizen_id=citizen_id, contact_id=contact_id, channels=chosen), now)


def place(contact_id: UUID) -> Place:
    """Name where a contact's value is sealed."""
    return Place(TABLE, "sealed", contact_id.hex)


def one_at_a_time(db: Session, citizen_id: UUID) -> None:
    """Let changes of one citizen wait for each other until the transaction ends, but nobody who only refers to them."""
    db.execute(select(Citizen.id).where(Citizen.id == citizen_id).with_for_update(key_share=True))


def _confirm(db: Session, tree: KeyTree, person: Person, there: Contact, now: datetime) -> None:
    """Let a code for what was only stated count, and let it sign in unless somebody else confirmed it before."""
    digest = identifiers.digest(tree.blind_index, there.kind, there.value)
    taken = identifiers.account_of(db, there.kind, digest)
    _set(db, there.id, verified_at=now)
    if taken is None:
        db.execute(update(Identifier).where(Identifier.id == there.id).values(login=True))
    if there.is_primary:
        _write_attribute(db, person, there.kind, there.value, now, now)
    signs_in = taken is None or taken == person.account_id
    _record_added(db, person, there.kind, there.id, signs_in, now)


def _free_from_unconfirmed(
    db: Session, tree: KeyTree, account_id: UUID, kind: Kind, value: str, now: datetime
) -> None:
    """Take the login of a value from somebody who never confirmed it."""
    digest = identifiers.digest(tree.blind_index, kind, value)
    unconfirmed = exists().where(Row.id == Identifier.id, Row.verified_at.is_(None))
    freed = db.execute(
        update(Identifier)
        .where(
            Identifier.kind == kind.value,
            Identifier.digest == digest,
            Identifier.login,
            Identifier.account_id != account_id,
            unconfirmed,
        )
        .values(login=False)
        .returning(Identifier.account_id)
        .execution_options(synchronize_session=False)
    ).all()
    for row in freed:
        owner = citizen_of(db, row.account_id)
        record(db, LoginMoved(citizen_id=owner, account_id=row.account_id, kind=kind.value), now)


def _raise(db: Session, person: Person, chosen: Contact, now: datetime) -> None:
    _set(db, chosen.id, is_primary=True, sealed=None)
    _write_attribute(db, person, chosen.kind, chosen.value, chosen.verified_at, now)
    event = ContactMadePrimary(citizen_id=person.citizen_id, kind=chosen.kind.value, contact_id=chosen.id)
    record(db, event, now)


def _write_attribute(
    db: Session, person: Person, kind: Kind, value: str, verified_at: datetime | None, now: datetime
) -> None:
    profile.write(
        db,
        person.data_key,
        person.citizen_id,
        ATTRIBUTES[kind],
        value,
        source=GERBANG if verified_at is not None else SELF,
        level="ial0",
        verified_at=verified_at,
        now=now,
    )


def _record_added(
    db: Session, person: Person, kind: Kind, contact_id: UUID, signs_in: bool, now: datetime
) -> None:
    event = ContactAdded(
        citizen_id=person.citizen_id, kind=kind.value, contact_id=contact_id, signs_in=signs_in
    )
    record(db, event, now)


def _set(db: Session, contact_id: UUID, **values: object) -> None:
    db.execute(update(Row).where(Row.id == contact_id).values(**values))


def _sealed(data_key: DataKey, contact_id: UUID, value: str) -> bytes:
    return data_key.seal(orjson.dumps(value), place(contact_id))


def _same(kind: Kind, one_value: str, other: str) -> bool:
    return one_value.lower() == other.lower() if kind is Kind.EMAIL else one_value == other

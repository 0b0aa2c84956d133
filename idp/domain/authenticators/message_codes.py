"""Codes to a confirmed telephone as a second factor: bound to one contact and one channel (features C5).

Only SMS and WhatsApp. E-mail is no out-of-band authenticator (NIST SP 800-63B-4 §3.1.3.1), so a code by e-mail confirms
an address and helps to come back, and never raises a session (ADR 0023).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID, uuid4

import orjson
from sqlalchemy import update

from idp.domain.audit.account_events import FactorRemoved
from idp.domain.audit.events import FactorEnrolled
from idp.domain.audit.record import record
from idp.domain.authenticators import factors, one_time_codes, ways_in
from idp.domain.authenticators.models import Factor
from idp.domain.citizens import contacts
from idp.domain.citizens.models import Citizen
from idp.domain.citizens.people import Person
from idp.domain.messages.channels import Channel
from idp.domain.store.database import Session
from keys import KeyTree, Place

KIND: Final = "message_code"
PURPOSE: Final = "sign_in"
SEAL: Final = "factor"


@dataclass(frozen=True, slots=True)
class MessageFactor:
    """One telephone that gets codes; `number` is None when it is no confirmed contact any more."""

    id: UUID
    contact_id: UUID
    channel: Channel
    number: str | None = field(repr=False)
    created_at: datetime
    last_used_at: datetime | None


def every(db: Session, tree: KeyTree, account_id: UUID, citizen_id: UUID) -> Sequence[MessageFactor]:
    """Return every telephone of an account that was switched on, the oldest first."""
    rows = factors.of(db, account_id, KIND)
    citizen = db.get(Citizen, citizen_id) if rows else None
    if citizen is None or citizen.data_key is None:
        return ()
    data_key = tree.vault.open(citizen.id, citizen.data_key)
    numbers = {each.id: each.value for each in contacts.of(db, data_key, citizen.id) if each.verified_at}
    return [_opened(tree, row, numbers) for row in rows]


def usable(
    db: Session, tree: KeyTree, account_id: UUID, citizen_id: UUID, channel: Channel
) -> MessageFactor | None:
    """Return the telephone that gets the codes of a channel, while its number is a confirmed contact (O-102)."""
    known = every(db, tree, account_id, citizen_id)
    return next((each for each in known if each.channel is channel and each.number is not None), None)


def enrol(
    db: Session, tree: KeyTree, person: Person, contact_id: UUID, channel: Channel, now: datetime
) -> UUID:
    """Switch a channel of a confirmed contact on; it takes the place of another number on the same channel."""
    for old in every(db, tree, person.account_id, person.citizen_id):
        if old.channel is channel:
            _end(db, person.account_id, person.citizen_id, old.id, now)
    factor_id = uuid4()
    content = orjson.dumps({"contact": contact_id.hex, "channel": channel.value})
    db.add(
        Factor(
            id=factor_id,
            account_id=person.account_id,
            kind=KIND,
            name=channel.value,
            secret=tree.vault.system(SEAL).seal(content, _place(factor_id)),
            created_at=now,
        )
    )
    db.flush()
    record(db, FactorEnrolled(account_id=person.account_id, citizen_id=person.citizen_id, kind=KIND), now)
    return factor_id


def may_lose(db: Session, tree: KeyTree, account_id: UUID, citizen_id: UUID, contact_id: UUID) -> bool:
    """Tell whether the owner can still come back when a contact, and what it is used for, goes (attacks O-109)."""
    used = [each for each in every(db, tree, account_id, citizen_id) if each.contact_id == contact_id]
    if not used:
        return True
    standing = ways_in.read(db, account_id)
    for _each in used:
        standing = standing.without(KIND)
    return standing.enough


def end_orphans(db: Session, tree: KeyTree, account_id: UUID, citizen_id: UUID, now: datetime) -> int:
    """Switch off what a contact was used for that is gone; return how many channels that were."""
    gone = [each for each in every(db, tree, account_id, citizen_id) if each.number is None]
    for each in gone:
        _end(db, account_id, citizen_id, each.id, now)
    return len(gone)


def holder(tree: KeyTree, factor_id: UUID, session_id: UUID) -> bytes:
    """Bind a code to the telephone and to the sign-in it was asked for in (NIST SP 800-63B-4 §3.1.3.2)."""
    return one_time_codes.holder(tree, factor_id.bytes, session_id.bytes)


def claim(db: Session, tree: KeyTree, factor_id: UUID, session_id: UUID, code: str, now: datetime) -> bool:
    """Spend a code, once; its factor must still stand."""
    if not one_time_codes.claim(db, tree, PURPOSE, holder(tree, factor_id, session_id), code, now):
        return False
    used = db.execute(
        update(Factor)
        .where(Factor.id == factor_id, Factor.removed_at.is_(None))
        .values(last_used_at=now)
        .returning(Factor.id)
        .execution_options(synchronize_session=False)
    )
    return used.first() is not None


def _end(db: Session, account_id: UUID, citizen_id: UUID, factor_id: UUID, now: datetime) -> None:
    ended = db.execute(
        update(Factor)
        .where(Factor.id == factor_id, Factor.removed_at.is_(None))
        .values(removed_at=now)
        .returning(Factor.id)
        .execution_options(synchronize_session=False)
    ).first()
    if ended is not None:
        record(db, FactorRemoved(citizen_id=citizen_id, account_id=account_id, kind=KIND), now)


def _opened(tree: KeyTree, row: Factor, numbers: dict[UUID, str]) -> MessageFactor:
    content = orjson.loads(tree.vault.system(SEAL).unseal(row.secret, _place(row.id)))
    contact_id = UUID(content["contact"])
    return MessageFactor(
        row.id,
        contact_id,
        Channel(content["channel"]),
        numbers.get(contact_id),
        row.created_at,
        row.last_used_at,
    )


def _place(factor_id: UUID) -> Place:
    return Place("factor", "secret", factor_id.hex)

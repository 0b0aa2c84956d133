"""Telling a citizen something: on the channels its importance asks for, and always in their own inbox (T1, T2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from idp.domain.citizens import contacts, profile
from idp.domain.citizens.contacts import Contact
from idp.domain.citizens.identifiers import Kind
from idp.domain.citizens.models import Citizen
from idp.domain.messages import inbox, kinds
from idp.domain.messages.channels import Channel
from idp.domain.messages.send import Message, queue
from idp.domain.store.database import Session
from keys import KeyTree

UNCHOSEN: Final = (Channel.SMS.value,)


@dataclass(frozen=True, slots=True)
class Address:
    """One confirmed contact and the channel that reaches it."""

    contact_id: UUID
    channel: Channel
    value: str = field(repr=False)


def write(
    db: Session,
    tree: KeyTree,
    citizen_id: UUID,
    template: str,
    context: Mapping[str, Any],
    now: datetime,
    *,
    help_url: str,
    until: datetime | None = None,
) -> bool:
    """Tell a citizen: what guards the account to every confirmed contact, the rest to the preferred one.

    False when there is no confirmed contact; the notice waits in the inbox then.
    """
    citizen = db.get(Citizen, citizen_id)
    if citizen is None or citizen.data_key is None:
        return False
    data_key = tree.vault.open(citizen.id, citizen.data_key)
    known = profile.read(db, data_key, citizen.id)
    name = known["name"].value if "name" in known else ""
    told = {"name": name, "help_url": help_url, **context}
    inbox.put(db, data_key, citizen.id, template, told, now)
    guarding = kinds.is_security(template)
    addresses = to_tell(contacts.of(db, data_key, citizen.id), guarding=guarding)
    for address in addresses if guarding else addresses[:1]:
        message = Message(
            to=address.value,
            template=template,
            language=citizen.locale,
            context=told,
            channel=address.channel,
            citizen_id=citizen.id,
            until=until,
        )
        queue(db, tree.vault.system("pii"), message, now)
    return bool(addresses)


def to_tell(known: Sequence[Contact], *, guarding: bool = False) -> tuple[Address, ...]:
    """Return one address for each confirmed contact, e-mail first: it costs nothing and takes all the words.

    What guards the account goes to a telephone by every channel that was chosen, and by text message in any case: a
    thief who chooses a channel its owner does not read silences nothing.
    """
    found = []
    for contact in known:
        if contact.verified_at is None:
            continue
        chosen = tuple(map(Channel, contact.channels or UNCHOSEN))
        channels: tuple[Channel, ...] = (Channel.EMAIL,) if contact.kind is Kind.EMAIL else chosen
        if guarding and contact.kind is Kind.PHONE:
            channels = tuple(dict.fromkeys((Channel.SMS, *chosen)))
        found += [Address(contact.id, by, contact.value) for by in channels[: None if guarding else 1]]
    return tuple(found)

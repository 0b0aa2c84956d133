"""Sending what opens something to one confirmed address: never into the inbox, and briefer by text message.

A text message can be read by whoever holds the SIM, so what it carries lives ten minutes (NIST SP 800-63B-4 §4.2.2.2).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from idp.domain.citizens import contacts, profile
from idp.domain.citizens.models import Citizen
from idp.domain.messages.channels import Channel
from idp.domain.messages.send import Message, queue
from idp.domain.proofing import contact
from idp.domain.proofing.contact import Address
from idp.domain.store.database import Session
from keys import KeyTree

BY_TEXT: Final = timedelta(minutes=10)


def address_of(db: Session, tree: KeyTree, citizen: Citizen) -> Address | None:
    """Return where a link or code goes: the primary e-mail address, else the first confirmed phone number."""
    if citizen.data_key is None:
        return None
    known = contacts.of(db, tree.vault.open(citizen.id, citizen.data_key), citizen.id)
    return next(iter(contact.to_tell(known)), None)


def lifetime(address: Address, by_mail: timedelta) -> timedelta:
    """Return how long what is sent to an address lives."""
    return by_mail if address.channel is Channel.EMAIL else min(by_mail, BY_TEXT)


def send(
    db: Session,
    tree: KeyTree,
    citizen: Citizen,
    address: Address,
    template: str,
    context: Mapping[str, Any],
    now: datetime,
    *,
    help_url: str,
    until: datetime,
) -> None:
    """Queue the letter for this one address."""
    if citizen.data_key is None:
        return
    known = profile.read(db, tree.vault.open(citizen.id, citizen.data_key), citizen.id)
    name = known["name"].value if "name" in known else ""
    message = Message(
        to=address.value,
        template=template,
        language=citizen.locale,
        context={"name": name, "help_url": help_url, **context},
        channel=address.channel,
        citizen_id=citizen.id,
        until=until,
    )
    queue(db, tree.vault.system("pii"), message, now)

"""Sending what opens something to one confirmed address: never into the inbox, and briefer by text message.

A text message can be read by whoever holds the SIM, so what it carries lives ten minutes (NIST SP 800-63B-4 §4.2.2.2).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from idp.domain.cases import disowned
from idp.domain.citizens import contacts, profile
from idp.domain.citizens.contact_changes import PHONE_HOLD
from idp.domain.citizens.contacts import Contact
from idp.domain.citizens.models import Citizen
from idp.domain.messages.channels import Channel
from idp.domain.messages.send import Message, queue
from idp.domain.proofing import contact
from idp.domain.proofing.contact import Address
from idp.domain.store.database import Session
from keys import KeyTree

BY_TEXT: Final = timedelta(minutes=10)
SETTLED: Final = PHONE_HOLD


def address_of(db: Session, tree: KeyTree, citizen: Citizen, now: datetime) -> Address | None:
    """Return where a link or code goes: the primary e-mail address, else the first confirmed phone number.

    A contact that was added later leads back in when every other one has had time to read of it, and its owner has not
    said since that this was not them: a borrowed session must not become a way back (ADR 0026).
    """
    if citizen.data_key is None:
        return None
    known = contacts.of(db, tree.vault.open(citizen.id, citizen.data_key), citizen.id)
    return next(iter(contact.to_tell([each for each in known if _leads_back(db, each, citizen, now)])), None)


def _leads_back(db: Session, known: Contact, citizen: Citizen, now: datetime) -> bool:
    since = known.verified_at
    if since is None or since <= citizen.created_at:
        return since is not None
    return since <= now - SETTLED and not disowned.is_doubted(db, citizen.id, since)


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

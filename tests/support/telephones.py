"""Telephones of citizens: switching codes on, and reading what came."""

from __future__ import annotations

import orjson
from sqlalchemy import select

from idp.domain.authenticators import message_codes
from idp.domain.citizens import contacts
from idp.domain.citizens.identifiers import Kind
from idp.domain.citizens.models import Citizen
from idp.domain.citizens.people import Person
from idp.domain.events.models import Outbox
from idp.domain.messages.channels import Channel
from idp.services import Services
from keys import Place
from tests.factories import TestCitizen
from tests.rp import Provider


def switch_on(services: Services, citizen: TestCitizen, channel: Channel) -> None:
    """Let a citizen's confirmed number get codes on a channel."""
    with services.database.unit_of_work() as db:
        row = db.get_one(Citizen, citizen.citizen_id)
        assert row.data_key is not None
        data_key = services.tree.vault.open(row.id, row.data_key)
        person = Person(citizen.account_id, citizen.citizen_id, data_key)
        phone = next(c for c in contacts.of(db, data_key, row.id) if c.kind is Kind.PHONE)
        message_codes.enrol(db, services.tree, person, phone.id, channel, services.clock())


def codes_to(provider: Provider, number: str, channel: str = "sms") -> list[str]:
    """Return the codes that wait in the outbox for a number, the oldest first, and leave them there."""
    services = provider.services
    seal = services.tree.vault.system("pii")
    found = []
    with services.database.unit_of_work() as db:
        rows = db.scalars(select(Outbox).where(Outbox.kind == "message").order_by(Outbox.created_at)).all()
        for row in rows:
            message = orjson.loads(seal.unseal(row.payload, Place("outbox", "payload", row.id.hex)))
            if message["to"] == number and message["channel"] == channel and "code" in message["context"]:
                found.append(message["context"]["code"].replace(" ", ""))
    return found

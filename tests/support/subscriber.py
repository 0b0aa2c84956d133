"""A client that is told of events: where they arrive, and how it confirms them."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from joserfc import jws

from idp.deliveries import Deliveries
from idp.domain.events import announcements
from tests import factories
from tests.answers import Answer
from tests.factories import TestCitizen
from tests.rp import RP, Provider
from tests.support.listener import Listener

CONFIRMATIONS = "/events/confirmations"
CONSENT_WITHDRAWN = "urn:gerbang:event:consent-withdrawn"
ATTRIBUTE_CHANGED = "urn:gerbang:event:attribute-changed"


class Subscriber:
    """One client with an address for security event tokens."""

    def __init__(self, provider: Provider, client_id: str, **metadata: Any) -> None:
        self.listener = Listener()
        self.listener.status = 202
        values = {"security_events_uri": self.listener.url} | metadata
        self.rp = RP(provider, factories.a_client(provider.services, client_id, **values))
        self.provider = provider

    @property
    def bodies(self) -> list[str]:
        """What has arrived."""
        return self.listener.bodies

    def events(self) -> list[dict[str, Any]]:
        """The claims of every token that has arrived, its signature checked against our key set."""
        keys = self.provider.keys()
        return [json.loads(jws.deserialize_compact(body, keys).payload) for body in self.bodies]

    def confirm(self, jti: str, **parameters: str) -> Answer:
        """Say that what an event asks is done."""
        return self.rp.call(CONFIRMATIONS, jti=jti, **parameters)

    def close(self) -> None:
        self.listener.close()


def deliver(provider: Provider) -> None:
    """Carry out whatever waits in the outbox."""
    Deliveries(provider.services).drain()


def announce(
    provider: Provider, client_id: str, citizen: TestCitizen, kind: str = "attribute-changed", **options: Any
) -> UUID:
    """Tell a client of an event, as the acts do that cause one."""
    services = provider.services
    payload = {"claims": ["address"]} | options.pop("payload", {})
    with services.database.unit_of_work() as db:
        return announcements.announce(
            db,
            services.tree.vault.system("pii"),
            client_id=client_id,
            citizen_id=citizen.citizen_id,
            kind=kind,
            payload=payload,
            now=services.clock(),
            **options,
        )

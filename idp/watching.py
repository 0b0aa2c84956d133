"""The alarm for unusual releases: on record, in the log, and in a letter to the operators (features F17)."""

from __future__ import annotations

from typing import Final

import structlog

from idp.domain.exchange import unusual
from idp.domain.messages.send import Message, queue
from idp.domain.registry.lookup import as_client
from idp.domain.registry.models import ClientRegistration
from idp.services import Services

log = structlog.get_logger()

TEMPLATE: Final = "releases_unusual"
PAGE: Final = "/admin/audit?event=ReleasesUnusual"


def look(services: Services) -> int:
    """Look at this hour's releases and ring for what is unusual; return how many rang."""
    with services.database.unit_of_work() as db:
        now = services.clock()
        rung = unusual.notice(db, now)
        for each in rung:
            log.warning("releases_unusual", client_id=each.client_id, people=each.releases, usual=each.usual)
            address = services.settings.operations_mail
            registration = db.get(ClientRegistration, each.client_id)
            if address is None or registration is None:
                continue
            message = Message(
                to=address,
                template=TEMPLATE,
                context={
                    "name": "",
                    "agency": as_client(registration).name("id"),
                    "people_count": each.releases,
                    "usual_count": each.usual,
                    "audit_url": f"{services.settings.issuer}{PAGE}",
                    "help_url": f"{services.settings.issuer}/help",
                },
            )
            queue(db, services.tree.vault.system("pii"), message, now)
    return len(rung)

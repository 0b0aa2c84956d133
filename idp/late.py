"""Services that have not confirmed in time: put on record once, and their keepers alerted (UU PDP art. 30, 40, 41)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Final

import structlog

from idp.domain.audit.announcement_events import ServiceLate
from idp.domain.audit.record import record
from idp.domain.events import announcements
from idp.domain.events.models import Announcement
from idp.domain.messages.send import Message, queue
from idp.domain.registry.lookup import as_client
from idp.domain.registry.models import ClientRegistration
from idp.domain.store.database import Session
from idp.services import Services

log = structlog.get_logger()

TEMPLATE: Final = "service_late"
MOST_CONTACTS: Final = 5
PAGE: Final = "/admin/late"


def note_late(services: Services) -> int:
    """Claim whatever has become late, once among all workers, and alert; return how many there were."""
    count = 0
    while True:
        with services.database.unit_of_work() as db:
            now = services.clock()
            found = announcements.claim_late(db, now)
            by_client: dict[str, list[Announcement]] = defaultdict(list)
            for row in found:
                event = ServiceLate(
                    citizen_id=row.citizen_id, client_id=row.client_id, jti=row.id, kind=row.kind
                )
                record(db, event, now)
                by_client[row.client_id].append(row)
            for client_id, rows in sorted(by_client.items()):
                _alert(services, db, client_id, rows, now)
        if not found:
            return count
        count += len(found)


def _alert(
    services: Services, db: Session, client_id: str, rows: Sequence[Announcement], now: datetime
) -> None:
    """Write one letter per client to the operators and to the contacts it registered (RFC 7591 §2)."""
    registration = db.get(ClientRegistration, client_id)
    if registration is None:
        return
    issuer = services.settings.issuer
    contacts = [each for each in registration.client_metadata.get("contacts", ()) if "@" in each]
    operators = services.settings.operations_mail
    addresses = dict.fromkeys((*((operators,) if operators else ()), *contacts[:MOST_CONTACTS]))
    log.warning("service_late", client_id=client_id, announcements=len(rows), told=len(addresses))
    for address in addresses:
        message = Message(
            to=address,
            template=TEMPLATE,
            context={
                "name": "",
                "agency": as_client(registration).name("id"),
                "late_count": len(rows),
                "late_url": f"{issuer}{PAGE}",
                "help_url": f"{issuer}/help",
            },
        )
        queue(db, services.tree.vault.system("pii"), message, now)

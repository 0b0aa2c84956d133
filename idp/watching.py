"""The alarms for what is unusual between agencies: on record, in the log, and in a letter to the operators (F17)."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import structlog

from idp.domain.exchange import unusual
from idp.domain.messages.send import Message, queue
from idp.domain.registry.lookup import as_client
from idp.domain.registry.models import Agency, ClientRegistration
from idp.domain.store.database import Session
from idp.services import Services

log = structlog.get_logger()

RELEASES: Final = "releases_unusual"
CONFLICTS: Final = "conflicts_unusual"
PAGE: Final = "/admin/audit?event="


def look(services: Services) -> int:
    """Look at this hour's releases and at a day's conflicts, and ring for what is unusual; return how many rang."""
    with services.database.unit_of_work() as db:
        now = services.clock()
        reading = unusual.notice(db, now)
        for each in reading:
            log.warning(RELEASES, client_id=each.client_id, people=each.releases, usual=each.usual)
            client = db.get(ClientRegistration, each.client_id)
            name = as_client(client).name("id") if client is not None else each.client_id
            counts = {"people_count": each.releases, "usual_count": each.usual}
            _write(services, db, RELEASES, "ReleasesUnusual", name, counts, now)
        disagreeing = unusual.notice_conflicts(db, now)
        for agency in disagreeing:
            log.warning(CONFLICTS, agency_id=agency.agency_id, conflicts=agency.conflicts)
            row = db.get(Agency, agency.agency_id)
            name = row.name_id if row is not None else agency.agency_id
            counts = {"conflict_count": agency.conflicts}
            _write(services, db, CONFLICTS, "ConflictsUnusual", name, counts, now)
    return len(reading) + len(disagreeing)


def _write(
    services: Services,
    db: Session,
    template: str,
    event: str,
    name: str,
    counts: dict[str, int],
    now: datetime,
) -> None:
    address, issuer = services.settings.operations_mail, services.settings.issuer
    if address is None:
        return
    context = {
        "name": "",
        "agency": name,
        "audit_url": f"{issuer}{PAGE}{event}",
        "help_url": f"{issuer}/help",
    }
    message = Message(to=address, template=template, context=context | counts)
    queue(db, services.tree.vault.system("pii"), message, now)

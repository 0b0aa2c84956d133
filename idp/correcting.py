"""The worker's part of cases about data: telling of new ones and of late ones (features F12, G7)."""

from __future__ import annotations

import structlog

from idp.domain.cases import telling
from idp.services import Services

log = structlog.get_logger()


def tell(services: Services) -> int:
    """Tell everybody concerned of new cases and of late ones, each once; return of how many.

    A line in the log is the operators' alert; the console counts what is late until it is answered.
    """
    issuer, count = services.settings.issuer, 0
    with services.database.unit_of_work() as db:
        now = services.clock()
        for case in telling.claim_opened(db, now):
            telling.opened(db, services.tree, case, now, issuer=issuer)
            log.info("data_case_opened", case=case.number, kind=case.kind, owner=case.owner_id)
            count += 1
    with services.database.unit_of_work() as db:
        now = services.clock()
        for case in telling.claim_late(db, now):
            telling.late(db, services.tree, case, now, issuer=issuer)
            log.warning("data_case_late", case=case.number, kind=case.kind, owner=case.owner_id)
            count += 1
    return count

"""Reading the ledger of releases for the citizen it is about (UU PDP art. 31, 32)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from idp.domain.exchange.models import Release
from idp.domain.store.database import Session


def last_used(db: Session, citizen_id: UUID) -> Mapping[str, datetime]:
    """Return when each client last received data of a citizen."""
    rows = db.execute(
        select(Release.client_id, func.max(Release.at))
        .where(Release.citizen_id == citizen_id)
        .group_by(Release.client_id)
    )
    return {client_id: at for client_id, at in rows}

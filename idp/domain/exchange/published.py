"""Who publishes which attribute, for the catalogue that everybody may read."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select

from idp.domain.exchange.models import PublishedAttribute, Publisher
from idp.domain.exchange.publishers import ACTIVE
from idp.domain.registry.models import Agency
from idp.domain.store.database import Session


def by_attribute(db: Session) -> Mapping[str, Agency]:
    """Return the agency behind each attribute that is published now."""
    rows = db.execute(
        select(PublishedAttribute.attribute, Agency)
        .join(Publisher, Publisher.agency_id == PublishedAttribute.agency_id)
        .join(Agency, Agency.id == PublishedAttribute.agency_id)
        .where(Publisher.status == ACTIVE)
        .order_by(PublishedAttribute.attribute)
    )
    return {attribute: agency for attribute, agency in rows}

"""One protected resource, one client: who serves a resource is never in doubt (RFC 8707 §2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from idp.domain.registry.lookup import STAMP
from idp.domain.registry.models import ClientRegistration
from idp.domain.registry.violations import Report, Rule
from idp.domain.store.database import Session
from idp.domain.store.stamps import bump


def require_unserved(db: Session, client_id: str | None, metadata: Mapping[str, Any]) -> None:
    """Refuse resources that another client, retired ones aside, has registered.

    Changes of the registry that name a resource wait for each other here: they all move its stamp.

    Raises:
        BadMetadata: with every resource that is taken.
    """
    wanted = metadata.get("resource_uris", ())
    if not wanted:
        return
    bump(db, STAMP)
    listed = ClientRegistration.client_metadata["resource_uris"]
    rows = db.execute(
        select(ClientRegistration.id, listed).where(
            ClientRegistration.status != "retired", listed.as_string().is_not(None)
        )
    )
    taken = {uri for other, uris in rows if other != client_id for uri in uris}
    report = Report()
    for uri in wanted:
        if uri in taken:
            report.add("resource_uris", Rule.SERVED, uri)
    report.settle()

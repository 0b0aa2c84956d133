"""What a citizen currently gives, client by client, for their own eyes (UU PDP art. 7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from idp.domain.consent.models import Authorization
from idp.domain.registry.models import ClientRegistration
from idp.domain.store.database import Session


@dataclass(frozen=True, slots=True)
class Given:
    """One standing authorization and who holds it."""

    authorization: Authorization
    client: ClientRegistration
    since: datetime
    """The first consent to this client that was never taken back."""


def given(db: Session, citizen_id: UUID, now: datetime, client_id: str | None = None) -> Sequence[Given]:
    """Return what stands, the latest first; only that of one client when it is named."""
    since = (
        select(Authorization.client_id, func.min(Authorization.granted_at).label("since"))
        .where(Authorization.citizen_id == citizen_id, Authorization.withdrawn_at.is_(None))
        .group_by(Authorization.client_id)
        .subquery()
    )
    found = (
        select(Authorization, ClientRegistration, since.c.since)
        .join(ClientRegistration, ClientRegistration.id == Authorization.client_id)
        .join(since, since.c.client_id == Authorization.client_id)
        .where(
            Authorization.citizen_id == citizen_id,
            Authorization.withdrawn_at.is_(None),
            Authorization.superseded_at.is_(None),
            Authorization.expires_at > now,
        )
        .order_by(Authorization.granted_at.desc())
    )
    if client_id is not None:
        found = found.where(Authorization.client_id == client_id)
    return [Given(authorization, client, first) for authorization, client, first in db.execute(found)]

"""Which clients took part in a session, and telling them that it is over (Back-Channel Logout §2.2).

A client takes part once it redeemed a code, which started a family. The table belongs to `grants`, which lies
higher; only the two columns that say who took part are read here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Uuid, column, select, table

from idp.domain.events import outbox
from idp.domain.registry.models import ClientRegistration
from idp.domain.store.database import Session

KIND: Final = "logout"
_FAMILY = table("family", column("session_id", Uuid()), column("client_id"), column("citizen_id", Uuid()))


def participants(db: Session, session_id: UUID) -> Sequence[ClientRegistration]:
    """Return the clients that received tokens in a session."""
    took_part = select(_FAMILY.c.client_id).where(_FAMILY.c.session_id == session_id)
    return db.scalars(
        select(ClientRegistration).where(ClientRegistration.id.in_(took_part)).order_by(ClientRegistration.id)
    ).all()


def sessions_with(db: Session, citizen_id: UUID, client_id: str) -> set[UUID]:
    """Return the sessions in which a client received tokens of a citizen."""
    return set(
        db.scalars(
            select(_FAMILY.c.session_id)
            .where(_FAMILY.c.citizen_id == citizen_id, _FAMILY.c.client_id == client_id)
            .distinct()
        )
    )


def tell(
    db: Session,
    clients: Iterable[ClientRegistration],
    *,
    session_id: UUID,
    citizen_id: UUID | None,
    now: datetime,
) -> int:
    """Queue a logout token for each client that registered an address for it; return how many."""
    told = 0
    for client in clients:
        if client.client_metadata.get("backchannel_logout_uri"):
            outbox.add_plain(db, KIND, now, client_id=client.id, citizen_id=citizen_id, session_id=session_id)
            told += 1
    return told

"""Telling every service a citizen gives something to, now or once, what became of the account (features G8, H3)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select

from idp.domain.consent.given import given
from idp.domain.consent.models import Authorization
from idp.domain.events.announcements import CLOCK, announce
from idp.domain.store.database import Session
from idp.protocol.oidc.security_events import EventKind
from keys import DataKey


def tell_standing(
    db: Session, seal: DataKey, citizen_id: UUID, kind: EventKind, payload: Mapping[str, Any], now: datetime
) -> int:
    """Tell the services a citizen gives something to at this moment; none of them has to answer. How many."""
    act, entries = uuid4(), given(db, citizen_id, now)
    for entry in entries:
        announce(
            db,
            seal,
            client_id=entry.client.id,
            citizen_id=citizen_id,
            kind=kind,
            payload=payload,
            now=now,
            act=act,
        )
    return len(entries)


def tell_former(
    db: Session, seal: DataKey, citizen_id: UUID, kind: EventKind, now: datetime, *, besides: frozenset[str]
) -> int:
    """Tell the services that were given something once and may still hold it; they have 3 x 24 hours."""
    act = uuid4()
    found = db.scalars(
        select(Authorization.client_id).where(Authorization.citizen_id == citizen_id).distinct()
    )
    former = sorted(set(found) - besides)
    for client_id in former:
        announce(
            db,
            seal,
            client_id=client_id,
            citizen_id=citizen_id,
            kind=kind,
            payload={},
            now=now,
            answer_by=now + CLOCK,
            act=act,
        )
    return len(former)

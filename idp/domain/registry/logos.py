"""A client's logo, fetched once by the worker and kept by us: pages load nothing from elsewhere (protocol A25).

The picture belongs to the address it came from. Whoever wants another one shown registers another address.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Final

from sqlalchemy import select

from idp.domain.events import outbox
from idp.domain.events.outbox import DONE, Delivery, Outcome, never
from idp.domain.registry.lookup import STAMP
from idp.domain.registry.models import ClientRegistration, Logo
from idp.domain.store.database import Database, Session
from idp.domain.store.stamps import bump

KIND: Final = "logo"
MEMBER: Final = "logo_uri"

Fetch = Callable[[str], bytes | Outcome]
"""Fetches a picture and makes it small and harmless; an outcome where there is none to be had."""


def queue(db: Session, row: ClientRegistration, earlier: object, now: datetime) -> None:
    """Forget a logo whose address changed, and have the new one fetched with the registration's transaction."""
    wanted = row.client_metadata.get(MEMBER)
    if wanted == earlier:
        return
    row.logo_digest = None
    if wanted is not None:
        outbox.add_plain(db, KIND, now, client_id=row.id)


def deliver(database: Database, fetch: Fetch, delivery: Delivery, now: datetime) -> Outcome:
    """Fetch the logo of a client and keep it, unless its address has changed meanwhile."""
    with database.reading() as db:
        row = db.get(ClientRegistration, delivery.client_id)
        address = row.client_metadata.get(MEMBER) if row is not None else None
    if address is None:
        return never("no_address")
    png = fetch(address)
    if isinstance(png, Outcome):
        return png
    digest = hashlib.sha256(png).digest()
    with database.unit_of_work() as db:
        row = db.get(ClientRegistration, delivery.client_id, with_for_update=True)
        if row is not None and row.client_metadata.get(MEMBER) == address:
            if db.get(Logo, digest) is None:
                db.add(Logo(digest=digest, png=png, fetched_at=now))
            row.logo_digest = digest
            bump(db, STAMP)
    return DONE


def picture(db: Session, digest: bytes) -> bytes | None:
    """Return a logo as PNG."""
    return db.scalar(select(Logo.png).where(Logo.digest == digest))

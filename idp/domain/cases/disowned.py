"""What an account got in the weeks before its owner said "that was not me": whoever was in it may have left that (H3).

A factor of those weeks goes when the account is opened again, and a contact of those weeks leads nobody back in. What
came with the account itself stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import or_, select

from idp.domain.authenticators import factors
from idp.domain.authenticators.models import Factor
from idp.domain.cases.models import SupportCase
from idp.domain.citizens.models import Citizen
from idp.domain.store.database import Session

NOT_ME: Final = "not_me"
REACHES_BACK: Final = timedelta(days=30)
"""The oldest letter that can be answered with "that was not me" tells of something so long ago."""
REGISTERING: Final = timedelta(minutes=1)
"""So long may making an account take, with its first factor and contacts."""


def take_off_factors(db: Session, citizen: Citizen, said_at: datetime, now: datetime) -> Sequence[str]:
    """Take off what was added since some weeks before the owner said so; return the kinds."""
    since = max(said_at - REACHES_BACK, citizen.created_at + REGISTERING)
    return factors.take_off(db, citizen.account_id, now, Factor.created_at > since, citizen_id=citizen.id)


def is_doubted(db: Session, citizen_id: UUID, since: datetime) -> bool:
    """Tell whether the owner said so in the weeks after `since`, when a contact was confirmed, or just before it."""
    said = select(SupportCase.id).where(
        SupportCase.citizen_id == citizen_id,
        SupportCase.kind == NOT_ME,
        SupportCase.opened_at <= since + REACHES_BACK,
        or_(SupportCase.decided_at.is_(None), SupportCase.decided_at >= since),
    )
    return db.scalars(said).first() is not None

"""What a citizen says of themselves at one service and lets others use: marked so, never verified (features F2).

Only claims that no public body vouches for. A value that is there stays: no service changes what another relies on; the
citizen removes it on their own page and says it anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import select

from idp.domain.audit.account_events import SelfStated, SelfStatedRemoved
from idp.domain.audit.record import record
from idp.domain.citizens import profile
from idp.domain.citizens.models import AttributeValue
from idp.domain.consent.decisions import one_at_a_time
from idp.domain.store.database import Session
from keys import DataKey

SOURCE: Final = "self"
STATABLE: Final = frozenset({"nickname", "given_name", "middle_name", "family_name", "website"})
"""Claims of the catalogue whose source is the citizen and whose value a form asks in one line."""
LONGEST: Final = 200


class NotStatable(Exception):
    """A claim that is not the citizen's own to state, or a value it cannot have; `claim` names it."""

    def __init__(self, claim: str, reason: str) -> None:
        super().__init__(reason)
        self.claim, self.reason = claim, reason


@dataclass(frozen=True, slots=True)
class Stated:
    """Which claims were stored, and which had a value already, which stays."""

    stored: tuple[str, ...]
    kept: tuple[str, ...]


def checked(values: Mapping[str, str]) -> dict[str, str]:
    """Return the values as they may be stored.

    Raises:
        NotStatable: a claim of another source, or a value that is empty, too long, unreadable or no address.
    """
    found = {}
    for name, value in values.items():
        if name not in STATABLE:
            raise NotStatable(name[:LONGEST], "only the citizen's own claims can be stated")
        text = " ".join(value.split())
        if not text or len(text) > LONGEST or not text.isprintable():
            raise NotStatable(name, f"1 to {LONGEST} readable characters")
        if name == "website" and not _is_address(text):
            raise NotStatable(name, "an address with http or https")
        found[name] = text
    return found


def state(
    db: Session,
    data_key: DataKey,
    citizen_id: UUID,
    client_id: str,
    values: Mapping[str, str],
    now: datetime,
) -> Stated:
    """Keep what a citizen said, where nothing is known yet; `values` are `checked`."""
    one_at_a_time(db, citizen_id)
    there = set(
        db.scalars(
            select(AttributeValue.name).where(
                AttributeValue.citizen_id == citizen_id,
                AttributeValue.name.in_(values),
                AttributeValue.superseded_at.is_(None),
            )
        )
    )
    stored = tuple(name for name in values if name not in there)
    for name in stored:
        profile.write(db, data_key, citizen_id, name, values[name], source=SOURCE, level="ial0", now=now)
    if stored:
        record(db, SelfStated(citizen_id=citizen_id, client_id=client_id, claims=stored), now)
    return Stated(stored, tuple(name for name in values if name in there))


def remove(db: Session, citizen_id: UUID, name: str, now: datetime) -> bool:
    """Take back what the citizen said; False when there is no such value, or somebody else vouches for it."""
    one_at_a_time(db, citizen_id)
    own = db.scalar(
        select(AttributeValue.source).where(
            AttributeValue.citizen_id == citizen_id,
            AttributeValue.name == name,
            AttributeValue.superseded_at.is_(None),
        )
    )
    if own != SOURCE or name not in STATABLE or not profile.supersede(db, citizen_id, name, now):
        return False
    record(db, SelfStatedRemoved(citizen_id=citizen_id, claims=(name,)), now)
    return True


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and " " not in text

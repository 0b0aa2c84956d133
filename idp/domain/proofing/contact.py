"""Writing to a citizen at the address they confirmed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from idp.domain.citizens import profile
from idp.domain.citizens.models import Citizen
from idp.domain.messages.send import Message, queue
from idp.domain.store.database import Session
from keys import KeyTree


def write(
    db: Session,
    tree: KeyTree,
    citizen_id: UUID,
    template: str,
    context: Mapping[str, Any],
    now: datetime,
    *,
    help_url: str,
    until: datetime | None = None,
) -> bool:
    """Queue a letter; False when there is no confirmed address."""
    citizen = db.get(Citizen, citizen_id)
    if citizen is None or citizen.data_key is None:
        return False
    known = profile.read(db, tree.vault.open(citizen.id, citizen.data_key), citizen.id)
    email = known.get("email")
    if email is None or email.verified_at is None:
        return False
    name = known["name"].value if "name" in known else ""
    message = Message(
        to=str(email.value),
        template=template,
        language=citizen.locale,
        context={"name": name, "help_url": help_url, **context},
        citizen_id=citizen.id,
        until=until,
    )
    queue(db, tree.vault.system("pii"), message, now)
    return True

"""Registrations under way: sealed, bound to a handle in the newcomer's browser, gone after a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import orjson
from sqlalchemy import select, update
from sqlalchemy.orm.attributes import set_committed_value

from idp.domain.citizens.models import RegistrationDraft
from idp.domain.store.database import Session
from idp.protocol.oauth.values import Handle, HandleKind
from keys import DataKey, Place

LIFETIME: Final = timedelta(hours=24)


@dataclass(slots=True)
class Draft:
    """What a newcomer has entered so far; `data` is saved by `save`."""

    row: RegistrationDraft
    data: dict[str, Any]

    @property
    def step(self) -> str:
        """Return where the newcomer is."""
        return self.row.step


def start(
    db: Session, seal: DataKey, step: str, data: dict[str, Any], interaction: str | None, now: datetime
) -> tuple[Draft, Handle]:
    """Begin a registration; the handle goes into the cookie, once."""
    handle = Handle.mint(HandleKind.DRAFT, now, b"draft")
    row = RegistrationDraft(
        digest=handle.digest,
        step=step,
        sealed=seal.seal(orjson.dumps(data), _place(handle.digest)),
        interaction=interaction,
        created_at=now,
        expires_at=now + LIFETIME,
    )
    db.add(row)
    db.flush()
    return Draft(row, data), handle


def find(db: Session, seal: DataKey, text: str | None, now: datetime) -> Draft | None:
    """Return the open registration of a cookie."""
    handle = Handle.parse(text, HandleKind.DRAFT)
    if handle is None:
        return None
    row = db.scalars(
        select(RegistrationDraft).where(
            RegistrationDraft.digest == handle.digest,
            RegistrationDraft.completed_at.is_(None),
            RegistrationDraft.expires_at > now,
        )
    ).one_or_none()
    if row is None:
        return None
    return Draft(row, orjson.loads(seal.unseal(row.sealed, _place(row.digest))))


def save(db: Session, seal: DataKey, draft: Draft, step: str) -> bool:
    """Keep what was entered and go to a step; False when the draft was finished or moved on meanwhile."""
    sealed = seal.seal(orjson.dumps(draft.data), _place(draft.row.digest))
    saved = db.execute(
        update(RegistrationDraft)
        .where(
            RegistrationDraft.digest == draft.row.digest,
            RegistrationDraft.step == draft.row.step,
            RegistrationDraft.completed_at.is_(None),
        )
        .values(step=step, sealed=sealed)
        .returning(RegistrationDraft.step)
        .execution_options(synchronize_session=False)
    ).first()
    if saved is None:
        return False
    set_committed_value(draft.row, "step", step)
    set_committed_value(draft.row, "sealed", sealed)
    return True


def complete(db: Session, draft: Draft, now: datetime) -> None:
    """Finish a registration and forget what it kept."""
    db.execute(
        update(RegistrationDraft)
        .where(RegistrationDraft.digest == draft.row.digest)
        .values(completed_at=now, sealed=b"")
        .execution_options(synchronize_session=False)
    )


def _place(digest: bytes) -> Place:
    return Place("registration_draft", "sealed", digest.hex())

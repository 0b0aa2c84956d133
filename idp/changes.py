"""Grave changes that wait: asking with a letter, and what the worker does when their time has come (features D5)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final
from uuid import UUID

import structlog
from babel.dates import format_datetime, get_timezone

from idp.domain.account import closing
from idp.domain.authenticators import message_factors
from idp.domain.cases import one_telephone, reproofing
from idp.domain.citizens import contact_changes, pending_changes
from idp.domain.citizens.models import Citizen
from idp.domain.citizens.pending_changes import COOLING_OFF, Applier, Asked, Change
from idp.domain.exchange.changes import tell_changed
from idp.domain.proofing import contact
from idp.domain.store.database import Session
from idp.services import Services

log = structlog.get_logger()

APPLIERS: Final[Mapping[str, Applier]] = MappingProxyType(
    {
        contact_changes.PRIMARY: contact_changes.apply_primary,
        contact_changes.REMOVAL: message_factors.apply_removal,
        closing.KIND: closing.apply,
        reproofing.KIND: reproofing.apply,
        one_telephone.KIND: one_telephone.apply,
    }
)
"""What each kind of change does when it takes effect; its words are in `templates/partials/changes.html`."""

ASKED, CANCELLED, APPLIED = "change_asked", "change_cancelled", "change_applied"


def ask(
    services: Services,
    db: Session,
    citizen_id: UUID,
    kind: str,
    payload: Mapping[str, object],
    *,
    actor: str | None,
    wait: timedelta = COOLING_OFF,
) -> Asked:
    """Let a change wait and tell the citizen, with the link that cancels it without signing in."""
    now = services.clock()
    effective_at = now + wait
    asked = pending_changes.ask(
        db,
        services.tree.vault.system("pii"),
        citizen_id=citizen_id,
        kind=kind,
        payload=payload,
        effective_at=effective_at,
        now=now,
        actor=actor,
    )
    url = f"{services.settings.issuer}/changes/cancel?token={asked.cancel_token}"
    _tell(services, db, citizen_id, ASKED, kind, now, effective_at, cancel_url=url)
    return asked


def tell_cancelled(services: Services, db: Session, change: Change) -> None:
    """Tell the citizen that a change was called off."""
    _tell(services, db, change.citizen_id, CANCELLED, change.kind, services.clock(), change.effective_at)


def apply_due(services: Services, appliers: Mapping[str, Applier] = APPLIERS) -> int:
    """Apply every change whose time has come, each in a transaction of its own; return how many were looked at."""
    count = 0
    while _apply_one(services, appliers):
        count += 1
    return count


def _apply_one(services: Services, appliers: Mapping[str, Applier]) -> bool:
    now = services.clock()
    with services.database.unit_of_work() as db:
        change = pending_changes.claim_due(db, now)
        if change is None:
            return False
        try:
            _settle(services, db, change, appliers[change.kind](db, services.tree, change, now), now)
        except Exception as exc:
            db.rollback()  # the claim too, whatever was raised: the change waits as before
            log.exception("change_failed", kind=change.kind, change=change.id.hex, error=type(exc).__name__)
            pending_changes.postpone(db, change, now)
    return True


def _settle(services: Services, db: Session, change: Change, applied: bool, now: datetime) -> None:
    note, template = (
        (pending_changes.note_applied, APPLIED) if applied else (pending_changes.note_void, CANCELLED)
    )
    note(db, change, now)
    tell_changed(db, services.tree.vault.system("pii"), change.citizen_id, now)
    _tell(services, db, change.citizen_id, template, change.kind, now, change.effective_at)


def _tell(
    services: Services,
    db: Session,
    citizen_id: UUID,
    template: str,
    kind: str,
    now: datetime,
    effective_at: datetime,
    **more: str,
) -> None:
    citizen = db.get(Citizen, citizen_id)
    language = citizen.locale if citizen is not None else "id"
    issuer = services.settings.issuer
    context = {
        "kind": kind,
        "at": written(now, language),
        "effective_at": written(effective_at, language),
        "account_url": f"{issuer}/me",
        **more,
    }
    contact.write(db, services.tree, citizen_id, template, context, now, help_url=f"{issuer}/help")


def written(moment: datetime, language: str) -> str:
    """Write a moment out for a letter, in its reader's language and the time of Jakarta."""
    zone = get_timezone("Asia/Jakarta")
    return str(format_datetime(moment, "d MMMM y, HH.mm 'WIB'", tzinfo=zone, locale=language))

"""Grave changes that wait, shown at home until they take effect, each with a button that cancels it."""

from __future__ import annotations

from uuid import UUID

from flask import Response, abort

from idp.changes import tell_cancelled
from idp.domain.citizens import pending_changes
from idp.domain.store.database import Session
from idp.web import csrf
from idp.web.context import services
from idp.web.pages import ChangeLine
from idp.web.render import go
from idp.web.selfservice.area import at_home, bp


def waiting(db: Session, citizen_id: UUID) -> tuple[ChangeLine, ...]:
    """Return what waits for a citizen."""
    found = pending_changes.waiting(db, citizen_id, services().clock())
    return tuple(
        ChangeLine(change.kind, change.effective_at, f"/me/changes/{change.id}/cancel") for change in found
    )


@bp.post("/me/changes/<uuid:change_id>/cancel")
def cancel_change(change_id: UUID) -> Response:
    """Call a change off."""
    csrf.check()
    with at_home() as (db, resident):
        change = pending_changes.cancel_own(db, resident.citizen.id, change_id, services().clock())
        if change is None:
            abort(404)
        tell_cancelled(services(), db, change)
    return go("/me")

"""The four tiles of "Akun saya"."""

from __future__ import annotations

from flask import Response

from idp.domain.audit.history import history
from idp.domain.consent.given import given
from idp.domain.messages import inbox
from idp.domain.sessions import browser
from idp.web.context import services
from idp.web.pages import AccountHomePage
from idp.web.render import show
from idp.web.selfservice.area import at_home, bp
from idp.web.selfservice.changes import waiting as waiting_changes
from idp.web.selfservice.requests import waiting
from idp.web.selfservice.words import line


@bp.get("/me")
def home() -> Response:
    """Greet, and say what lies behind each tile."""
    now = services().clock()
    with at_home() as (db, resident):
        latest, _total = history(db, resident.citizen.id, limit=1)
        last = line(db, latest[0]) if latest else None
        page = AccountHomePage(
            citizen_name=resident.name,
            data_count=len(resident.values),
            service_count=len(given(db, resident.citizen.id, now)),
            session_count=len(browser.live_of(db, resident.session.account_id, now)),
            last_event=last.text if last is not None else "",
            last_event_at=last.at if last is not None else None,
            requests=waiting(db, resident.citizen.id),
            changes=waiting_changes(db, resident.citizen.id),
            unread=inbox.unread(db, resident.citizen.id),
            identity_checked=resident.citizen.proofing != "pending",
        )
    return show(page)

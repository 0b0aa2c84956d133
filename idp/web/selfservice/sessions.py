"""Where a citizen is signed in, and ending it there (NIST SP 800-63B-4 §5; ASVS 7.4.3)."""

from __future__ import annotations

from uuid import UUID

from flask import Response, abort, request
from flask_babel import gettext as _

from idp.domain.grants import offline
from idp.domain.grants.offline import Device
from idp.domain.registry.lookup import as_client
from idp.domain.registry.participation import participants
from idp.domain.sessions import browser, logout
from idp.domain.sessions.models import BrowserSession
from idp.domain.store.database import Session
from idp.protocol.oidc import acr
from idp.web import csrf, locale
from idp.web.context import services
from idp.web.pages import AccountSessionsPage, SessionLine
from idp.web.places import place_of
from idp.web.render import go, show
from idp.web.selfservice.area import Resident, at_home, bp
from idp.web.selfservice.words import methods_in_words

ALL = "all"
BY_OWNER = "ended_by_owner"


@bp.get("/me/sessions")
def sessions() -> Response:
    """List the live sessions of this account, and what was approved at another screen."""
    now = services().clock()
    with at_home() as (db, resident):
        live = browser.live_of(db, resident.session.account_id, now)
        lines = (
            *(_line(db, session, resident.session) for session in live),
            *(_device(device) for device in offline.devices(db, resident.citizen.id, now)),
        )
        page = AccountSessionsPage(citizen_name=resident.name, action="/me/sessions", sessions=lines)
    return show(page)


@bp.post("/me/sessions")
def end_sessions() -> Response:
    """End one session of this account, or all others; every client in them is told.

    What was approved at another screen has no session to be told of: its tokens end.
    """
    csrf.check()
    now, chosen = services().clock(), request.form.get("session", "")
    with at_home() as (db, resident):
        own = resident.session
        if chosen == ALL:
            logout.end_all(db, own.account_id, BY_OWNER, now, keep=own.id)
            offline.end_devices(db, resident.citizen.id, BY_OWNER, now)
            return go("/me/sessions")
        if chosen == str(own.id):
            return go("/logout")
        live = browser.live_of(db, own.account_id, now)
        session = next((session for session in live if str(session.id) == chosen), None)
        if session is None:
            if not _end_device(db, resident, chosen):
                abort(404)
            return go("/me/sessions")
        logout.end_everywhere(db, session, BY_OWNER, now)
    return go("/me/sessions")


def _end_device(db: Session, resident: Resident, chosen: str) -> bool:
    try:
        family_id = UUID(chosen)
    except ValueError:
        return False
    return offline.end_device(db, resident.citizen.id, family_id, BY_OWNER, services().clock())


def _device(device: Device) -> SessionLine:
    name = as_client(device.client).name(locale.spoken())
    return SessionLine(
        id=str(device.family_id),
        device=_("Di luar peramban: %(service)s", service=name),
        started=device.started_at,
        last_seen=device.used_at,
    )


def _line(db: Session, session: BrowserSession, current: BrowserSession) -> SessionLine:
    names = (as_client(row).name(locale.spoken()) for row in participants(db, session.id))
    return SessionLine(
        id=str(session.id),
        device=session.device,
        started=session.started_at,
        last_seen=session.seen_at,
        current=session.id == current.id,
        services=tuple(dict.fromkeys(names)),
        place=place_of(session.network),
        methods=methods_in_words(session.methods.split()),
        level=acr.rank(session.acr),
        shared=session.shared,
    )

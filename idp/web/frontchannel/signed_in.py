"""What a right first or second factor does to the session of this browser."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from flask import Response, request

from idp.domain.authenticators import browser_use, known_browsers, remembered_devices
from idp.domain.authenticators.throttle import PRODUCTION, SANDBOX, Policy
from idp.domain.citizens.models import Account
from idp.domain.citizens.people import stands
from idp.domain.sessions import browser
from idp.domain.sessions.logout import end_everywhere
from idp.domain.sessions.models import BrowserSession
from idp.domain.store.database import Session
from idp.protocol.oauth.values import Handle
from idp.protocol.oidc.session_state import browser_state
from idp.web import cookies
from idp.web.context import place, services, session_limits
from idp.web.errors import Gone


def throttle_policy() -> Policy:
    """Return the ladders of this deployment (decisions 38)."""
    return PRODUCTION if services().settings.production else SANDBOX


def current_session(db: Session) -> BrowserSession | None:
    """Return the live citizen session of this browser, as long as its account is open."""
    session = browser.find(db, request.cookies.get(cookies.SESSION), services().clock())
    if session is None or session.citizen_id is None:
        return None
    account = db.get(Account, session.account_id)
    return session if account is not None and account.status == "active" else None


def may_be_raised(session: BrowserSession) -> bool:
    """Tell whether a second factor is enough, or the first must be proved again because it is too long ago."""
    return session_limits().carries(session.acr, session.auth_time, services().clock())


def begin_session(
    db: Session,
    response: Response,
    account_id: UUID,
    citizen_id: UUID,
    methods: Sequence[str],
    *,
    shared: bool = False,
    auth_time: datetime | None = None,
) -> BrowserSession:
    """Start a session, or note the fresh sign-in in the one this account has here; another account's ends.

    On a `shared` device the browser keeps nothing of the account beside the session. `auth_time` is when the citizen
    proved who they are where that was earlier, on another device.

    Raises:
        Gone: the account was locked or closed while its owner was being asked.
    """
    now = services().clock()
    if not stands(db, account_id):
        raise Gone
    browser_use.note(db, services().tree, cookies.browser_digest(), account_id, place().device, now)
    session = current_session(db)
    if session is not None and session.account_id == account_id and auth_time is None:
        session.shared = session.shared or shared
        handle = browser.raise_assurance(db, session, methods=methods, limits=session_limits(), now=now)
    else:
        if session is not None:
            own = session.account_id == account_id
            end_everywhere(db, session, "replaced" if own else "other_account", now)
        session, handle = browser.start(
            db,
            account_id=account_id,
            citizen_id=citizen_id,
            methods=methods,
            place=place(),
            limits=session_limits(),
            now=now,
            shared=shared,
            auth_time=auth_time,
        )
    leave_no_trace(db, session)
    _keep(response, session, handle)
    return session


def leave_no_trace(db: Session, session: BrowserSession) -> None:
    """Make a shared browser forget the account of its session: no chooser, no remembered device."""
    if session.shared:
        browser_here = cookies.browser_digest()
        known_browsers.forget(db, session.account_id, browser_here)
        remembered_devices.end_here(db, session.account_id, browser_here, "shared", services().clock())


def recognised_here(db: Session, account_id: UUID) -> bool:
    """Tell whether this browser spares an account its second factor; then its owner uses it here."""
    deployment, here, now = services(), cookies.browser_digest(), services().clock()
    recognised = remembered_devices.recognised(
        db,
        deployment.tree,
        account_id,
        cookies.device_tokens(),
        browser=here,
        device=place().device,
        now=now,
    )
    if recognised:
        known_browsers.remember(db, account_id, here, now)
    return recognised


def remember_here(db: Session, response: Response, session: BrowserSession) -> None:
    """Spare an account its second factor in this browser from now on."""
    here = place()
    token = remembered_devices.remember(
        db,
        session.account_id,
        browser=cookies.browser_digest(),
        device=here.device,
        network=here.network,
        now=services().clock(),
    )
    cookies.keep_device(response, token)


def raise_session(db: Session, response: Response, session: BrowserSession, methods: Sequence[str]) -> None:
    """Note the second factor; the handle changes, the old cookie is dead (ASVS 7.2.4)."""
    handle = browser.raise_assurance(
        db,
        session,
        methods=methods,
        limits=session_limits(),
        now=services().clock(),
    )
    leave_no_trace(db, session)
    _keep(response, session, handle)


def _keep(response: Response, session: BrowserSession, handle: Handle) -> None:
    cookies.set_session(response, handle.text)
    cookies.set_state(response, browser_state(session.id, services().tree.sector_salt))

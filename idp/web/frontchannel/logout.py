"""Signing out: at the request of a client or of the citizen, everywhere at once (RP-Initiated Logout 1.0)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from uuid import UUID

from flask import Blueprint, Response, request
from flask_babel import gettext as _

from idp.domain.citizens import profile
from idp.domain.citizens.models import Citizen
from idp.domain.registry.lookup import as_client, is_approved
from idp.domain.registry.models import ClientRegistration
from idp.domain.registry.participation import participants
from idp.domain.registry.registrations import APPROVED_STATUS
from idp.domain.sessions import interactions, logout
from idp.domain.sessions.models import BrowserSession
from idp.domain.store.database import Session
from idp.protocol.oauth.client import Client
from idp.protocol.oidc.id_token_hint import IdTokenHint
from idp.protocol.oidc.logout import EndSessionRequest, LogoutPlan, frontchannel_address, plan
from idp.protocol.oidc.session_state import origin_of
from idp.protocol.oidc.sid import sid
from idp.protocol.oidc.subject import subject
from idp.web import cookies, csrf, locale
from idp.web.context import services, unit_of_work
from idp.web.errors import Gone
from idp.web.frontchannel.frame import LOGGED_OUT, LOGOUT, agency, waiting_for
from idp.web.frontchannel.request import posted_query, read_parameters
from idp.web.frontchannel.signed_in import current_session
from idp.web.headers import allow_form_target, allow_frames
from idp.web.hints import open_hint
from idp.web.pages import LoggedOutPage, LogoutPage, LogoutReport
from idp.web.render import go, show

bp = Blueprint("logout", __name__)

SIGN_IN = "/signin?next=/me"


@bp.get("/logout")
def end_session() -> Response:
    """Sign out, ask first, or say that nobody is signed in (RP-Initiated Logout §2)."""
    params = read_parameters(request.query_string)
    for fault in params.faults.values():
        raise fault
    asked = EndSessionRequest.of(params)
    locale.wish(asked.ui_locales)
    with unit_of_work() as db:
        session = current_session(db)
        decided = _plan(db, asked, session)
        if session is None:
            return _leave(go(decided.redirect_uri or "/logged-out"))
        if decided.confirm:
            return go(f"/logout/{_ask(db, decided)}")
        return _end(db, session, decided.client, decided.redirect_uri)


@bp.post("/logout")
def end_session_by_post() -> Response:
    """Turn a form into the same request by address: cookies stay home on a cross-site POST (L1)."""
    query = posted_query()
    return go(f"/logout?{query}" if query else "/logout")


@bp.get("/logout/<uid>")
def confirm(uid: str) -> Response:
    """Ask the citizen, naming who asks and what ends too."""
    with unit_of_work() as db:
        waiting = waiting_for(db, uid, (LOGOUT,))
        session = current_session(db)
        client, target = _asked_by(db, waiting.request)
        if session is None:
            return go(target or "/logged-out")
        if target is not None:
            allow_form_target(target)
        page = LogoutPage(
            agency=agency(client) if client is not None else None,
            action=f"/logout/{uid}",
            citizen_name=_name(db, session),
            services=tuple(as_client(row).name(locale.spoken()) for row in participants(db, session.id)),
        )
    return show(page)


@bp.post("/logout/<uid>")
def confirmed(uid: str) -> Response:
    """Do what the citizen chose, once."""
    csrf.check()
    now = services().clock()
    with unit_of_work() as db:
        waiting = waiting_for(db, uid, (LOGOUT,))
        if not interactions.complete(db, waiting.row, now):
            raise Gone
        if request.form.get("action") != "confirm":
            return go("/me")
        client, target = _asked_by(db, waiting.request)
        session = current_session(db)
        if session is None:
            return _leave(go(target or "/logged-out"))
        return _end(db, session, client, target)


@bp.get("/logged-out")
def logged_out() -> Response:
    """Say that it is done, for whoever comes without a report."""
    return show(LoggedOutPage(sign_in_url=SIGN_IN))


@bp.get("/logged-out/<uid>")
def report(uid: str) -> Response:
    """Say it with what each agency answered so far, and tell those that hear by a frame (BCL §2.8, FCL §2)."""
    with unit_of_work() as db:
        waiting = waiting_for(db, uid, (LOGGED_OUT,))
        session_id = UUID(str(waiting.request["session"]))
        told = logout.report(db, session_id, services().clock()) or []
        client, target = _asked_by(db, waiting.request)
    lines = tuple(_line(entry) for entry in told)
    frames = _frames((entry.client for entry in told), session_id)
    allow_frames(origin for frame in frames if (origin := origin_of(frame)) is not None)
    home = client.client_uri if client is not None else None
    page = LoggedOutPage(
        frames=frames,
        next_url=target or "",
        reports=lines,
        refresh_url=f"/logged-out/{uid}" if any(line.state == "waiting" for line in lines) else "",
        continue_url=home or "",
        continue_label=_("Kembali ke %(service)s", service=client.name(locale.spoken())) if client else "",
        sign_in_url=SIGN_IN,
    )
    return show(page)


def _line(entry: logout.Told) -> LogoutReport:
    client = as_client(entry.client)
    by_frame = client.frontchannel_logout_uri is not None and entry.client.status == APPROVED_STATUS
    only_by_frame = by_frame and client.backchannel_logout_uri is None
    return LogoutReport(client.name(locale.spoken()), "asked" if only_by_frame else entry.state)


def _frames(rows: Iterable[ClientRegistration], session_id: UUID) -> tuple[str, ...]:
    """Return the addresses that tell clients through this browser (Front-Channel Logout §2).

    Pages of a client that is out of service are not brought to a citizen, not even unseen.
    """
    deployment = services()
    salt, issuer = deployment.tree.sector_salt, deployment.settings.issuer
    clients = (as_client(row) for row in rows if row.status == APPROVED_STATUS)
    found = (frontchannel_address(c, issuer, sid(session_id, c.client_id, salt)) for c in clients)
    return tuple(address for address in found if address is not None)


def _plan(db: Session, asked: EndSessionRequest, session: BrowserSession | None) -> LogoutPlan:
    hint = _hint(asked.id_token_hint)
    return plan(
        asked,
        hint,
        partial(_standing, db),
        signed_in=session is not None,
        hint_is_own=hint is not None and session is not None and _is_own(db, hint, session),
    )


def _standing(db: Session, client_id: str) -> Client | None:
    """Return a client that is in service: another one asks for nothing, and nobody is sent to its addresses."""
    return services().clients.get(client_id) if is_approved(db, client_id) else None


def _asked_by(db: Session, kept: Mapping[str, object]) -> tuple[Client | None, str | None]:
    """Return who asked for the sign-out, if still in service, and where the browser goes then."""
    client = _standing(db, str(kept["client_id"])) if kept.get("client_id") else None
    target = kept.get("redirect_uri") if client is not None else None
    return client, str(target) if target else None


def _hint(text: str | None) -> IdTokenHint | None:
    """Open a hint we signed, expired or not; None for anything else (protocol L2)."""
    return open_hint(services(), text) if text is not None else None


def _is_own(db: Session, hint: IdTokenHint, session: BrowserSession) -> bool:
    """Tell whether a hint speaks of this citizen and, where it names one, of this session (§2, L6)."""
    client, salt = _standing(db, hint.client_id), services().tree.sector_salt
    if client is None or subject(session.account_id, client, salt) != hint.subject:
        return False
    return hint.sid is None or hint.sid == sid(session.id, client.client_id, salt)


def _ask(db: Session, decided: LogoutPlan) -> str:
    client_id = decided.client.client_id if decided.client is not None else None
    kept = {"client_id": client_id, "redirect_uri": decided.redirect_uri}
    return _keep(db, LOGOUT, client_id, kept)


def _end(db: Session, session: BrowserSession, client: Client | None, redirect_uri: str | None) -> Response:
    """End the session for every client in one transaction, and bring the browser on, by the frames if need be."""
    logout.end_everywhere(db, session, "logout", services().clock())
    frames = _frames(participants(db, session.id), session.id)
    if redirect_uri is not None and not frames:
        return _leave(go(redirect_uri))
    client_id = client.client_id if client is not None else None
    kept = {"client_id": client_id, "session": str(session.id), "redirect_uri": redirect_uri}
    uid = _keep(db, LOGGED_OUT, client_id, kept)
    return _leave(go(f"/logged-out/{uid}"))


def _keep(db: Session, kind: str, client_id: str | None, kept: Mapping[str, object]) -> str:
    deployment = services()
    handle = interactions.start(
        db,
        deployment.tree.vault.system("pii"),
        kind=kind,
        browser=cookies.browser_digest(),
        client_id=client_id,
        request=kept,
        language=locale.spoken(),
        lifetime=deployment.settings.interaction_lifetime,
        now=deployment.clock(),
    )
    return handle.text


def _leave(response: Response) -> Response:
    cookies.drop_session(response)
    return response


def _name(db: Session, session: BrowserSession) -> str:
    citizen = db.get(Citizen, session.citizen_id)
    if citizen is None or citizen.data_key is None:
        return ""
    data_key = services().tree.vault.open(citizen.id, citizen.data_key)
    name = profile.read(db, data_key, citizen.id).get("name")
    return str(name.value) if name is not None else ""

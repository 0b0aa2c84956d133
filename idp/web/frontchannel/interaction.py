"""Where an interaction stands: ask the policy what is due, show that page, or finish (style 13)."""

from __future__ import annotations

from collections.abc import Collection

from flask import Blueprint, Response, request

from idp.domain.grants.situation import Standing
from idp.domain.sessions import interactions
from idp.domain.sessions.interactions import Waiting
from idp.domain.sessions.models import BrowserSession
from idp.domain.store.database import Session
from idp.protocol.authorize.prompts import Prompt
from idp.protocol.authorize.request import AuthorizationRequest
from idp.protocol.oauth.client import Client
from idp.protocol.oauth.errors import PageOnly, ProtocolError
from idp.protocol.oidc import acr
from idp.web import csrf
from idp.web.context import services, unit_of_work
from idp.web.errors import Gone
from idp.web.frontchannel import (
    accounts_here,
    consent,
    decisions_elsewhere,
    elsewhere,
    login,
    mfa,
    select_account,
)
from idp.web.frontchannel.authorize import code_for, put_on_record, refuse
from idp.web.frontchannel.check_session import success
from idp.web.frontchannel.flow import cancelled, due, finish_with_error, is_stale, spend
from idp.web.frontchannel.frame import ACCOUNT, DECOUPLED, client_of, request_of, waiting_for
from idp.web.frontchannel.signed_in import current_session, may_be_raised
from idp.web.render import answer, go, show

bp = Blueprint("interaction", __name__)


@bp.get("/interaction/<uid>")
def interaction(uid: str) -> Response:
    """Show what is due, or finish."""
    with unit_of_work() as db:
        waiting = waiting_for(db, uid)
        if waiting.row.kind == ACCOUNT:
            return _account(db, uid, waiting)
    asked, client = request_of(waiting), client_of(waiting)
    try:
        standing, prompt = due(waiting, asked, client)
    except ProtocolError as exc:
        return finish_with_error(waiting, exc)
    if prompt is None and standing is not None:
        return _finish(waiting, asked, client, standing)
    return _page(uid, waiting, asked, client, standing, prompt)


@bp.post("/interaction/<uid>/cancel")
def cancel(uid: str) -> Response:
    """Go back with `access_denied`: the citizen has changed their mind (OIDC Core §3.1.2.6)."""
    csrf.check()
    with unit_of_work() as db:
        waiting = waiting_for(db, uid)
    return cancelled(waiting)


def _finish(waiting: Waiting, asked: AuthorizationRequest, client: Client, standing: Standing) -> Response:
    spend(waiting)
    if waiting.row.kind in DECOUPLED:
        return decisions_elsewhere.approve(waiting, client, standing)
    try:
        code = code_for(asked, client, standing)
    except PageOnly as exc:
        put_on_record(exc, client)
        raise
    except ProtocolError as exc:
        return refuse(asked_by=client, error=exc, response=answer(asked.reply_to.error(exc), client))
    return answer(success(services(), asked, standing, code), client)


def _page(
    uid: str,
    waiting: Waiting,
    asked: AuthorizationRequest,
    client: Client,
    standing: Standing | None,
    prompt: Prompt | None,
) -> Response:
    name = prompt.name if prompt is not None else "login"
    if name == "register":
        return go(f"/register?uid={uid}")
    if name == "confirm" and standing is not None:
        return show(elsewhere.confirm_page(uid, waiting, client, standing))
    if name == "consent" and standing is not None:
        return show(consent.consent_page(uid, asked, client, standing))
    with unit_of_work() as db:
        if name == "select-account" or (standing is None and _chooses_first(db, waiting, asked.prompt)):
            page = select_account.select_account_page(db, uid, waiting)
            if page.accounts:
                return show(page)
    if name == "mfa":
        return _second_factor(uid)
    with unit_of_work() as db:
        return show(login.login_page(db, uid, waiting))


def _chooses_first(db: Session, waiting: Waiting, prompts: Collection[str] = ()) -> bool:
    """Nobody is signed in: the client wants a choice, or several people use this browser; none was made yet (B5).

    A client that hints at somebody has chosen; a browser that was said to be shared remembers nobody.
    """
    made = waiting.row.expected_account is not None or "other" in request.args
    several = not waiting.request.get("login_hint") and accounts_here.are_several(db)
    return not made and ("select_account" in prompts or several)


def _second_factor(uid: str) -> Response:
    with unit_of_work() as db:
        session = current_session(db)
        if session is None:
            return go(f"/interaction/{uid}")
        return _factor_or_password(db, uid, waiting_for(db, uid), session)


def _factor_or_password(db: Session, uid: str, waiting: Waiting, session: BrowserSession) -> Response:
    """Ask for one more factor, or for the first again where that was too long ago."""
    if not may_be_raised(session):
        return show(login.login_page(db, uid, waiting))
    return show(mfa.mfa_page(db, uid, waiting, session, request.args.get("method")))


def _account(db: Session, uid: str, waiting: Waiting) -> Response:
    """Bring a citizen to their own pages, which need two factors, fresh ones where a page asks for that."""
    session = current_session(db)
    if session is None and _chooses_first(db, waiting):
        return show(select_account.select_account_page(db, uid, waiting))
    if session is None or (waiting.request.get("fresh") and is_stale(session, waiting)):
        return show(login.login_page(db, uid, waiting))
    if not acr.meets(session.acr, acr.AAL2):
        return _factor_or_password(db, uid, waiting, session)
    if not interactions.complete(db, waiting.row, services().clock()):
        raise Gone
    return go(str(waiting.request["next"]))

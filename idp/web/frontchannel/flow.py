"""What the pages of an interaction do with it: ask what is due, cancel it, end it with an error."""

from __future__ import annotations

from flask import Response, request

from idp.domain.grants import situation
from idp.domain.grants.situation import Standing
from idp.domain.sessions import interactions
from idp.domain.sessions.interactions import Waiting
from idp.domain.sessions.models import BrowserSession
from idp.protocol.authorize.prompts import Prompt, next_prompt
from idp.protocol.authorize.request import AuthorizationRequest
from idp.protocol.oauth.client import Client
from idp.protocol.oauth.errors import AccessDenied, LoginRequired, ProtocolError, UnknownClient
from idp.protocol.oidc import acr
from idp.web import cookies
from idp.web.context import services, unit_of_work
from idp.web.errors import Gone
from idp.web.frontchannel import decisions_elsewhere
from idp.web.frontchannel.authorize import put_on_record, refuse
from idp.web.frontchannel.frame import ACCOUNT, DECOUPLED, client_of, request_of, waiting_for
from idp.web.frontchannel.signed_in import current_session, may_be_raised
from idp.web.frontchannel.situations import describe
from idp.web.render import answer, go


def cancelled(waiting: Waiting) -> Response:
    """End an interaction because the citizen said so."""
    if waiting.row.kind == ACCOUNT:
        return go("/")
    return finish_with_error(waiting, AccessDenied("the citizen cancelled"))


def due(
    waiting: Waiting, asked: AuthorizationRequest, client: Client
) -> tuple[Standing | None, Prompt | None]:
    """Ask the policy what the citizen must still do.

    Raises:
        ProtocolError: no page can help any more; the answer goes to the client.
    """
    deployment = services()
    found = situation.read(
        deployment.database.statements,
        client,
        request.cookies.get(cookies.SESSION),
        deployment.clock(),
        started_at=waiting.row.started_at,
    )
    if not found.client_stands:
        raise UnknownClient("the client is not active")
    standing = found.standing
    expected = waiting.request.get("citizen")
    if expected is not None and standing is not None and standing.citizen_id.hex != expected:
        raise LoginRequired("the request is for another citizen")
    chosen = standing is not None and waiting.row.chosen_account == standing.account_id
    confirmed = chosen or waiting.row.kind not in DECOUPLED
    situation_now = describe(deployment, asked, client, standing, account_chosen=chosen, confirmed=confirmed)
    return standing, next_prompt(situation_now)


def is_stale(session: BrowserSession, waiting: Waiting) -> bool:
    """Tell whether a sign-in is older than the question, or rests on factors that were proved before it."""
    rests = acr.meets(session.acr, acr.AAL2) and not acr.is_fresh(session.methods.split())
    return rests or session.auth_time < waiting.row.started_at


def second_factor_is_due(uid: str) -> bool:
    """Ask again what the page asked, before a second factor is judged: it never stands in for a first that is due."""
    with unit_of_work() as db:
        waiting = waiting_for(db, uid)
        session = current_session(db)
        if session is None or not may_be_raised(session):
            return False
        if waiting.row.kind == ACCOUNT:
            stale = waiting.request.get("fresh") and is_stale(session, waiting)
            return not stale and not acr.meets(session.acr, acr.AAL2)
    try:
        _standing, prompt = due(waiting, request_of(waiting), client_of(waiting))
    except ProtocolError:
        return False
    return prompt is not None and prompt.name == "mfa"


def finish_with_error(waiting: Waiting, error: ProtocolError) -> Response:
    """Spend the interaction and bring the error to the client."""
    asked, client = request_of(waiting), client_of(waiting)
    spend(waiting)
    if waiting.row.kind in DECOUPLED:
        return decisions_elsewhere.refuse(waiting, client, error)
    if isinstance(error, UnknownClient):
        put_on_record(error, client)
        raise error
    return refuse(asked_by=client, error=error, response=answer(asked.reply_to.error(error), client))


def spend(waiting: Waiting) -> None:
    """Spend an interaction, once.

    Raises:
        Gone: another request was first.
    """
    with unit_of_work() as db:
        if not interactions.complete(db, waiting.row, services().clock()):
            raise Gone

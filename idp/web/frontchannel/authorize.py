"""The authorization endpoint (RFC 6749 §3.1): with a live session and consent, a code in two statements."""

from __future__ import annotations

from flask import Blueprint, Response, request

from idp.domain.audit.events import AuthorizationRefused
from idp.domain.audit.record import record
from idp.domain.grants import situation
from idp.domain.grants.issue_code import CodePolicy, issue_code
from idp.domain.grants.situation import Standing
from idp.domain.registry.lookup import is_approved
from idp.domain.sessions import interactions
from idp.protocol.authorize.checks import resolve
from idp.protocol.authorize.prompts import next_prompt
from idp.protocol.authorize.request import AuthorizationRequest, ReplyTo
from idp.protocol.oauth.client import Client
from idp.protocol.oauth.errors import PageOnly, ProtocolError, UnknownClient
from idp.protocol.oauth.parameters import Parameters
from idp.web import cookies, locale
from idp.web.context import services, unit_of_work
from idp.web.frontchannel.check_session import success
from idp.web.frontchannel.frame import AUTHORIZE
from idp.web.frontchannel.request import client_of, is_pushed, policy, posted_query, pushed, read_parameters
from idp.web.frontchannel.situations import describe
from idp.web.jarm import require_reader
from idp.web.render import answer, go
from idp.web.request_objects import open_request

bp = Blueprint("authorize", __name__)


@bp.get("/authorize")
def authorize() -> Response:
    """Answer an authorization request, or start the interaction that it needs."""
    deployment = services()
    params = read_parameters(request.query_string)
    reply_to: ReplyTo | None = None
    try:
        if is_pushed(params):
            client, asked = pushed(deployment, params)
            reply_to = asked.reply_to
        else:
            opened = open_request(deployment, params, client_of(deployment, params), policy(deployment))
            client, reply_to = resolve(opened.params, deployment.clients.get, deployment.settings.issuer)
            asked = opened.validate(deployment, client, reply_to)
        return _decide(asked, client)
    except PageOnly as exc:
        put_on_record(exc, deployment.clients.get(params.get("client_id", "")))
        raise
    except ProtocolError as exc:
        return _refused(params, exc, reply_to)


def _refused(params: Parameters, error: ProtocolError, reply_to: ReplyTo | None) -> Response:
    """Answer with an error; one of an object that could not be opened goes where the parameters beside it say."""
    client = client_of(services(), params)
    target = reply_to or _target_beside(params)
    if target is None:
        put_on_record(error, client)
        raise error
    return refuse(asked_by=client, error=error, response=answer(target.error(error), client))


def _target_beside(params: Parameters) -> ReplyTo | None:
    """Return where an answer may go by the parameters in the address; nothing there counts beside a pushed request."""
    deployment = services()
    try:
        return (
            None
            if is_pushed(params)
            else resolve(params, deployment.clients.get, deployment.settings.issuer)[1]
        )
    except PageOnly:
        return None


@bp.post("/authorize")
def authorize_by_post() -> Response:
    """Turn a form into the same request by address: cookies stay home on a cross-site POST (Core §3.1.2.1)."""
    return go(f"/authorize?{posted_query()}")


def _decide(asked: AuthorizationRequest, client: Client) -> Response:
    locale.wish(asked.ui_locales)
    deployment = services()
    require_reader(deployment, asked.reply_to.mode, client)
    now = deployment.clock()
    found = situation.read(deployment.database.statements, client, request.cookies.get(cookies.SESSION), now)
    if not found.client_stands:
        raise UnknownClient("the client is not active")
    standing = found.standing
    prompt = next_prompt(describe(deployment, asked, client, standing))
    if prompt is None and standing is not None:
        return answer(success(deployment, asked, standing, code_for(asked, client, standing)), client)
    if asked.is_silent and prompt is not None:
        raise prompt.refusal()
    with unit_of_work() as db:
        uid = interactions.start(
            db,
            deployment.tree.vault.system("pii"),
            kind=AUTHORIZE,
            browser=cookies.browser_digest(),
            client_id=client.client_id,
            request=asked.to_dict(),
            language=locale.spoken(),
            lifetime=deployment.settings.interaction_lifetime,
            now=now,
        )
    return go(f"/interaction/{uid.text}")


def code_for(asked: AuthorizationRequest, client: Client, standing: Standing) -> str:
    """Issue the code of a request of which nothing more is asked.

    Raises:
        PageOnly: nobody could read the answer.
        ProtocolError: something that stood a moment ago does not any more; the answer goes to the client.
    """
    deployment = services()
    require_reader(deployment, asked.reply_to.mode, client)
    return issue_code(
        deployment.database.statements,
        asked,
        client,
        standing,
        CodePolicy(deployment.settings.code_lifetime, deployment.session_limits),
        deployment.clock(),
    )


def refuse(*, asked_by: Client, error: ProtocolError, response: Response) -> Response:
    """Put a refusal on record and pass its answer on.

    Raises:
        UnknownClient: the client is suspended; nobody is sent to its address, not even with an error.
    """
    put_on_record(error, asked_by)
    with unit_of_work() as db:
        if not is_approved(db, asked_by.client_id):
            raise UnknownClient("the client is not active")
    return response


def put_on_record(error: ProtocolError, asked_by: Client | None) -> None:
    """Record a refusal, at the client or on a page (protocol X8)."""
    client_id = asked_by.client_id if asked_by is not None else None
    with unit_of_work() as db:
        record(db, AuthorizationRefused(client_id=client_id, error=error.code), services().clock())

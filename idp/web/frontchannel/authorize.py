"""The authorization endpoint (RFC 6749 §3.1): with a live session and consent, a code in two statements."""

from __future__ import annotations

from urllib.parse import parse_qsl

from flask import Blueprint, Response, request

from idp.domain.audit.events import AuthorizationRefused
from idp.domain.audit.record import record
from idp.domain.grants import situation
from idp.domain.grants.issue_code import CodePolicy, issue_code
from idp.domain.grants.situation import Standing
from idp.domain.sessions import interactions
from idp.protocol.authorize.checks import Policy, resolve, validate
from idp.protocol.authorize.prompts import Situation, next_prompt
from idp.protocol.authorize.request import AuthorizationRequest
from idp.protocol.oauth.client import Client
from idp.protocol.oauth.errors import InvalidRequest, PageOnly, ProtocolError, UnknownClient
from idp.protocol.oauth.parameters import MOST_PARAMETERS, Parameters, collect
from idp.protocol.oidc.id_token_hint import IdTokenHint
from idp.protocol.oidc.subject import subject
from idp.web import cookies, locale
from idp.web.context import services, unit_of_work
from idp.web.frontchannel.frame import AUTHORIZE
from idp.web.render import answer, go
from keys import BadSignature

bp = Blueprint("authorize", __name__)
POLICY = Policy(registration=True)


@bp.get("/authorize")
def authorize() -> Response:
    """Answer an authorization request, or start the interaction that it needs."""
    deployment = services()
    params = _parameters(request.query_string)
    client, reply_to = resolve(params, deployment.clients.get, deployment.settings.issuer)
    try:
        asked = validate(params, client, reply_to, POLICY)
        return _decide(asked, client)
    except PageOnly:
        raise
    except ProtocolError as exc:
        return refuse(asked_by=client, error=exc, response=answer(reply_to.error(exc)))


@bp.post("/authorize")
def authorize_by_post() -> Response:
    """Turn a form into the same request by address: cookies stay home on a cross-site POST (Core §3.1.2.1)."""
    if request.query_string:
        raise PageOnly("parameters belong in the form or in the address, not in both")
    body = request.get_data(cache=False)
    if request.mimetype != "application/x-www-form-urlencoded" or not body.isascii():
        raise PageOnly("the form is not form-encoded")
    _parameters(body)
    return go("/authorize?" + body.decode("ascii"))


def _parameters(encoded: bytes) -> Parameters:
    try:
        pairs = parse_qsl(
            encoded.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MOST_PARAMETERS
        )
        return collect(pairs)
    except (ValueError, InvalidRequest) as exc:
        raise PageOnly("the parameters are not well formed") from exc


def _decide(asked: AuthorizationRequest, client: Client) -> Response:
    deployment = services()
    now = deployment.clock()
    found = situation.read(deployment.database.statements, client, request.cookies.get(cookies.SESSION), now)
    if not found.client_stands:
        raise UnknownClient("the client is not active")
    standing = found.standing
    prompt = next_prompt(describe(asked, client, standing))
    if prompt is None and standing is not None:
        return answer(asked.reply_to.success(code_for(asked, client, standing)))
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
            language=locale.supported(asked.ui_locales) or locale.language(),
            lifetime=deployment.settings.interaction_lifetime,
            now=now,
        )
    return go(f"/interaction/{uid.text}")


def describe(
    asked: AuthorizationRequest,
    client: Client,
    standing: Standing | None,
    *,
    account_chosen: bool = False,
) -> Situation:
    """Put together what the prompt policy looks at."""
    now = services().clock()
    if standing is None:
        _hinted_subjects(asked)
        return Situation(request=asked, client=client, now=now, session=None, authorization=None)
    return Situation(
        request=asked,
        client=client,
        now=now,
        session=standing.session,
        authorization=standing.authorization,
        reachable_acr=standing.reachable_acr,
        hint_account_matches=_hint_matches(asked, client, standing),
        roles=standing.roles,
        account_chosen=account_chosen,
        client_in_session=standing.took_part,
    )


def code_for(asked: AuthorizationRequest, client: Client, standing: Standing) -> str:
    """Issue the code of a request of which nothing more is asked."""
    deployment = services()
    settings = deployment.settings
    return issue_code(
        deployment.database.statements,
        asked,
        client,
        standing,
        CodePolicy(settings.code_lifetime, settings.session_idle),
        deployment.clock(),
    )


def refuse(*, asked_by: Client, error: ProtocolError, response: Response) -> Response:
    """Put a refusal on record and pass its answer on."""
    with unit_of_work() as db:
        record(db, AuthorizationRefused(client_id=asked_by.client_id, error=error.code), services().clock())
    return response


def _hint_matches(asked: AuthorizationRequest, client: Client, standing: Standing) -> bool | None:
    """Compare the signed-in account with whom the request expects; None when it expects nobody."""
    salt = services().tree.sector_salt
    expected = _hinted_subjects(asked)
    answers = [
        subject(standing.account_id, hinted, salt) == sub for hinted, sub in expected if hinted is not None
    ]
    if asked.claims.subjects:
        answers.append(subject(standing.account_id, client, salt) in asked.claims.subjects)
    if expected and expected[0][0] is None:
        answers.append(False)
    return all(answers) if answers else None


def _hinted_subjects(asked: AuthorizationRequest) -> list[tuple[Client | None, str]]:
    """Read id_token_hint: whose subject, at which client; expired hints count, foreign ones do not.

    Raises:
        InvalidRequest: the hint was not issued by us (OIDC Core §3.1.2.2).
    """
    if asked.id_token_hint is None:
        return []
    deployment = services()
    try:
        claims = deployment.keyring.verify(asked.id_token_hint, typ="JWT", include_retired=True)
    except BadSignature as exc:
        raise InvalidRequest("id_token_hint was not issued here", parameter="id_token_hint") from exc
    hint = IdTokenHint.of(claims, deployment.settings.issuer)
    if hint is None:
        raise InvalidRequest("id_token_hint is no ID Token of ours", parameter="id_token_hint")
    return [(deployment.clients.get(hint.client_id), hint.subject)]

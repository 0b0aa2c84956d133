"""What the prompt policy looks at, put together from what was read and who was hinted at."""

from __future__ import annotations

from idp.domain.grants.situation import Standing
from idp.protocol.authorize.prompts import Situation
from idp.protocol.authorize.request import AuthorizationRequest
from idp.protocol.oauth.client import Client
from idp.protocol.oauth.errors import InvalidRequest
from idp.protocol.oidc.subject import subject
from idp.services import Services
from idp.web.hints import open_hint


def describe(
    services: Services,
    asked: AuthorizationRequest,
    client: Client,
    standing: Standing | None,
    *,
    account_chosen: bool = False,
    confirmed: bool = True,
) -> Situation:
    """Put together what the prompt policy looks at."""
    now = services.clock()
    if standing is None:
        _hinted_subjects(services, asked)
        return Situation(request=asked, client=client, now=now, session=None, authorization=None)
    return Situation(
        request=asked,
        client=client,
        now=now,
        session=standing.session,
        authorization=standing.authorization,
        reachable_acr=standing.reachable_acr,
        may_enrol=standing.may_enrol,
        hint_account_matches=_hint_matches(services, asked, client, standing),
        roles=standing.roles,
        account_chosen=account_chosen,
        client_in_session=standing.took_part,
        confirmed=confirmed,
    )


def _hint_matches(
    services: Services, asked: AuthorizationRequest, client: Client, standing: Standing
) -> bool | None:
    """Compare the signed-in account with whom the request expects; None when it expects nobody."""
    salt = services.tree.sector_salt
    expected = _hinted_subjects(services, asked)
    answers = [
        subject(standing.account_id, hinted, salt) == sub for hinted, sub in expected if hinted is not None
    ]
    if asked.claims.subjects:
        answers.append(subject(standing.account_id, client, salt) in asked.claims.subjects)
    if expected and expected[0][0] is None:
        answers.append(False)
    return all(answers) if answers else None


def _hinted_subjects(services: Services, asked: AuthorizationRequest) -> list[tuple[Client | None, str]]:
    """Read id_token_hint: whose subject, at which client; expired hints count, foreign ones do not.

    Raises:
        InvalidRequest: the hint was not issued by us (OIDC Core §3.1.2.2).
    """
    if asked.id_token_hint is None:
        return []
    hint = open_hint(services, asked.id_token_hint)
    if hint is None:
        raise InvalidRequest("id_token_hint is no ID Token of ours", parameter="id_token_hint")
    return [(services.clients.get(hint.client_id), hint.subject)]

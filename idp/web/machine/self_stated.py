"""Where a service hands in what a citizen typed and ticked "keep for other services" (features F2)."""

from __future__ import annotations

from idp.domain.exchange import release, self_stated
from idp.domain.exchange.self_stated import NotStatable
from idp.domain.grants.revoke import exp_day
from idp.protocol.oauth.errors import InsufficientScope, InvalidRequest, InvalidToken
from idp.protocol.oauth.requests import UserInfoRequest
from idp.protocol.oauth.responses import Reply, json_reply
from idp.protocol.oidc.catalogue import CLAIMS
from idp.protocol.oidc.claims import registered
from idp.web.limits import SELF_STATED
from idp.web.machine.confirmation import require_key
from idp.web.machine.machines import Machines
from idp.web.machine.presented import open_access_token
from idp.web.machine.request import MachineRequest


def state(machines: Machines, request: MachineRequest) -> Reply:
    """Keep claims the citizen states about themselves; the form has one parameter per claim."""
    services = machines.services
    form = request.form()
    asked = UserInfoRequest.of(request.headers, {}, {})
    now = services.clock()
    token = open_access_token(services, asked.token, now)
    token.require_audience(services.settings.issuer)
    require_key(machines, request, token, asked)
    client = services.clients.get(token.client_id)
    if token.family_id is None or client is None:
        raise InvalidToken("the access token is not for a citizen")
    machines.limits.spend(SELF_STATED, str(token.family_id))
    if form.faults or not form:
        raise InvalidRequest("one parameter per claim, each once")
    try:
        values = self_stated.checked(form)
    except NotStatable as exc:
        raise InvalidRequest(f"{exc.claim}: {exc.reason}", parameter=exc.claim) from exc
    found = release.read(
        services.database.statements, token.family_id, token.jti, exp_day(token.expires_at), now
    )
    if found is None or found.client_id != client.client_id or found.data_key is None:
        raise InvalidToken("the access token was revoked")
    if not values.keys() <= registered(client) or any(CLAIMS[n].scope not in token.scope for n in values):
        raise InsufficientScope(
            "this client is not registered for these claims, or the token does not cover them"
        )
    data_key = services.tree.vault.open(found.citizen_id, bytes(found.data_key))
    with services.database.unit_of_work() as db:
        said = self_stated.state(db, data_key, found.citizen_id, client.client_id, values, now)
    return json_reply({"stored": list(said.stored), "kept": list(said.kept)})

"""When a sign-in may come from another phone."""

from __future__ import annotations

from typing import Final

from idp.domain.sessions.interactions import Waiting
from idp.protocol.authorize import assurance
from idp.protocol.oauth.errors import ProtocolError
from idp.protocol.oidc import acr
from idp.web.frontchannel.frame import ACCOUNT, AUTHORIZE, client_of, request_of

FRESH_PROMPTS: Final = frozenset({"login", "create"})


def is_offered(waiting: Waiting) -> bool:
    """Tell whether a sign-in may come from a phone: nothing fresh, nothing of its own, nothing above aal2 is asked."""
    if waiting.row.kind == ACCOUNT:
        return not waiting.request.get("fresh")
    if waiting.row.kind != AUTHORIZE:
        return False
    asked, client = request_of(waiting), client_of(waiting)
    if client.isolated_sso or asked.max_age is not None or FRESH_PROMPTS.intersection(asked.prompt):
        return False
    try:
        return not acr.meets(assurance.needed(asked, client, acr.AAL3), acr.AAL3)
    except ProtocolError:
        return False

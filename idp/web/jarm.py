"""Authorization responses as signed JWTs (JWT Secured Authorization Response Mode §2)."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from idp.protocol.authorize.response import AuthorizationResponse
from idp.protocol.oauth.client import Client
from idp.protocol.oauth.errors import PageOnly
from idp.protocol.oauth.jwe import Answer, NoEncryptionKey
from idp.protocol.oauth.values import seconds
from idp.services import Services
from keys import compact

LIFETIME: Final = timedelta(minutes=5)  # at most ten (§2.1)


def secured(services: Services, response: AuthorizationResponse, client: Client) -> AuthorizationResponse:
    """Put a response into one signed parameter where that was asked for, encrypted where registered (§2.1, §2.2).

    Raises:
        PageOnly: the client registered encryption and has no usable key; nobody else may read the answer.
    """
    if not response.mode.is_secured:
        return response
    now = seconds(services.clock())
    claims: dict[str, object] = {
        **response.parameters,
        "iss": services.settings.issuer,
        "aud": client.client_id,
        "exp": now + int(LIFETIME.total_seconds()),
    }
    signed = compact(services.keyring.signer(client.authorization_response_alg), claims)
    try:
        return response.carrying(services.recipients.seal(client, Answer.AUTHORIZATION, signed))
    except NoEncryptionKey as exc:
        raise PageOnly(exc.description) from exc

"""Authorization responses as signed JWTs (JWT Secured Authorization Response Mode §2)."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from idp.protocol.authorize.response import AuthorizationResponse, ResponseMode
from idp.protocol.oauth.client import Client
from idp.protocol.oauth.errors import PageOnly
from idp.protocol.oauth.jwe import Answer, NoEncryptionKey
from idp.protocol.oauth.values import seconds
from idp.services import Services
from keys import compact

LIFETIME: Final = timedelta(minutes=5)  # at most ten (§2.1)


def require_reader(services: Services, mode: ResponseMode, client: Client) -> None:
    """Find out before a code is issued whether the client will be able to read it.

    Raises:
        PageOnly: the client registered encryption and has no usable key; nobody else may read the answer.
    """
    if mode.is_secured:
        try:
            services.recipients.require(client, Answer.AUTHORIZATION)
        except NoEncryptionKey as exc:
            raise PageOnly(exc.description) from exc


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

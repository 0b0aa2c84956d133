"""Our own access tokens, read back: signature, type and times; whether they still stand is a statement's answer."""

from __future__ import annotations

from datetime import datetime

from idp.protocol.oauth.errors import InvalidToken
from idp.protocol.oidc.access_token import TYP, AccessToken
from idp.services import Services
from keys import BadSignature, UnknownKey


def open_access_token(services: Services, text: str, now: datetime) -> AccessToken:
    """Verify and read an access token.

    Raises:
        InvalidToken: not ours, of another kind, or expired.
    """
    try:
        claims = services.keyring.verify(text, typ=TYP)
    except UnknownKey:
        services.refresher.check()  # another node may have promoted a key this second
        try:
            claims = services.keyring.verify(text, typ=TYP)
        except BadSignature as exc:
            raise InvalidToken("the access token is not valid") from exc
    except BadSignature as exc:
        raise InvalidToken("the access token is not valid") from exc
    return AccessToken.of(claims, issuer=services.settings.issuer, now=now)

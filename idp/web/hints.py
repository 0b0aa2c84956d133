"""Reading id_token_hint (OIDC Core §3.1.2.1, RP-Initiated Logout §2)."""

from __future__ import annotations

from idp.protocol.oidc.id_token import TYP
from idp.protocol.oidc.id_token_hint import IdTokenHint
from idp.services import Services
from keys import BadSignature, CannotDecrypt

JWE_DOTS = 4


def open_hint(services: Services, text: str) -> IdTokenHint | None:
    """Open an ID Token of ours, expired or not; None for anything else.

    A client that got it encrypted decrypts it and may encrypt it again, to us.
    """
    try:
        if text.count(".") == JWE_DOTS:
            text = services.keyring.decrypt(text).decode("ascii")
        claims = services.keyring.verify(text, typ=TYP, include_retired=True)
    except (BadSignature, CannotDecrypt, UnicodeDecodeError):
        return None
    return IdTokenHint.of(claims, services.settings.issuer)

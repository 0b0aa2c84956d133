"""A secret that waits in a form for its first code: sealed for one holder, good for a quarter of an hour."""

from __future__ import annotations

from base64 import urlsafe_b64decode
from datetime import timedelta
from typing import Final

import orjson

from idp.protocol.oauth.values import b64url
from idp.web.context import services
from keys import Place, SealBroken, UnknownVersion

LIFETIME: Final = timedelta(minutes=15)
MOST_CHARS: Final = 1024


def sealed_secret(secret: str, holder: str) -> str:
    """Seal a secret for the form of one holder."""
    ends = int((services().clock() + LIFETIME).timestamp())
    content = orjson.dumps({"secret": secret, "ends": ends})
    return b64url(services().tree.vault.system("factor").seal(content, _place(holder)))


def open_secret(text: str, holder: str) -> str | None:
    """Open a secret; None when it is too old, another holder's, or not ours."""
    if not 0 < len(text) <= MOST_CHARS:
        return None
    try:
        content = (
            services()
            .tree.vault.system("factor")
            .unseal(urlsafe_b64decode(text + "=" * (-len(text) % 4)), _place(holder))
        )
    except (SealBroken, UnknownVersion, ValueError):
        return None
    known = orjson.loads(content)
    if known["ends"] < services().clock().timestamp():
        return None
    return str(known["secret"])


def _place(holder: str) -> Place:
    return Place("waiting_secret", "form", holder)

"""Forms only work from our own pages: a token bound to the browser, and the browser's word on where it came from."""

from __future__ import annotations

import hmac
from urllib.parse import urlsplit

from flask import request

from idp.protocol.oauth.values import b64url
from idp.web.context import services
from idp.web.cookies import BROWSER, browser_token

FIELD = "csrf_token"


class ForgedForm(Exception):
    """A form that did not come from one of our pages in this browser, or a page too old to be sent."""


def token() -> str:
    """Return the token every form of this browser carries."""
    return b64url(services().tree.mac("csrf", browser_token().encode("ascii")))


def check() -> None:
    """Refuse a POST that is cross-site or without this browser's token (ASVS 3.5.1).

    Raises:
        ForgedForm: nothing was done yet.
    """
    if request.headers.get("Sec-Fetch-Site") in ("cross-site", "same-site"):
        raise ForgedForm
    origin = request.headers.get("Origin")
    if origin is not None and origin != "null" and origin not in _own_origins():
        raise ForgedForm
    given = request.form.get(FIELD, "")
    if BROWSER not in request.cookies or not hmac.compare_digest(given.encode(), token().encode()):
        raise ForgedForm


def _own_origins() -> tuple[str, ...]:
    settings = services().settings
    issuer = urlsplit(settings.issuer)
    own = f"{issuer.scheme}://{issuer.netloc}"
    return (own, settings.admin_origin) if settings.admin_origin else (own,)

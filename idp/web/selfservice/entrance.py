"""The doors: signing in to the account pages, leaving them, and help."""

from __future__ import annotations

import re
from typing import Final

from flask import Response, request

from idp.domain.sessions import interactions
from idp.protocol.oidc import acr
from idp.web import cookies, locale
from idp.web.context import services, unit_of_work
from idp.web.frontchannel.frame import ACCOUNT
from idp.web.frontchannel.signed_in import current_session
from idp.web.pages import HelpPage
from idp.web.render import go, show
from idp.web.selfservice.area import bp

HOME: Final = "/me"
LOCAL = re.compile(r"(?:/(?!/)[A-Za-z0-9_.~?=&%-]*){1,20}")


@bp.get("/signin")
def sign_in() -> Response:
    """Start a sign-in that ends at one of our own pages; `fresh` asks again whoever is signed in."""
    wanted, fresh = local(request.args.get("next")), request.args.get("fresh") == "1"
    deployment = services()
    with unit_of_work() as db:
        session = current_session(db)
        if session is not None and acr.meets(session.acr, acr.AAL2) and not fresh:
            return go(wanted)
        uid = interactions.start(
            db,
            deployment.tree.vault.system("pii"),
            kind=ACCOUNT,
            browser=cookies.browser_digest(),
            client_id=None,
            request={"next": wanted, "fresh": fresh},
            language=locale.spoken(),
            lifetime=deployment.settings.interaction_lifetime,
            now=deployment.clock(),
        )
    return go(f"/interaction/{uid.text}")


@bp.get("/me/sign-out")
def sign_out() -> Response:
    """Lead to the page that asks."""
    return go("/logout")


@bp.get("/help")
def get_help() -> Response:
    """Show the ways on when nothing else helps."""
    return show(HelpPage())


def local(path: str | None) -> str:
    """Return a path of this site, the account home for anything else (ASVS 3.7.2)."""
    return path if path is not None and LOCAL.fullmatch(path) else HOME

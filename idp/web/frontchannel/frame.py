"""What every page of an interaction shares: whose it is, its language, and where its forms may end."""

from __future__ import annotations

from idp.domain.sessions.interactions import Waiting, find
from idp.domain.store.database import Session
from idp.protocol.authorize.request import AuthorizationRequest
from idp.protocol.oauth.client import Client
from idp.protocol.oauth.errors import RedirectRefused, UnknownClient
from idp.protocol.oauth.redirects import redirect_matches
from idp.web import locale, logos
from idp.web.context import services
from idp.web.cookies import browser_digest
from idp.web.errors import Gone
from idp.web.headers import allow_form_target
from idp.web.pages import Agency

AUTHORIZE, ACCOUNT, LOGOUT, LOGGED_OUT = "authorize", "account", "logout", "logged_out"
DEVICE, APPROVE = "device", "approve"
DECOUPLED = (DEVICE, APPROVE)
"""Interactions that decide on a request of another screen; nobody is redirected when they end."""
SIGNING_IN = (AUTHORIZE, ACCOUNT, *DECOUPLED)


def waiting_for(db: Session, uid: str, kinds: tuple[str, ...] = SIGNING_IN) -> Waiting:
    """Return the interaction of this address in this browser, its language and form target in force.

    Raises:
        Gone: finished, expired, of another kind, or another browser's.
    """
    deployment = services()
    waiting = find(db, deployment.tree.vault.system("pii"), uid, browser_digest(), deployment.clock())
    if waiting is None or waiting.row.kind not in kinds:
        raise Gone
    locale.use([waiting.row.language])
    if waiting.row.kind == AUTHORIZE:
        allow_form_target(str(waiting.request["redirect_uri"]))
    return waiting


def request_of(waiting: Waiting) -> AuthorizationRequest:
    """Return the authorization request an interaction keeps."""
    return AuthorizationRequest.from_dict(waiting.request)


def client_of(waiting: Waiting) -> Client:
    """Return the client that asked.

    Raises:
        UnknownClient: when it was retired meanwhile.
        RedirectRefused: when the address that waits for the answer was taken out of the registration.
    """
    client = services().clients.get(waiting.row.client_id or "")
    if client is None:
        raise UnknownClient("the client is not active any more")
    if waiting.row.kind == AUTHORIZE:
        address = str(waiting.request["redirect_uri"])
        if not redirect_matches(client.redirect_uris, address, native=client.is_native):
            raise RedirectRefused("redirect_uri is not registered any more", parameter="redirect_uri")
    return client


def agency_of(waiting: Waiting) -> Agency | None:
    """Return the agency the citizen is on the way to; None for the account pages."""
    if waiting.row.kind not in (AUTHORIZE, *DECOUPLED):
        return None
    return agency(client_of(waiting))


def agency(client: Client) -> Agency:
    """Describe a client's agency in the language of this page."""
    return Agency(
        name=client.name(locale.spoken()),
        logo_uri=logos.address(client.logo),
        home_uri=client.client_uri or "",
        policy_uri=client.policy_uri or "",
        tos_uri=client.tos_uri or "",
    )

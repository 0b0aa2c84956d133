"""What ends an interaction about a request of another screen: it is approved, or it is refused."""

from __future__ import annotations

from uuid import UUID

from flask import Response

from idp.domain.grants import decide, decoupled
from idp.domain.grants.situation import Standing
from idp.domain.sessions.interactions import Waiting
from idp.protocol.oauth.client import Client
from idp.protocol.oauth.errors import LoginRequired, ProtocolError, UnknownClient
from idp.web.context import services, unit_of_work
from idp.web.errors import Gone
from idp.web.frontchannel.authorize import put_on_record
from idp.web.frontchannel.signed_in import current_session
from idp.web.render import go


def approve(waiting: Waiting, client: Client, standing: Standing) -> Response:
    """Approve for a citizen of whom nothing more is asked.

    Raises:
        Gone: decided elsewhere, expired, or what it rests on has just fallen.
    """
    deployment = services()
    now = deployment.clock()
    with unit_of_work() as db:
        found = decoupled.by_id(db, deployment.tree, UUID(waiting.request["decoupled"]), now)
        if found is None or not decide.approve(db, deployment.tree, found, client, standing, now):
            raise Gone
    return go("/decided/approved")


def refuse(waiting: Waiting, client: Client, error: ProtocolError) -> Response:
    """Refuse on behalf of the citizen, or because no page can help; somebody else's sign-in decides nothing.

    Raises:
        Gone: decided elsewhere, expired, or another citizen is signed in here.
        UnknownClient: the client is suspended.
    """
    put_on_record(error, client)
    if isinstance(error, UnknownClient):
        raise error
    if isinstance(error, LoginRequired):
        raise Gone
    deployment = services()
    now = deployment.clock()
    with unit_of_work() as db:
        session = current_session(db)
        citizen_id = session.citizen_id if session is not None else None
        found = decoupled.by_id(db, deployment.tree, UUID(waiting.request["decoupled"]), now)
        if found is None or not decide.deny(db, deployment.tree, found, citizen_id, now):
            raise Gone
    return go("/decided/denied")

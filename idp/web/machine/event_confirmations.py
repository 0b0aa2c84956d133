"""A client's word that it has done what a security event asks: its copy is gone, or renewed (UU PDP art. 30, 40)."""

from __future__ import annotations

import re
from uuid import UUID

from idp.domain.exchange import telling
from idp.protocol.oauth.errors import InvalidClient, UnknownEvent
from idp.protocol.oauth.responses import Reply, empty_reply
from idp.web.machine.authenticate import authenticate
from idp.web.machine.machines import Machines
from idp.web.machine.request import MachineRequest

_JTI = re.compile(r"[0-9a-f]{32}")


def confirm(machines: Machines, request: MachineRequest) -> Reply:
    """Take the confirmation of one event, by its `jti`; once or often, the first one counts.

    Raises:
        InvalidRequest: no `jti`.
        InvalidClient: a client that proves nothing of itself confirms nothing.
        UnknownEvent: never told to this client; another client's event does not exist here.
    """
    parameters = request.form_or_object()
    client, _ = authenticate(machines, request, parameters)
    if client.is_public:
        raise InvalidClient("a confirmation needs client authentication")
    jti = parameters.require("jti")
    if not _JTI.fullmatch(jti):
        raise UnknownEvent("this client was told of no such event")
    services = machines.services
    with services.database.unit_of_work() as db:
        known = telling.confirm(db, UUID(jti), client.client_id, services.clock())
    if not known:
        raise UnknownEvent("this client was told of no such event")
    return empty_reply(204)

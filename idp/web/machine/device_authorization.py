"""The device authorization endpoint (RFC 8628 §3.1): a code for the device, a code for its citizen."""

from __future__ import annotations

from idp.domain.grants import decoupled
from idp.domain.registry.lookup import is_approved
from idp.domain.sessions.browser import Place
from idp.protocol.decoupled import user_code
from idp.protocol.decoupled.request import DEVICE_GRANT, device_request
from idp.protocol.oauth.errors import UnauthorizedClient
from idp.protocol.oauth.responses import Reply, json_reply
from idp.web.devices import device_name, network_name
from idp.web.limits import DEVICE_REQUESTS
from idp.web.machine.authenticate import authenticate
from idp.web.machine.machines import Machines
from idp.web.machine.request import MachineRequest

VERIFICATION = "/device"


def device_authorization(machines: Machines, request: MachineRequest) -> Reply:
    """Start a sign-in on another screen (RFC 8628 §3.2)."""
    services = machines.services
    parameters = request.form()
    client, _credentials = authenticate(machines, request, parameters)
    client.require_grant(DEVICE_GRANT)
    asked = device_request(
        parameters, client, services.settings.issuer, services.clients.serving, services.publishing.agreed
    )
    machines.limits.spend(DEVICE_REQUESTS, "device", client.client_id, network_name(request.address))
    now = services.clock()
    with services.database.unit_of_work() as db:
        if not is_approved(db, client.client_id):
            raise UnauthorizedClient("the client is suspended")
        handle, code = decoupled.start_device(db, services.tree, asked, origin(request), now)
    address = services.settings.issuer + VERIFICATION
    shown = user_code.shown(code)
    return json_reply(
        {
            "device_code": handle.text,
            "user_code": shown,
            "verification_uri": address,
            "verification_uri_complete": f"{address}?user_code={shown}",
            "expires_in": int(decoupled.LIFETIME.total_seconds()),
            "interval": decoupled.INTERVAL,
        }
    )


def origin(request: MachineRequest) -> Place:
    """Describe who asks, as sessions are described: a kind of device and a network, never a full address."""
    return Place(device_name(request.headers.get("user-agent") or ""), network_name(request.address))

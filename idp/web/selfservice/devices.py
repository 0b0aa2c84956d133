"""The devices that need no second factor for 30 days, and forgetting them (features C12)."""

from __future__ import annotations

from uuid import UUID

from flask import Response, abort, request

from idp.domain.authenticators import remembered_devices
from idp.domain.authenticators.models import RememberedDevice
from idp.web import cookies, csrf
from idp.web.context import services
from idp.web.pages import AccountDevicesPage, RememberedLine
from idp.web.places import place_of
from idp.web.render import go, show
from idp.web.selfservice.area import at_home, bp

ALL = "all"
BY_OWNER = "ended_by_owner"


@bp.get("/me/security/devices")
def devices() -> Response:
    """List the devices this account remembers."""
    now = services().clock()
    with at_home() as (db, resident):
        found = remembered_devices.live_of(db, resident.session.account_id, now)
        page = AccountDevicesPage(
            citizen_name=resident.name,
            action="/me/security/devices",
            devices=tuple(_line(device) for device in found),
        )
    return show(page)


@bp.post("/me/security/devices")
def forget_devices() -> Response:
    """Forget one device or all; that only ever asks for more at the next sign-in, so no fresh one is needed."""
    csrf.check()
    now, chosen = services().clock(), request.form.get("device", "")
    with at_home() as (db, resident):
        account_id = resident.session.account_id
        if chosen == ALL:
            remembered_devices.end_all(db, account_id, now, BY_OWNER)
        elif not remembered_devices.end(db, _id(chosen), account_id, BY_OWNER, now):
            abort(404)
    return go("/me/security/devices")


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        abort(404)


def _line(device: RememberedDevice) -> RememberedLine:
    return RememberedLine(
        id=str(device.id),
        device=device.device,
        place=place_of(device.network),
        since=device.created_at,
        last_used=device.last_used_at,
        until=device.expires_at,
        current=device.browser == cookies.browser_digest(),
    )

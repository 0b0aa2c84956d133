"""Signing in with another phone: a QR code on the computer, a decision on the phone (features C8; RFC 10027)."""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID

import segno
from flask import Blueprint, Response, make_response, request
from flask_babel import gettext as _

from idp.domain.authenticators import known_browsers, throttle
from idp.domain.authenticators.throttle import Ladder
from idp.domain.citizens import profile
from idp.domain.citizens.models import Citizen
from idp.domain.sessions import cross_device
from idp.domain.sessions.interactions import Waiting
from idp.domain.sessions.models import BrowserSession, CrossDeviceRequest
from idp.domain.store.database import Session
from idp.protocol.oidc import acr
from idp.web import cookies, csrf
from idp.web.context import place, services, unit_of_work
from idp.web.errors import Gone
from idp.web.frontchannel import notices
from idp.web.frontchannel.cross_device_offer import is_offered
from idp.web.frontchannel.frame import ACCOUNT, AUTHORIZE, agency, agency_of, waiting_for
from idp.web.frontchannel.login import seconds, slow_down
from idp.web.frontchannel.signed_in import begin_session, current_session, throttle_policy
from idp.web.pages import CrossDeviceApprovePage, CrossDevicePage, FieldError
from idp.web.render import go, show

bp = Blueprint("cross_device", __name__)

QUARTER: Final = timedelta(minutes=15)
OPENINGS: Final = Ladder(20, QUARTER, QUARTER, 20, QUARTER, QUARTER)
"""How often one account may open codes: who is sent many is being phished."""


@bp.get("/interaction/<uid>/qr")
def code(uid: str) -> Response:
    """Show the code, or go on with what the phone decided."""
    deployment = services()
    now, response = deployment.clock(), go(f"/interaction/{uid}")
    with unit_of_work() as db:
        waiting = waiting_for(db, uid, (AUTHORIZE, ACCOUNT))
        if not is_offered(waiting):
            return response
        browser = cookies.browser_digest()
        row = cross_device.latest(db, waiting.row.digest, browser)
        found = cross_device.state(row, now)
        if found == cross_device.APPROVED:
            return _collect(db, waiting, response)
        if row is None or found == cross_device.EXPIRED or "again" in request.args:
            counted = throttle.count(
                db,
                "qr.network",
                throttle.key(deployment.tree, place().network.encode()),
                throttle_policy().network,
                now,
            )
            if not counted.allowed:
                page = CrossDevicePage(
                    agency=agency_of(waiting), uid=uid, state="slow", wait_seconds=seconds(counted.wait)
                )
                return slow_down(show(page), counted.wait)
            row = cross_device.start(
                db,
                deployment.tree.vault.system("pii"),
                interaction=waiting.row.digest,
                browser=browser,
                client_id=waiting.row.client_id,
                place=place(),
                now=now,
            )
        return show(_page(uid, waiting, row))


@bp.get("/interaction/<uid>/qr/state")
def code_state(uid: str) -> Response:
    """Tell the script of the page whether to look again; nothing changes."""
    with unit_of_work() as db:
        waiting = waiting_for(db, uid, (AUTHORIZE, ACCOUNT))
        row = cross_device.latest(db, waiting.row.digest, cookies.browser_digest())
        return make_response({"state": cross_device.state(row, services().clock())})


@bp.get("/qr/<text>")
def opened(text: str) -> Response:
    """Show on the phone what would be signed in, and from where."""
    deployment = services()
    now = deployment.clock()
    with unit_of_work() as db:
        session = current_session(db)
        if session is None or not acr.meets(session.acr, acr.AAL2):
            return go(f"/signin?next=/qr/{text}")
        if not cross_device.may_approve(session):
            return go(f"/signin?next=/qr/{text}&fresh=1")
        name = throttle.key(deployment.tree, session.account_id.bytes)
        counted = throttle.count(db, "qr.account", name, OPENINGS, now)
        row = cross_device.open_code(db, text, session, now) if counted.allowed else None
        if row is not None:
            return show(_approve_page(db, text, row, session))
    raise Gone


@bp.post("/qr/<text>")
def decided(text: str) -> Response:
    """Take the citizen's word, once."""
    csrf.check()
    now = services().clock()
    number = request.form.get("number", "")
    with unit_of_work() as db:
        session = current_session(db)
        if session is None or not cross_device.may_approve(session):
            return go(f"/qr/{text}")
        allow = request.form.get("action") == "allow"
        if allow and not (number.isascii() and number.isdigit()):
            row = cross_device.open_code(db, text, session, now)
            if row is None:
                raise Gone
            error = FieldError("number", _("Pilih angka yang tampil di komputer itu."))
            return show(_approve_page(db, text, row, session, errors=(error,)), 400)
        outcome = cross_device.decide(
            db,
            text,
            session,
            int(number[:3]) if allow else None,
            now,
            shared=request.form.get("shared") == "yes",
        )
        if outcome is None:
            raise Gone
    return go(f"/decided/{outcome}")


def _collect(db: Session, waiting: Waiting, response: Response) -> Response:
    """Sign this browser in as the phone's citizen."""
    now, browser = services().clock(), cookies.browser_digest()
    taken = cross_device.collect(db, waiting.row.digest, browser, now)
    if taken is None:
        return response
    known = known_browsers.is_known(db, taken.account_id, browser)
    if not taken.shared:
        known_browsers.remember(db, taken.account_id, browser, now)
    session = begin_session(
        db,
        response,
        taken.account_id,
        taken.citizen_id,
        ("another_device",),
        shared=taken.shared,
        auth_time=taken.auth_time,
    )
    if not known:
        notices.new_sign_in(db, session)
    return response


def _page(uid: str, waiting: Waiting, row: CrossDeviceRequest) -> CrossDevicePage:
    deployment = services()
    address = (
        f"{deployment.settings.issuer}/qr/{cross_device.code_of(deployment.tree.vault.system('pii'), row)}"
    )
    return CrossDevicePage(
        agency=agency_of(waiting),
        uid=uid,
        state=cross_device.state(row, deployment.clock()),
        address=address,
        qr_uri=_picture(address),
        number=row.number,
        left_seconds=max(1, seconds(row.expires_at - deployment.clock())),
    )


def _approve_page(
    db: Session,
    text: str,
    row: CrossDeviceRequest,
    session: BrowserSession,
    errors: tuple[FieldError, ...] = (),
) -> CrossDeviceApprovePage:
    client = services().clients.get(row.client_id) if row.client_id else None
    here = place().network
    return CrossDeviceApprovePage(
        agency=agency(client) if client is not None else None,
        action=f"/qr/{text}",
        citizen_name=_name(db, session.citizen_id),
        device=row.device,
        network=row.network,
        own_network=here,
        asked_at=row.started_at,
        choices=tuple(int(number) for number in row.choices.split()),
        errors=errors,
    )


def _name(db: Session, citizen_id: UUID | None) -> str:
    citizen = db.get(Citizen, citizen_id) if citizen_id else None
    if citizen is None or citizen.data_key is None:
        raise Gone
    data_key = services().tree.vault.open(citizen.id, citizen.data_key)
    value = profile.read(db, data_key, citizen.id).get("name")
    return str(value.value) if value is not None else ""


def _picture(address: str) -> str:
    return str(segno.make(address, error="m").svg_data_uri(border=4, scale=4, light="#fff"))

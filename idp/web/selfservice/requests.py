"""Requests that wait for the citizen's word (CIBA Core §9), and clients they want none from."""

from __future__ import annotations

from uuid import UUID

from flask import Response, abort

from idp.domain.consent import blocks
from idp.domain.grants import decoupled
from idp.domain.grants.decoupled import Decoupled
from idp.domain.store.database import Session
from idp.web import csrf
from idp.web.context import services
from idp.web.frontchannel.elsewhere import begin
from idp.web.frontchannel.frame import APPROVE
from idp.web.pages import RequestLine
from idp.web.render import go
from idp.web.selfservice.area import at_home, bp, service_name

UNBLOCKED = "unblocked"


@bp.get("/me/requests/<uuid:request_id>")
def decide_on(request_id: UUID) -> Response:
    """Lead to the page that asks; nothing is decided by coming here."""
    with at_home() as (db, resident):
        found = decoupled.by_id(db, services().tree, request_id, services().clock())
        if found is None or found.kind != "ciba" or found.citizen_id != resident.citizen.id:
            abort(404)
        return begin(db, APPROVE, found)


@bp.post("/me/services/<client_id>/unblock")
def unblock(client_id: str) -> Response:
    """Allow a client's requests again."""
    csrf.check()
    with at_home() as (db, resident):
        if not blocks.unblock(db, resident.citizen.id, client_id, services().clock()):
            abort(404)
    return go(f"/me/services?done={UNBLOCKED}")


def waiting(db: Session, citizen_id: UUID) -> tuple[RequestLine, ...]:
    """Return what waits for this citizen."""
    found = decoupled.asked_of(db, services().tree, citizen_id, services().clock())
    return tuple(_line(db, entry) for entry in found if entry.kind == "ciba")


def _line(db: Session, found: Decoupled) -> RequestLine:
    return RequestLine(
        agency=service_name(db, found.client_id),
        href=f"/me/requests/{found.id}",
        asked_at=found.started_at,
        binding_message=str(found.extra.get("binding_message") or ""),
    )

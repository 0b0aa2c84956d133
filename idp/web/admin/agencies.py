"""Agencies in the console: national administrators register them and correct their names."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Blueprint, Response, request
from flask_babel import gettext as _

from idp.domain.registry import agencies, listing
from idp.domain.registry.agencies import BadAgency
from idp.domain.sessions.operators import Role
from idp.web import csrf
from idp.web.admin.desk import HOME, Desk, argument, desk, localised
from idp.web.pages import FieldError, Notice
from idp.web.pages.admin import AdminAgenciesPage, AgencyLine
from idp.web.render import go, show

bp = Blueprint("agencies", __name__)

AGENCIES = "/admin/agencies"
FIELDS = ("agency", "name_id", "name_en")
MOST_TYPED = 200


@bp.get("/agencies")
def agency_list() -> Response:
    """List the agencies an operator may see."""
    with desk() as at:
        known = {a.id: a for a in agencies.every(at.db)}
        chosen = known.get(argument("edit"))
        entered = (chosen.id, chosen.name_id, chosen.name_en) if chosen is not None else ("", "", "")
        notice = Notice("success", _("Instansi tersimpan.")) if request.args.get("done") else None
        page = _page(at, entered, editing=chosen is not None, notice=notice)
    return show(page)


@bp.post("/agencies")
def put_agency() -> Response:
    """Register an agency, or correct its names."""
    csrf.check()
    agency_id, name_id, name_en = (request.form.get(name, "").strip()[:MOST_TYPED] for name in FIELDS)
    with desk(changing="agency") as at:
        at.require_super("agency")
        try:
            agencies.put(at.db, agency_id, name_id, name_en, by=at.actor, now=at.now)
        except BadAgency:
            message = _("ID memakai huruf kecil, angka, dan tanda hubung; kedua nama wajib diisi.")
            return show(_page(at, (agency_id, name_id, name_en), (FieldError("agency", message),)), 400)
    return go(f"{AGENCIES}?done=1")


def _page(
    at: Desk,
    entered: tuple[str, str, str],
    errors: tuple[FieldError, ...] = (),
    *,
    editing: bool = False,
    notice: Notice | None = None,
) -> AdminAgenciesPage:
    counted = listing.count_by_agency(at.db)
    may = at.role is Role.SUPER
    return AdminAgenciesPage(
        **at.frame(),
        notice=notice,
        errors=errors,
        agencies=tuple(
            AgencyLine(
                id=a.id,
                name=localised(a.name_id, a.name_en),
                other_name=localised(a.name_en, a.name_id),
                clients=counted.get(a.id, 0),
                clients_url=f"{HOME}?{urlencode({'agency': a.id})}",
                edit_url=f"{AGENCIES}?{urlencode({'edit': a.id})}" if may else "",
            )
            for a in agencies.every(at.db)
            if at.agency_id in (None, a.id)
        ),
        action=AGENCIES if may else "",
        editing=editing,
        agency_id=entered[0],
        name_id=entered[1],
        name_en=entered[2],
    )

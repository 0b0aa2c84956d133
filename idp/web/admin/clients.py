"""Finding clients and looking at one."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Blueprint, Response, request
from flask_babel import gettext as _

from idp.domain.audit import search as audit_search
from idp.domain.registry import agencies, changes, client_secrets, listing, search
from idp.domain.registry.models import ClientRegistration
from idp.web import locale
from idp.web.admin import facts, happenings, words
from idp.web.admin.desk import HOME, Desk, argument, desk, localised
from idp.web.pages import FieldError, Notice
from idp.web.pages.admin import AdminClientPage, AdminClientsPage, ClientLine
from idp.web.render import go, show

bp = Blueprint("clients", __name__)

PAGE = 25
LATEST = 8
FILTERS = ("q", "status", "environment", "agency")


@bp.get("")
@bp.get("/")
def home() -> Response:
    """Start at the clients."""
    return go(HOME)


@bp.get("/clients")
def clients() -> Response:
    """List the clients an operator may see, page by page."""
    asked = {name: argument(name) for name in FILTERS}
    kept = {name: value for name, value in asked.items() if value}
    with desk() as at:
        found = listing.page(
            at.db,
            size=PAGE,
            agency_id=at.agency_id or asked["agency"] or None,
            search=asked["q"],
            status=asked["status"],
            environment=asked["environment"],
            after=argument("after"),
            before=argument("before"),
        )
        owners = search.agencies(at.db, (row.agency_id for row in found.rows))
        names = {id_: localised(a.name_id, a.name_en) for id_, a in owners.items()}
        everybody = agencies.every(at.db) if at.agency_id is None else ()
        page = AdminClientsPage(
            **at.frame(),
            clients=tuple(_line(row, names.get(row.agency_id, row.agency_id)) for row in found.rows),
            text=asked["q"],
            statuses=words.options(words.statuses(), asked["status"]),
            environments=words.options(words.environments(), asked["environment"]),
            agencies=words.options(
                {a.id: localised(a.name_id, a.name_en) for a in everybody}, asked["agency"]
            ),
            filtered=bool(kept),
            previous_url=_url(kept, "before", found.before),
            next_url=_url(kept, "after", found.after),
        )
    return show(page)


@bp.get("/clients/<client_id>")
def client(client_id: str) -> Response:
    """Show one client: what is registered, how it stands, what was done to it."""
    with desk() as at:
        row = at.client(client_id, "client")
        page = client_page(at, row, notice=done(request.args.get("done", "")))
    return show(page)


def client_page(
    at: Desk,
    row: ClientRegistration,
    *,
    notice: Notice | None = None,
    errors: tuple[FieldError, ...] = (),
) -> AdminClientPage:
    """Describe a client, and what this operator may do to it now."""
    wanted = audit_search.AuditFilter(events=happenings.REGISTRY_EVENTS, client_id=row.id)
    latest = audit_search.find(at.db, wanted, limit=LATEST)
    waiting = changes.open_of(at.db, row.id)
    owner = search.agencies(at.db, [row.agency_id])[row.agency_id]
    may, has_secret = at.may_change, client_secrets.uses_secret(row.client_metadata)
    return AdminClientPage(
        **at.frame(),
        notice=notice,
        errors=errors,
        client_id=row.id,
        name=listing.name_of(row, locale.language()),
        owner=localised(owner.name_id, owner.name_en),
        status=words.status(row.status),
        url=f"{HOME}/{row.id}",
        groups=facts.groups(row),
        purposes=facts.purposes(row.client_metadata),
        events=happenings.lines(at.db, latest, people=at.agency_id is None),
        audit_url=f"/admin/audit?{urlencode({'client': row.id})}",
        change_url=f"/admin/approvals/{waiting[-1].id}" if waiting else "",
        reasons=words.options(words.suspensions()),
        production=row.environment == "production",
        may_edit=may and row.status != "retired",
        may_suspend=may and row.status == "approved",
        may_resume=may and row.status == "suspended",
        may_rotate=may and has_secret and row.status != "retired",
        may_retire=may and row.status != "retired",
        secret_seen=row.secret_issued_at.isoformat() if row.secret_issued_at else "",
    )


def done(what: str) -> Notice | None:
    """Say what was just done to a client."""
    return {
        "registered": Notice("success", _("Klien terdaftar dan berlaku.")),
        "proposed": Notice(
            "info", _("Tersimpan sebagai usulan."), _("Berlaku setelah disetujui orang kedua.")
        ),
        "changed": Notice("success", _("Perubahan berlaku.")),
        "suspended": Notice(
            "success", _("Klien dihentikan."), _("Tidak ada lagi yang diterbitkan untuknya.")
        ),
        "resumed": Notice("success", _("Klien berjalan lagi.")),
        "retired": Notice("success", _("Klien ditutup.")),
        "secret-changed": Notice(
            "info", _("Rahasia ini baru saja diganti."), _("Ganti lagi bila Anda belum mencatatnya.")
        ),
    }.get(what)


def _url(kept: dict[str, str], name: str, key: str) -> str:
    return f"{HOME}?{urlencode({**kept, name: key})}" if key else ""


def _line(row: ClientRegistration, agency: str) -> ClientLine:
    return ClientLine(
        client_id=row.id,
        name=listing.name_of(row, locale.language()),
        agency=agency,
        environment=words.environments().get(row.environment, row.environment),
        status=words.status(row.status),
        href=f"{HOME}/{row.id}",
        updated=row.updated_at,
    )

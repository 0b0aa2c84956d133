"""What is done to a standing client: stop, resume, close, give a new secret."""

from __future__ import annotations

from flask import Blueprint, Response, request
from flask_babel import gettext as _

from idp.domain.registry import listing, registrations
from idp.domain.registry.changes import NotAllowed
from idp.domain.registry.models import ClientRegistration
from idp.web import csrf, locale
from idp.web.admin import refusals
from idp.web.admin.clients import client_page
from idp.web.admin.desk import HOME, Desk, desk
from idp.web.context import services
from idp.web.pages import FieldError
from idp.web.pages.admin import AdminSecretPage
from idp.web.render import go, show

bp = Blueprint("lifecycle", __name__)

MOST_REASON = 500


@bp.post("/clients/<client_id>/suspend")
def suspend(client_id: str) -> Response:
    """Stop a client at once, with the reason."""
    csrf.check()
    with desk(changing="suspend") as at:
        row = at.client(client_id, "suspend")
        try:
            registrations.suspend(at.db, row.id, request.form.get("reason", ""), by=at.actor, now=at.now)
        except NotAllowed as error:
            return _not_done(at, row, error, "reason" if error.reason == "reason" else "")
    return _back(client_id, "suspended")


@bp.post("/clients/<client_id>/resume")
def resume(client_id: str) -> Response:
    """Let a suspended client work again; a production one waits for a second person."""
    csrf.check()
    reason = "".join(c for c in request.form.get("reason", "") if c.isprintable()).strip()[:MOST_REASON]
    with desk(changing="resume") as at:
        row = at.client(client_id, "resume")
        if not reason:
            errors = (FieldError("reason", _("Tulis alasannya.")),)
            return show(client_page(at, row, errors=errors), 400)
        try:
            waits = registrations.resume(at.db, row.id, reason, by=at.actor, now=at.now)
        except NotAllowed as error:
            return _not_done(at, row, error)
    return _back(client_id, "resumed" if waits is None else "proposed")


@bp.post("/clients/<client_id>/retire")
def retire(client_id: str) -> Response:
    """Close a client for good; its id is typed again, so that it is meant."""
    csrf.check()
    with desk(changing="retire") as at:
        row = at.client(client_id, "retire")
        if request.form.get("confirm", "").strip() != row.id:
            errors = (FieldError("confirm", _("Ketik ID klien untuk memastikan.")),)
            return show(client_page(at, row, errors=errors), 400)
        try:
            registrations.retire(at.db, row.id, by=at.actor, now=at.now)
        except NotAllowed as error:
            return _not_done(at, row, error)
    return _back(client_id, "retired")


@bp.post("/clients/<client_id>/secret")
def rotate_secret(client_id: str) -> Response:
    """Give a new secret and show it, this once; sending the form again does not void what was just shown."""
    csrf.check()
    with desk(changing="secret") as at:
        row = at.client(client_id, "secret")
        seen = row.secret_issued_at.isoformat() if row.secret_issued_at else ""
        if request.form.get("seen", "") != seen:
            return _back(client_id, "secret-changed")
        try:
            secret = registrations.rotate_secret(
                at.db, row.id, seal=services().secret_seal, by=at.actor, now=at.now
            )
        except NotAllowed as error:
            return _not_done(at, row, error)
        page = secret_page(at, row, secret)
    return show(page)


def secret_page(at: Desk, row: ClientRegistration, secret: str, *, waits: bool = False) -> AdminSecretPage:
    """Show a new secret; no address leads here again (ASVS 13.3.1)."""
    return AdminSecretPage(
        **at.frame(),
        client_id=row.id,
        name=listing.name_of(row, locale.language()),
        secret=secret,
        client_url=f"{HOME}/{row.id}",
        waits=waits,
    )


def _not_done(at: Desk, row: ClientRegistration, error: NotAllowed, field: str = "") -> Response:
    page = client_page(at, row, errors=(FieldError(field, refusals.not_allowed(error)),))
    return show(page, 409)


def _back(client_id: str, done: str) -> Response:
    return go(f"{HOME}/{client_id}?done={done}")

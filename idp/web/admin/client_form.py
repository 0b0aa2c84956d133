"""Registering and changing a client in the console: every violation at once, nothing kept until all is right."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, request
from flask_babel import gettext as _

from idp.domain.registry import agencies, registrations
from idp.domain.registry.changes import NotAllowed
from idp.domain.registry.metadata import accept
from idp.domain.registry.models import ClientRegistration
from idp.domain.registry.violations import BadMetadata, BadRedirectUri
from idp.protocol.oauth.client import Environment
from idp.web import csrf
from idp.web.admin import form_fields, refusals, words
from idp.web.admin.desk import HOME, Desk, desk, localised, policy
from idp.web.admin.lifecycle import secret_page
from idp.web.context import services
from idp.web.pages import FieldError
from idp.web.pages.admin_client_form import AdminClientFormPage, AdminClientNewPage, FieldGroup, FormField
from idp.web.render import go, show

bp = Blueprint("client_form", __name__)

NEW = "/admin/new-client"
LONGEST_NUMBER = 9


@bp.get("/new-client")
def new_client() -> Response:
    """Show an empty form."""
    with desk(changing="register") as at:
        page = _new_page(at, {}, fresh=secrets.token_hex(registrations.RANDOM_ID_BYTES))
    return show(page)


@bp.post("/new-client")
def register() -> Response:
    """Register a client; a production one is a draft until somebody else approves it."""
    csrf.check()
    metadata = form_fields.metadata_from(request.form, {})
    environment = request.form.get("environment", "")
    fresh = request.form.get("fresh", "")
    errors = _violations(metadata, environment)
    with desk(changing="register") as at:
        if errors:
            return show(_new_page(at, metadata, errors, fresh), 400)
        try:
            made = registrations.register(
                at.db,
                metadata,
                agency_id=at.agency_id or _plain("agency_id"),
                environment=environment,
                by=at.actor,
                now=at.now,
                seal=services().secret_seal,
                policy=policy(),
                client_id=_plain("client_id") or fresh or None,
            )
        except NotAllowed as error:
            field = "client_id" if error.reason.endswith("_id") else "agency_id"
            errors = (FieldError(field, refusals.not_allowed(error)),)
            return show(_new_page(at, metadata, errors, fresh), 409)
        waits = made.change is not None
        if made.secret is not None:
            page = secret_page(at, made.client, made.secret, waits=waits)
            at.db.commit()
            return show(page, 201)
    return go(f"{HOME}/{made.client.id}?done={'proposed' if waits else 'registered'}")


@bp.get("/clients/<client_id>/edit")
def edit(client_id: str) -> Response:
    """Show a registration as a form."""
    with desk(changing="edit") as at:
        row = at.client(client_id, "edit")
        if row.status == registrations.RETIRED:
            return go(f"{HOME}/{row.id}")
        page = _edit_page(at, row, registrations.full_metadata(row), row.revision)
    return show(page)


@bp.post("/clients/<client_id>/edit")
def amend(client_id: str) -> Response:
    """Change a registration; at a production client the change waits for a second person."""
    csrf.check()
    with desk(changing="edit") as at:
        row = at.client(client_id, "edit")
        standing, environment = registrations.full_metadata(row), row.environment
    revision = _revision()
    metadata = form_fields.metadata_from(request.form, standing)
    errors = _violations(metadata, environment)
    with desk(changing="edit") as at:
        row = at.client(client_id, "edit")
        if errors:
            return show(_edit_page(at, row, metadata, revision, errors), 400)
        try:
            change = registrations.amend(
                at.db,
                row.id,
                metadata,
                base_revision=revision,
                by=at.actor,
                now=at.now,
                policy=policy(),
            )
        except NotAllowed as error:
            errors = (FieldError("", refusals.not_allowed(error)),)
            return show(_edit_page(at, row, metadata, revision, errors), 409)
    return go(f"{HOME}/{client_id}?done={'changed' if change is None else 'proposed'}")


def _violations(metadata: Mapping[str, Any], environment: str) -> tuple[FieldError, ...]:
    """Judge a registration before any transaction: the sector document may have to be fetched."""
    try:
        accept(metadata, registrations.judged(policy(fetching=True), environment, services().clock()))
    except (BadMetadata, BadRedirectUri) as error:
        return refusals.field_errors(error.violations, form_fields.FIELD_OF)
    return ()


def _new_page(
    at: Desk, metadata: Mapping[str, Any], errors: tuple[FieldError, ...] = (), fresh: str = ""
) -> AdminClientNewPage:
    production = services().settings.production
    chosen = request.form.get("environment", Environment.PRODUCTION if production else Environment.SANDBOX)
    environments = {
        value: label
        for value, label in words.environments().items()
        if not production or value == Environment.PRODUCTION
    }
    where = [
        FormField(
            "environment",
            _("Lingkungan"),
            "select",
            "",
            words.options(environments, chosen),
            _("Klien produksi baru berlaku setelah disetujui orang kedua."),
        ),
        FormField(
            "client_id",
            _("ID klien"),
            "text",
            request.form.get("client_id", ""),
            (),
            _("Kosongkan untuk ID acak. Tidak dapat diubah kemudian."),
        ),
    ]
    if at.agency_id is None:
        names = {a.id: localised(a.name_id, a.name_en) for a in agencies.every(at.db)}
        options = words.options(names, request.form.get("agency_id", ""))
        where.insert(0, FormField("agency_id", _("Instansi pemilik"), "select", "", options))
    return AdminClientNewPage(
        **at.frame(),
        errors=errors,
        hidden=(("fresh", fresh),),
        action=NEW,
        back_url=HOME,
        groups=(FieldGroup(_("Milik siapa"), tuple(where)), *form_fields.groups_of(metadata)),
        claims=form_fields.rows_of(metadata.get("claims")),
    )


def _edit_page(
    at: Desk,
    row: ClientRegistration,
    metadata: Mapping[str, Any],
    revision: int,
    errors: tuple[FieldError, ...] = (),
) -> AdminClientFormPage:
    return AdminClientFormPage(
        **at.frame(),
        errors=errors,
        hidden=(("revision", str(revision)),),
        action=f"{HOME}/{row.id}/edit",
        back_url=f"{HOME}/{row.id}",
        groups=form_fields.groups_of(metadata),
        claims=form_fields.rows_of(metadata.get("claims")),
        client_id=row.id,
        waits=row.environment == Environment.PRODUCTION,
    )


def _revision() -> int:
    """Return the revision the operator looked at; nonsense is no revision, so the change is stale."""
    text = request.form.get("revision", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= LONGEST_NUMBER else 0


def _plain(name: str) -> str:
    text = request.form.get(name, "").strip()
    return text if text.isprintable() else ""

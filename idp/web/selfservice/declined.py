"""What a citizen left out when a service asked, and adding it later (UU PDP art. 22; features F6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import Response, abort, request
from flask_babel import gettext as _

from idp.domain.consent import decisions
from idp.domain.consent.decisions import Shown
from idp.domain.consent.given import given
from idp.domain.consent.models import Authorization
from idp.domain.exchange.preview import Preview, preview
from idp.domain.grants.asking import subject_digest
from idp.domain.registry.lookup import as_client
from idp.domain.store.database import Session
from idp.protocol.oauth.client import Client
from idp.protocol.oidc.catalogue import base
from idp.protocol.oidc.claims import registered
from idp.protocol.oidc.subject import subject
from idp.web import claim_lines, csrf, locale
from idp.web.context import services
from idp.web.pages import AccountServiceAddPage, FieldError
from idp.web.render import go, show
from idp.web.selfservice.area import Resident, at_home, bp, service


def address(client_id: str) -> str:
    """Where what was left out can be added."""
    return f"/me/services/{client_id}/add"


def names(client: Client, authorization: Authorization) -> tuple[str, ...]:
    """Return what was not given of what the client may still read, in the order of the catalogue."""
    readable = registered(client)
    left_out = (name for name in authorization.declined.split() if base(name) in readable)
    return claim_lines.in_order(left_out)


@dataclass(frozen=True, slots=True)
class Offer:
    """What can be added to what stands."""

    before: Authorization
    client: Client
    opened: Preview
    lines: tuple[Shown, ...]
    until: datetime


@bp.get("/me/services/<client_id>/add")
def offer_more(client_id: str) -> Response:
    """Show what can be added, nothing of it ticked."""
    with at_home() as (db, resident):
        page = _page(resident, _offer(db, resident, client_id, services().clock()))
    return show(page)


@bp.post("/me/services/<client_id>/add")
def add_to_service(client_id: str) -> Response:
    """Record a consent to what was ticked; what stood before is carried over."""
    csrf.check()
    now, ticked = services().clock(), frozenset(request.form.getlist("claim"))
    with at_home() as (db, resident):
        decisions.one_at_a_time(db, resident.citizen.id)
        found = _offer(db, resident, client_id, now)
        if not ticked <= {line.name for line in found.lines}:
            abort(400)
        if not ticked:
            return show(_page(resident, found, wrong=True), 400)
        sub = subject(resident.session.account_id, found.client, services().tree.sector_salt)
        decisions.grant(
            db,
            resident.data_key,
            citizen_id=resident.citizen.id,
            client=found.client,
            scope=found.before.scope.split(),
            shown=found.lines,
            allowed=ticked,
            subject=subject_digest(sub),
            language=locale.spoken(),
            expires_at=found.until,
            now=now,
        )
    return go(f"/me/services/{client_id}?done=added")


def _offer(db: Session, resident: Resident, client_id: str, now: datetime) -> Offer:
    """Read what stands and what of the rest there is a value of; not found where there is nothing to add."""
    entry = next(iter(given(db, resident.citizen.id, now, client_id)), None)
    if entry is None:
        abort(404)
    before, client, tree = entry.authorization, as_client(entry.client), services().tree
    wanted, seen = names(client, before), decisions.seen(before)
    opened = preview(
        db, tree.vault, tree.sector_salt, resident.citizen.id, client, wanted, now, chosen=seen.ids
    )
    there = [name for name in wanted if name in opened.claims]
    until = decisions.until(before, client, there, services().settings.consent_lifetime, now)
    lines = tuple(
        claim_lines.shown(client, name, opened, locale.spoken(), required=False, until=until)
        for name in there
    )
    if not lines:
        abort(404)
    return Offer(before, client, opened, lines, until)


def _page(resident: Resident, found: Offer, *, wrong: bool = False) -> AccountServiceAddPage:
    missing = FieldError("claim", _("Centang yang ingin Anda tambahkan."))
    return AccountServiceAddPage(
        citizen_name=resident.name,
        service=service(found.client),
        action=address(found.client.client_id),
        back_url=f"/me/services/{found.client.client_id}",
        optional=tuple(claim_lines.line(each, found.opened) for each in found.lines),
        errors=(missing,) if wrong else (),
    )

"""The services a citizen gave something to, and taking it back (UU PDP art. 9)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from flask import Response, abort, request
from flask_babel import gettext as _

from idp.domain.consent import blocks, decisions
from idp.domain.consent.given import Given, given
from idp.domain.consent.withdraw import withdraw
from idp.domain.exchange.ledger import last_used
from idp.domain.exchange.preview import preview
from idp.domain.registry.lookup import as_client
from idp.domain.sessions import browser
from idp.protocol.oidc.catalogue import CLAIMS
from idp.web import chosen_contacts, claim_lines, csrf, locale
from idp.web.context import services as deployment
from idp.web.frontchannel.notices import tell
from idp.web.pages import AccountServicePage, AccountServicesPage, BlockedLine, Notice, ServiceCard
from idp.web.render import go, show
from idp.web.selfservice import declined, receipts, telling, told
from idp.web.selfservice.area import at_home, bp, service
from idp.web.selfservice.requests import UNBLOCKED

DONE = "withdrawn"


@bp.get("/me/services")
def services() -> Response:
    """List the services with a standing consent."""
    now = deployment().clock()
    with at_home() as (db, resident):
        used = last_used(db, resident.citizen.id)
        cards = tuple(_card(entry, used) for entry in given(db, resident.citizen.id, now))
        page = AccountServicesPage(
            citizen_name=resident.name,
            services=cards,
            blocked=tuple(
                BlockedLine(as_client(row).name(locale.spoken()), f"/me/services/{row.id}/unblock")
                for row in blocks.blocked(db, resident.citizen.id)
            ),
            withdrawn=told.withdrawn(db, resident.citizen.id, now),
            notice=_notice(request.args.get("done")),
        )
    return show(page)


@bp.get("/me/services/<client_id>")
def one_service(client_id: str) -> Response:
    """Show what one service gets; a service that holds nothing of this citizen is not found."""
    now, tree = deployment().clock(), deployment().tree
    with at_home() as (db, resident):
        entry = next(iter(given(db, resident.citizen.id, now, client_id)), None)
        if entry is None:
            abort(404)
        client = as_client(entry.client)
        names = claim_lines.in_order(entry.authorization.granted.split())
        seen = decisions.seen(entry.authorization)
        left_out = declined.names(client, entry.authorization)
        opened = preview(
            db,
            tree.vault,
            tree.sector_salt,
            resident.citizen.id,
            client,
            (*names, *left_out),
            now,
            chosen=seen.ids,
        )
        until = entry.authorization.expires_at
        lines = [
            claim_lines.shown(client, name, opened, locale.language(), required=True, until=until)
            for name in names
        ]
        page = AccountServicePage(
            citizen_name=resident.name,
            service=service(client),
            since=entry.since,
            shared=tuple(claim_lines.line(each, opened) for each in lines),
            withdraw_action=f"/me/services/{client_id}/withdraw",
            until=until.date(),
            last_used=last_used(db, resident.citizen.id).get(client_id),
            offline="offline_access" in entry.authorization.scope.split(),
            contacts=chosen_contacts.choices(db, resident.data_key, resident.citizen.id, names, seen),
            contacts_action=f"/me/services/{client_id}/contacts",
            declined=tuple(
                CLAIMS[name].label(locale.language()) for name in left_out if name in opened.claims
            ),
            add_url=declined.address(client_id),
            uses_url=f"/me/uses?agency={client.agency_id}",
            receipt_url=receipts.address(entry.authorization.id),
            receipts_url=f"{receipts.ADDRESS}?service={client_id}",
            notice=telling.notice(request.args.get("done")),
        )
    return show(page)


@bp.post("/me/services/<client_id>/contacts")
def choose_contacts(client_id: str) -> Response:
    """Let a service see another address or number of the citizen's from now on."""
    csrf.check()
    now = deployment().clock()
    with at_home() as (db, resident):
        entry = next(iter(given(db, resident.citizen.id, now, client_id)), None)
        if entry is None:
            abort(404)
        before = decisions.seen(entry.authorization)
        picked = chosen_contacts.chosen(db, resident.data_key, resident.citizen.id, request.form, before)
        if picked is None:
            abort(400)
        decisions.choose_contacts(db, resident.citizen.id, client_id, picked, now)
    return go(f"/me/services/{client_id}?done=chosen")


@bp.post("/me/services/<client_id>/withdraw")
def withdraw_service(client_id: str) -> Response:
    """Take a consent back at once, and tell its owner by mail."""
    csrf.check()
    now, seal = deployment().clock(), deployment().tree.vault.system("pii")
    with at_home() as (db, resident):
        entry = next(iter(given(db, resident.citizen.id, now, client_id)), None)
        live = {session.id for session in browser.live_of(db, resident.session.account_id, now)}
        if entry is None or not withdraw(db, seal, resident.citizen.id, client_id, live, now):
            abort(404)
        context = {
            "agency": as_client(entry.client).name(resident.citizen.locale),
            "services_url": f"{deployment().settings.issuer}/me/services",
        }
        tell(db, resident.citizen.id, "consent_withdrawn", context)
    return go(f"/me/services?done={DONE}")


def _notice(done: str | None) -> Notice | None:
    if done == DONE:
        return Notice("success", _("Izin sudah ditarik"))
    if done == UNBLOCKED:
        return Notice("success", _("Permintaan dari layanan itu diterima lagi"))
    return None


def _card(entry: Given, used: Mapping[str, datetime]) -> ServiceCard:
    client = as_client(entry.client)
    return ServiceCard(
        agency=service(client),
        href=f"/me/services/{client.client_id}",
        since=entry.since,
        item_count=len(entry.authorization.granted.split()),
        last_used=used.get(client.client_id),
    )

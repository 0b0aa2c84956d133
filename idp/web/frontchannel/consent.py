"""The consent page: every item with its value, source and purpose; optional ones off (UU PDP art. 20-22)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, g, request

from idp.domain.consent import decisions
from idp.domain.consent.decisions import Reach, Shown, is_required
from idp.domain.consent.models import Authorization
from idp.domain.exchange.may_release import Reason
from idp.domain.exchange.preview import Preview, preview
from idp.domain.grants.asking import subject_digest
from idp.domain.grants.situation import Standing
from idp.domain.sessions.interactions import Waiting
from idp.domain.store.database import Session
from idp.protocol.authorize.prompts import asked_claims, asked_resources
from idp.protocol.authorize.request import AuthorizationRequest
from idp.protocol.oauth.authorization_details import read_stored
from idp.protocol.oauth.client import Client
from idp.protocol.oauth.errors import AccessDenied, InvalidRequest, ProtocolError
from idp.protocol.oidc.catalogue import base
from idp.protocol.oidc.subject import subject
from idp.web import chosen_contacts, claim_lines, csrf, locale
from idp.web.context import services, unit_of_work
from idp.web.detail_lines import detail_lines, service_name
from idp.web.frontchannel.flow import due, finish_with_error
from idp.web.frontchannel.frame import agency, client_of, request_of, waiting_for
from idp.web.pages import ConsentPage
from idp.web.render import go

bp = Blueprint("consent", __name__)


def consent_page(uid: str, asked: AuthorizationRequest, client: Client, standing: Standing) -> ConsentPage:
    """Build the page from what would really leave."""
    now = services().clock()
    g.shared_device = standing.shared
    services().publishing.fill_for(client, standing.citizen_id, asked_claims(asked, client))
    with unit_of_work() as db:
        before = decisions.standing(db, standing.citizen_id, client.client_id, now)
        seen = decisions.seen(before)
        opened = _preview(db, asked, client, standing, now, chosen=seen.ids)
        contacts = chosen_contacts.choices(
            db, opened.data_key, standing.citizen_id, asked_claims(asked, client), seen
        )
        name = _preview(db, asked, client, standing, now, names=("name",)).claims.get("name", "")
    until = _until(before, asked, client, now)
    lines = _shown(asked, client, opened, until)
    return ConsentPage(
        agency=agency(client),
        action=f"/interaction/{uid}/consent",
        citizen_name=str(name),
        notices=tuple(claim_lines.line(line, opened) for line in lines if line.notice),
        required=tuple(claim_lines.line(line, opened) for line in lines if line.required and not line.notice),
        optional=tuple(claim_lines.line(line, opened) for line in lines if not line.required),
        details=detail_lines(services(), asked.authorization_details, client, locale.spoken()),
        services=_services_called(asked, client),
        contacts=contacts,
        until=until.date(),
        offline=asked.wants_offline,
    )


@bp.post("/interaction/<uid>/consent")
def decide(uid: str) -> Response:
    """Record the decision; what was asked comes from our own record of the request, never from the form."""
    csrf.check()
    with unit_of_work() as db:
        waiting = waiting_for(db, uid)
    asked, client = request_of(waiting), client_of(waiting)
    try:
        standing, prompt = due(waiting, asked, client)
    except ProtocolError as exc:
        return finish_with_error(waiting, exc)
    if standing is None or prompt is None or prompt.name != "consent":
        return go(f"/interaction/{uid}")
    now = services().clock()
    if request.form.get("action") != "allow":
        with unit_of_work() as db:
            decisions.deny(db, standing.citizen_id, client.client_id, now)
        return finish_with_error(waiting, AccessDenied("the citizen did not consent"))
    with unit_of_work() as db:
        decisions.one_at_a_time(db, standing.citizen_id)
        if not _is_due(waiting, asked, client):
            return go(f"/interaction/{uid}")
        ticked = frozenset(request.form.getlist("claim"))
        give(db, asked, client, standing, ticked, now, contacts=request.form)
    return go(f"/interaction/{uid}")


def give(
    db: Session,
    asked: AuthorizationRequest,
    client: Client,
    standing: Standing,
    ticked: frozenset[str],
    now: datetime,
    actor: str | None = None,
    contacts: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Record a consent to what would really leave; `ticked` are optional items, `actor` whoever is not the citizen.

    `contacts` is the form that says which address and number the client sees.

    Raises:
        InvalidRequest: an item was ticked that was not offered, or a contact is not the citizen's.
    """
    before = decisions.standing(db, standing.citizen_id, client.client_id, now)
    until = _until(before, asked, client, now)
    data_key = _preview(db, asked, client, standing, now, names=()).data_key
    seen = chosen_contacts.chosen(db, data_key, standing.citizen_id, contacts, decisions.seen(before))
    if seen is None:
        raise InvalidRequest("the form names a contact that was not offered")
    opened = _preview(db, asked, client, standing, now, chosen=seen.ids)
    shown = _shown(asked, client, opened, until)
    if not ticked <= {line.name for line in shown if not line.required}:
        raise InvalidRequest("the form names an item that was not offered")
    decisions.grant(
        db,
        opened.data_key,
        citizen_id=standing.citizen_id,
        client=client,
        scope=asked.scope,
        shown=shown,
        allowed=ticked,
        absent=set(asked_claims(asked, client)) - {line.name for line in shown},
        reach=_reach(asked, client),
        subject=subject_digest(subject(standing.account_id, client, services().tree.sector_salt)),
        actor=actor,
        language=locale.spoken(),
        expires_at=until,
        now=now,
    )
    decisions.choose_contacts(db, standing.citizen_id, client.client_id, seen, now)


def _services_called(asked: AuthorizationRequest, client: Client) -> tuple[str, ...]:
    """Name the services of others that would be called."""
    names = (service_name(services(), uri, locale.spoken()) for uri in asked_resources(asked, client))
    return tuple(dict.fromkeys(names))


def _reach(asked: AuthorizationRequest, client: Client) -> Reach:
    """Put together what the page said beside claims."""
    details = detail_lines(services(), asked.authorization_details, client, locale.spoken())
    words = (*_services_called(asked, client), *(line.words for line in details))
    return Reach(asked_resources(asked, client), asked.authorization_details, words)


def _is_due(waiting: Waiting, asked: AuthorizationRequest, client: Client) -> bool:
    """Ask again once others have finished: the same form may have been sent twice."""
    _standing, prompt = due(waiting, asked, client)
    return prompt is not None and prompt.name == "consent"


def _preview(
    db: Session,
    asked: AuthorizationRequest,
    client: Client,
    standing: Standing,
    now: datetime,
    names: tuple[str, ...] | None = None,
    chosen: Collection[UUID] = (),
) -> Preview:
    tree = services().tree
    wanted = asked_claims(asked, client) if names is None else names
    return preview(db, tree.vault, tree.sector_salt, standing.citizen_id, client, wanted, now, chosen=chosen)


def _until(
    before: Authorization | None, asked: AuthorizationRequest, client: Client, now: datetime
) -> datetime:
    """Say when this consent will end; data that moves between agencies counts for how long as well."""
    details: tuple[dict[str, Any], ...] = read_stored(asked.authorization_details)
    names = (*asked_claims(asked, client), *(name for detail in details for name in detail["claims"]))
    return decisions.until(before, client, names, services().settings.consent_lifetime, now)


def _shown(
    asked: AuthorizationRequest, client: Client, opened: Preview, until: datetime
) -> tuple[Shown, ...]:
    return tuple(
        claim_lines.shown(
            client,
            name,
            opened,
            locale.spoken(),
            required=is_required(client, asked.claims, name),
            until=until,
        )
        for name in asked_claims(asked, client)
        if name in opened.claims or (_asked_by_name(name, asked, client) and _may_come(name, opened))
    )


def _asked_by_name(name: str, asked: AuthorizationRequest, client: Client) -> bool:
    """Tell a claim the client names from one of the many a scope stands for; only those are shown without a value."""
    return client.use(name) is not None or asked.claims.names(base(name))


def _may_come(name: str, opened: Preview) -> bool:
    """Tell whether a claim without a value may get one later: not where no agreement lets it flow at all."""
    return opened.withheld.get(name) is not Reason.NO_AGREEMENT

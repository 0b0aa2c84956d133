"""Agreements between agencies at the console: found, read, decided by those who may (features F1, F3, K2)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final
from uuid import UUID

from flask import Blueprint, Response, request
from flask_babel import gettext as _

from idp.domain.exchange import agreement_steps, agreements
from idp.domain.exchange.agreement_choices import DECISIONS, choices
from idp.domain.exchange.agreement_models import Agreement
from idp.domain.exchange.agreement_steps import Hand
from idp.domain.exchange.agreement_terms import last_day
from idp.domain.exchange.agreements import STANDINGS, standing
from idp.domain.registry import agencies, search
from idp.domain.registry.changes import NotAllowed
from idp.domain.registry.models import Agency
from idp.domain.sessions import operators
from idp.domain.sessions.operators import Role
from idp.protocol.oidc.attributes import ENTRIES
from idp.protocol.oidc.catalogue import CLAIMS
from idp.web import csrf, locale
from idp.web.admin import agreement_words, words
from idp.web.admin.desk import Desk, Refused, argument, desk, localised, not_found
from idp.web.pages import FieldError, Notice
from idp.web.pages.admin_agreements import (
    AdminAgreementPage,
    AdminAgreementsPage,
    AgreementLine,
    AttributeLink,
    StepLine,
)
from idp.web.render import go, show

bp = Blueprint("agreements", __name__)

AGREEMENTS: Final = "/admin/agreements"
MOST_REASON: Final = 600
STEPS: Final[Mapping[str, Callable[..., Agreement]]] = {
    "agree": agreement_steps.approve_by_owner,
    "approve": agreement_steps.approve_by_platform,
    "resume": agreement_steps.resume,
}
REASONED: Final[Mapping[str, Callable[..., Agreement]]] = {
    "refuse": agreement_steps.refuse,
    "suspend": agreement_steps.suspend,
    "take_back": agreement_steps.end,
    "end": agreement_steps.end,
}


@bp.get("/agreements")
def agreement_list() -> Response:
    """List what an operator may see: of the own agency on either side, everything for national ones."""
    text, status, soon = argument("q"), argument("status"), bool(argument("soon"))
    with desk() as at:
        agency = at.agency_id or argument("agency") or None
        ending = agreements.expiring(at.db, at.now, agency)
        if soon:
            rows = ending
        else:
            standings = (status,) if status in STANDINGS else ()
            rows = agreements.search(at.db, at.now, agency_id=agency, text=text, standings=standings)
        names = _names(at, rows)
        owned = (
            () if at.agency_id else [(a.id, localised(a.name_id, a.name_en)) for a in agencies.every(at.db)]
        )
        page = AdminAgreementsPage(
            **at.frame(),
            agreements=tuple(_line(at, row, names) for row in rows),
            text=text,
            statuses=words.options(agreement_words.standings(), status),
            agencies=words.options(dict(owned), agency or ""),
            soon=len(ending),
            only_soon=soon,
            filtered=bool(text or status or soon or argument("agency")),
        )
    return show(page)


@bp.get("/agreements/<uuid:agreement_id>")
def agreement(agreement_id: UUID) -> Response:
    """Show an agreement with its history; another agency's does not exist."""
    with desk() as at:
        notice = Notice("success", _("Permintaan terkirim.")) if argument("done") == "asked" else None
        page = _page(at, in_reach(at, agreement_id), notice=notice)
    return show(page)


@bp.post("/agreements/<uuid:agreement_id>")
def act(agreement_id: UUID) -> Response:
    """Take one step; each checks who takes it, and needs the status it starts from (ASVS 2.3.5)."""
    csrf.check()
    action = request.form.get("action", "")
    with desk(changing="agreement") as at:
        row = in_reach(at, agreement_id)
        try:
            if action in STEPS:
                STEPS[action](at.db, row.id, hand(at), at.now)
            elif action in REASONED:
                given = request.form.get("reason", "")[:MOST_REASON]
                REASONED[action](at.db, row.id, given, hand(at), at.now)
            else:
                return show(_page(at, row), 400)
        except NotAllowed as error:
            if error.reason in ("not_yours", "unknown_agreement"):
                at.refuse("agreement")
            field = f"reason-{action}" if error.reason == "no_reason" else ""
            status = 400 if error.reason == "no_reason" else 409
            problem = FieldError(field, agreement_words.not_allowed(error))
            return show(_page(at, in_reach(at, agreement_id), errors=(problem,)), status)
    return go(f"{AGREEMENTS}/{agreement_id}")


def hand(at: Desk) -> Hand:
    """Return for whom an operator acts."""
    return Hand(at.actor, agency_id=at.agency_id, platform=at.role is Role.SUPER)


def in_reach(at: Desk, agreement_id: UUID) -> Agreement:
    """Return an agreement this operator may see.

    Raises:
        Refused: 404 when there is none, or it is between others.
    """
    try:
        row = agreements.find(at.db, agreement_id)
    except NotAllowed as exc:
        raise Refused(not_found()) from exc
    if at.agency_id is not None and at.agency_id not in (row.consumer_id, row.owner_id):
        at.refuse("agreement", 404)
    return row


def _names(at: Desk, rows: Iterable[Agreement]) -> Mapping[str, str]:
    ids = {id for row in rows for id in (row.consumer_id, row.owner_id)}
    return {id: _name(agency) for id, agency in search.agencies(at.db, ids).items()}


def _name(agency: Agency) -> str:
    return localised(agency.name_id, agency.name_en)


def _may(at: Desk, row: Agreement) -> tuple[str, ...]:
    return choices(at.db, row, hand(at), at.now) if at.may_change else ()


def _line(at: Desk, row: Agreement, names: Mapping[str, str]) -> AgreementLine:
    language = locale.language()
    return AgreementLine(
        id=str(row.id),
        href=f"{AGREEMENTS}/{row.id}",
        consumer=names[row.consumer_id],
        owner=names[row.owner_id],
        attributes=tuple(CLAIMS[n].label(language) if n in CLAIMS else n for n in row.attributes.split()),
        purpose=localised(row.purpose_id, row.purpose_en),
        status=agreement_words.badge(standing(row, at.now)),
        until=last_day(row.expires_at),
        waits=not DECISIONS.isdisjoint(_may(at, row)),
    )


def _page(
    at: Desk, row: Agreement, *, errors: tuple[FieldError, ...] = (), notice: Notice | None = None
) -> AdminAgreementPage:
    where, asked = standing(row, at.now), row.resume_asked_by is not None
    names, may = _names(at, (row,)), _may(at, row)
    return AdminAgreementPage(
        **at.frame(),
        notice=notice,
        errors=errors,
        action=f"{AGREEMENTS}/{row.id}",
        consumer=names[row.consumer_id],
        owner=names[row.owner_id],
        status=agreement_words.badge(where),
        status_note=agreement_words.note(where, resume_asked=asked),
        attributes=tuple(_attribute(name) for name in row.attributes.split()),
        purpose_id=row.purpose_id,
        purpose_en=row.purpose_en,
        basis=words.grounds()[row.legal_basis],
        reference=row.legal_reference,
        retention_days=row.retention_days,
        until=last_day(row.expires_at),
        history=_history(at, row),
        acts=agreement_words.acts(may, resume_asked=asked),
        renew_url=f"{AGREEMENTS}/new?renews={row.id}" if "renew" in may else "",
        supersedes_url=f"{AGREEMENTS}/{row.supersedes_id}" if row.supersedes_id else "",
    )


def _attribute(name: str) -> AttributeLink:
    claim, language = CLAIMS.get(name), locale.language()
    if claim is None:
        return AttributeLink(name, name, "", "")
    return AttributeLink(name, claim.label(language), ENTRIES[name].meaning(language), f"/catalogue/{name}")


def _history(at: Desk, row: Agreement) -> tuple[StepLine, ...]:
    found = agreements.history(at.db, row.id)
    people = operators.names(at.db, (step.actor for step in found))
    said, sides = agreement_words.steps(), agreement_words.parties()
    return tuple(
        StepLine(
            text=said.get(step.step, step.step),
            by=people.get(step.actor, step.actor),
            party=sides[step.party],
            at=step.at,
            reason=step.reason,
        )
        for step in found
    )

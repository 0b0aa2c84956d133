"""Asking for an agreement at the console: owner first, then its attributes from the catalogue, then the terms."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final
from uuid import UUID

from flask import Blueprint, Response, request

from idp.domain.exchange import agreement_steps
from idp.domain.exchange.agreement_models import Agreement
from idp.domain.exchange.agreement_terms import (
    LONGEST_RETENTION,
    BadAgreement,
    Wanted,
    last_day,
    longest,
    until,
)
from idp.domain.registry import agencies, search
from idp.domain.registry.changes import NotAllowed
from idp.protocol.oidc.catalogue import CLAIMS, HELD_HERE, SOURCES
from idp.web import csrf, locale
from idp.web.admin import agreement_words, words
from idp.web.admin.agreements import AGREEMENTS, hand, in_reach
from idp.web.admin.desk import Desk, argument, desk, localised
from idp.web.pages import FieldError
from idp.web.pages.admin_agreements import AdminAgreementFormPage
from idp.web.render import go, show

bp = Blueprint("agreement_form", __name__)

MOST_TYPED: Final = 400
LONGEST_NUMBER: Final = 6
PAST: Final = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Typed:
    """The form as it was sent or is offered."""

    consumer: str = ""
    owner: str = ""
    attributes: tuple[str, ...] = ()
    purpose_id: str = ""
    purpose_en: str = ""
    legal_basis: str = ""
    legal_reference: str = ""
    retention_days: str = "365"
    until: str = ""

    def wanted(self, supersedes_id: UUID | None) -> Wanted:
        """Return the terms; what cannot be read becomes what the terms refuse."""
        number = self.retention_days
        is_number = number.isascii() and number.isdigit() and len(number) <= LONGEST_NUMBER
        return Wanted(
            consumer_id=self.consumer,
            owner_id=self.owner,
            attributes=self.attributes,
            purpose_id=self.purpose_id,
            purpose_en=self.purpose_en,
            legal_basis=self.legal_basis,
            legal_reference=self.legal_reference,
            retention_days=int(number) if is_number else LONGEST_RETENTION + 1,
            expires_at=until(_day(self.until)),
            supersedes_id=supersedes_id,
        )


@bp.get("/agreements/new")
def new() -> Response:
    """Show the form: empty, for one owner, or with the terms of an agreement to renew."""
    with desk(changing="agreement") as at:
        old = _renewed(at, argument("renews"))
        if old is not None:
            return show(_page(at, _of(old, at.now), old))
        owner = argument("owner")
        consumer = at.agency_id or argument("consumer")
        return show(_page(at, Typed(consumer=consumer, owner=owner if owner in SOURCES else ""), None))


@bp.post("/agreements/new")
def ask() -> Response:
    """Ask for an agreement."""
    csrf.check()
    form = request.form
    names = ("owner", "purpose_id", "purpose_en", "legal_basis", "legal_reference", "retention_days", "until")
    texts = {name: " ".join(form.get(name, "")[:MOST_TYPED].split()) for name in names}
    with desk(changing="agreement") as at:
        old = _renewed(at, form.get("renews", ""))
        consumer = at.agency_id or form.get("consumer", "")[:MOST_TYPED]
        typed = Typed(consumer=consumer, attributes=tuple(form.getlist("attributes")[: len(CLAIMS)]), **texts)
        if old is not None:
            typed = replace(typed, consumer=old.consumer_id, owner=old.owner_id)
        try:
            wanted = typed.wanted(old.id if old is not None else None)
            if old is not None:
                row = agreement_steps.renew(at.db, old, wanted, hand(at), at.now)
            else:
                row = agreement_steps.request(at.db, wanted, hand(at), at.now)
        except BadAgreement as error:
            return show(_page(at, typed, old, agreement_words.field_errors(error)), 400)
        except NotAllowed as error:
            if error.reason == "not_yours":
                at.refuse("agreement")
            return show(_page(at, typed, old, (FieldError("", agreement_words.not_allowed(error)),)), 409)
        made = row.id
    return go(f"{AGREEMENTS}/{made}?done=asked")


def _page(
    at: Desk, typed: Typed, old: Agreement | None, errors: tuple[FieldError, ...] = ()
) -> AdminAgreementFormPage:
    language = locale.language()
    lenders = {
        id: source.label(language)
        for id, source in SOURCES.items()
        if id not in HELD_HERE and id != at.agency_id and id != typed.consumer
    }
    joined = [a for a in agencies.every(at.db) if a.id != typed.owner]
    offered = {a.id: localised(a.name_id, a.name_en) for a in joined if at.agency_id in (None, a.id)}
    owned = {name: claim.label(language) for name, claim in CLAIMS.items() if claim.source == typed.owner}
    agency = search.agencies(at.db, [typed.owner]).get(typed.owner)
    named = localised(agency.name_id, agency.name_en) if agency is not None else ""
    return AdminAgreementFormPage(
        **at.frame(),
        errors=errors,
        action=f"{AGREEMENTS}/new",
        owners=words.options(lenders, typed.owner),
        owner=typed.owner if owned else "",
        owner_name=named or lenders.get(typed.owner, typed.owner),
        consumers=words.options(offered, typed.consumer) if at.agency_id is None else (),
        attributes=words.options(owned, typed.attributes),
        grounds=words.options(words.grounds(), typed.legal_basis),
        purpose_id=typed.purpose_id,
        purpose_en=typed.purpose_en,
        legal_reference=typed.legal_reference,
        retention_days=typed.retention_days,
        until=typed.until,
        longest=longest(typed.attributes or tuple(owned), typed.legal_basis, at.now),
        renews=str(old.id) if old is not None else "",
    )


def _renewed(at: Desk, text: str) -> Agreement | None:
    try:
        return in_reach(at, UUID(text)) if text else None
    except ValueError:
        return None


def _of(old: Agreement, now: datetime) -> Typed:
    names = tuple(old.attributes.split())
    return Typed(
        consumer=old.consumer_id,
        owner=old.owner_id,
        attributes=names,
        purpose_id=old.purpose_id,
        purpose_en=old.purpose_en,
        legal_basis=old.legal_basis,
        legal_reference=old.legal_reference,
        retention_days=str(old.retention_days),
        until=min(
            last_day(old.expires_at) + (last_day(old.expires_at) - last_day(old.created_at)),
            longest(names, old.legal_basis, now),
        ).isoformat(),
    )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return PAST

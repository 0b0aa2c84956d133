"""The register of applications in the console: what many ask, who else stores it, what could end (F10, U2).

Every operator of the console may look: the register is about public bodies and what they ask, and who else asks the
same is only of use across agencies. It is filled by `idp inventory import`.
"""

from __future__ import annotations

from itertools import groupby
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, Response

from idp.domain.inventory import overlap
from idp.domain.inventory.models import Application
from idp.domain.inventory.register import fields_of, history_of
from idp.domain.store.database import Session
from idp.web import figures, locale
from idp.web.admin.desk import Refused, argument, desk, not_found
from idp.web.pages.admin_inventory import (
    AdminApplicationListPage,
    AdminApplicationPage,
    AdminApplicationsPage,
    AdminConceptPage,
    ApplicationLine,
    FieldLine,
    HistoryLine,
)
from idp.web.render import show

bp = Blueprint("applications", __name__)

APPLICATIONS = "/admin/applications"
LIST = "/admin/applications/list"
CONCEPT = "/admin/applications/concept"
MOST_WHO = 200


@bp.get("/applications")
def applications() -> Response:
    """Show the register in numbers and pictures."""
    with desk() as at:
        page = AdminApplicationsPage(
            **at.frame(),
            overview=figures.overview(
                at.db, locale.language(), concept_url=CONCEPT, application_url=APPLICATIONS
            ),
            list_url=LIST,
        )
    return show(page)


@bp.get("/applications/list")
def application_list() -> Response:
    """List and find applications, those with the most users first."""
    text = argument("q")
    with desk() as at:
        found = overlap.search(at.db, text, after=argument("after"))
        page = AdminApplicationListPage(
            **at.frame(),
            applications=tuple(_line(row) for row in found.rows),
            text=text,
            list_url=LIST,
            back_url=APPLICATIONS,
            next_url=f"{LIST}?{urlencode({'q': text, 'after': found.after})}" if found.after else "",
        )
    return show(page)


@bp.get("/applications/concept")
def concept() -> Response:
    """Show who else stores one thing, agency by agency."""
    with desk() as at:
        cluster = overlap.cluster(at.db, argument("concept"))
        if cluster is None:
            raise Refused(not_found())
        rows = [_line(row) for row in overlap.who_asks(at.db, cluster.concept, MOST_WHO)]
        by_owner = groupby(sorted(rows, key=lambda each: each.owner), key=lambda each: each.owner)
        page = AdminConceptPage(
            **at.frame(),
            cluster=figures.line(cluster, locale.language()),
            applications=tuple(rows),
            agencies=tuple((owner, tuple(each)) for owner, each in by_owner),
            back_url=APPLICATIONS,
        )
    return show(page)


@bp.get("/applications/<uuid:application_id>")
def application(application_id: UUID) -> Response:
    """Show one application."""
    language = locale.language()
    with desk() as at:
        row = at.db.get(Application, application_id)
        if row is None:
            raise Refused(not_found())
        proposal = overlap.retirement_of(at.db, row.id)
        page = AdminApplicationPage(
            **at.frame(),
            name=row.name,
            owner=row.owner,
            purpose=row.purpose,
            url=row.url,
            users=figures.number(row.users, language),
            cost=f"Rp{figures.number(row.yearly_cost, language)}",
            technology=row.technology,
            retires_on=row.retires_on,
            fields=_fields(at.db, row, language),
            history=tuple(
                HistoryLine(each.changed_at, each.changed_by, tuple(sorted(each.members)))
                for each in history_of(at.db, row.id)
            ),
            retirement=figures.retirement(proposal, language, APPLICATIONS) if proposal is not None else None,
            back_url=LIST,
        )
    return show(page)


def _fields(db: Session, row: Application, language: str) -> tuple[FieldLine, ...]:
    others = overlap.others_asking(db, row.id)
    return tuple(
        FieldLine(
            label=each.label or each.name,
            asks=figures.label_of(each.concept, language),
            owner=figures.holder(each.concept, language),
            known=each.known,
            others=figures.number(others.get(each.concept, 0), language),
            href=f"{CONCEPT}?{urlencode({'concept': each.concept})}",
        )
        for each in fields_of(db, row.id)
    )


def _line(row: Application) -> ApplicationLine:
    language = locale.language()
    return ApplicationLine(
        id=str(row.id),
        name=row.name,
        owner=row.owner,
        purpose=row.purpose,
        users=figures.number(row.users, language),
        cost=figures.number(row.yearly_cost, language),
        href=f"{APPLICATIONS}/{row.id}",
        retires_on=row.retires_on,
    )

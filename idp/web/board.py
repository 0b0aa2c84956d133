"""The public board: what the state no longer asks, in plain words and counts (features F8, U4, U5)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final

from flask import Blueprint, Response
from flask_babel import gettext as _

from idp.domain.inventory import board, declared
from idp.domain.inventory.lint import concept_name
from idp.domain.inventory.meter import Retyped, Total
from idp.domain.inventory.summary import summary
from idp.domain.registry import listing, search
from idp.domain.registry.models import Agency, ClientRegistration
from idp.domain.store.database import Session
from idp.protocol.oidc.catalogue import CLAIMS
from idp.web import locale
from idp.web.charts import shares
from idp.web.claim_lines import source_label
from idp.web.context import services, unit_of_work
from idp.web.figures import rupiah
from idp.web.pages import BoardPage
from idp.web.pages.admin import Badge
from idp.web.pages.board import (
    AgencyRoad,
    AskedAgain,
    ExpiredWaiverLine,
    MeterSection,
    RegisterSection,
    RoadLine,
)
from idp.web.render import show

bp = Blueprint("board", __name__)

BOARD: Final = "/board"
DAYS: Final = 30
SLOW: Final = 0.05
"""Up to one known field in twenty asked again is slow traffic, more is a jam."""
MOST_FIELDS: Final = 10


@bp.get(BOARD)
def show_board() -> Response:
    """Show the board of the last thirty days."""
    today = services().clock().date()
    since = today - timedelta(days=DAYS - 1)
    with unit_of_work() as db:
        page = BoardPage(
            since=since,
            until=today,
            meter=meter_section(db, board.read(db, since)),
            register=register_section(db, services().clock()),
        )
    return show(page)


def meter_section(db: Session, found: board.Board) -> MeterSection:
    """Write the re-entry meter in the reader's language."""
    agencies = search.agencies(db, [each.agency_id for each in found.services])
    names = Counter(each.total.client_id for each in found.services)
    clients = listing.by_id(db, names)
    return MeterSection(
        forms=found.sum.forms,
        prefilled=found.sum.prefilled,
        typed_known=found.sum.typed_known,
        minutes=board.minutes_saved(found.sum.prefilled),
        typing_seconds=board.TYPING_SECONDS,
        fewest_forms=board.FEWEST_FORMS,
        agencies=tuple(
            AgencyRoad(_agency(agencies, id_), tuple(_road(each.total, clients, names) for each in lines))
            for id_, lines in groupby(found.services, key=lambda each: each.agency_id)
        ),
        asked_again=asked_again(found.retyped),
        small=found.small,
        others=_road(found.others, clients, names) if found.others is not None else None,
    )


def register_section(db: Session, now: datetime) -> RegisterSection:
    """Write the register of applications and the waivers that ran out in the reader's language."""
    numbers, expired = summary(db).headline, declared.expired_waivers(db, now)
    clients = listing.by_id(db, [each.waiver.client_id for each in expired if each.waiver.client_id])
    language = locale.language()
    return RegisterSection(
        applications=numbers.applications,
        agencies=numbers.agencies,
        asked_again=numbers.asked_again,
        yearly_cost=rupiah(numbers.yearly_cost, language),
        saving=rupiah(numbers.saving, language),
        expired=tuple(
            ExpiredWaiverLine(
                agency=each.agency.name_en if language == "en" else each.agency.name_id,
                service=listing.name_of(clients[each.waiver.client_id], language)
                if each.waiver.client_id in clients
                else "",
                form=each.waiver.form,
                asks=concept_name(each.waiver.attribute, language),
                since=each.since,
            )
            for each in expired
        ),
    )


def traffic(total: Total) -> Badge:
    """Say how the traffic flows: nothing known was asked again, a little, or a lot."""
    known = total.prefilled + total.typed_known
    if not total.typed_known:
        return Badge(_("Lancar"), "good")
    if total.typed_known <= known * SLOW:
        return Badge(_("Tersendat"), "warn")
    return Badge(_("Macet"), "bad")


def asked_again(lines: tuple[Retyped, ...]) -> tuple[AskedAgain, ...]:
    """Name the fields that are still asked although somebody knows them, the most frequent first."""
    times: dict[str, int] = {}
    for line in lines:
        times[line.claim] = times.get(line.claim, 0) + line.times
    language = locale.language()
    return tuple(
        AskedAgain(CLAIMS[claim].label(language), source_label(CLAIMS[claim].source, language), n)
        for claim, n in sorted(times.items(), key=lambda each: (-each[1], each[0]))[:MOST_FIELDS]
        if claim in CLAIMS
    )


def _road(total: Total, clients: Mapping[str, ClientRegistration], names: Mapping[str, int]) -> RoadLine:
    """Write one line; a form is named where its service has several."""
    client = clients.get(total.client_id)
    return RoadLine(
        service=listing.name_of(client, locale.language()) if client is not None else total.client_id,
        form=total.form if names.get(total.client_id, 0) > 1 else "",
        forms=total.forms,
        prefilled=total.prefilled,
        typed_known=total.typed_known,
        minutes=board.minutes_saved(total.prefilled),
        state=traffic(total),
        bars=shares(
            (
                (_("terisi sendiri"), total.prefilled, "good"),
                (_("baru, hanya warga yang tahu"), total.typed, ""),
                (_("ditanya lagi"), total.typed_known, "bad"),
            )
        ),
    )


def _agency(agencies: Mapping[str, Agency], agency_id: str) -> str:
    agency = agencies.get(agency_id)
    if agency is None:
        return agency_id
    return agency.name_en if locale.language() == "en" and agency.name_en else agency.name_id

"""The re-entry meter in the console: an agency sees its own services, over time, with the target 0 (features F8)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import groupby
from typing import Final

from flask import Blueprint, Response
from flask_babel import gettext as _

from idp.domain.inventory import board, meter
from idp.domain.inventory.meter import Retyped, Total
from idp.domain.registry import listing, search
from idp.protocol.oidc.catalogue import CLAIMS
from idp.web import locale
from idp.web.admin.desk import Desk, desk
from idp.web.board import traffic
from idp.web.charts import columns
from idp.web.claim_lines import source_label
from idp.web.pages.admin_meter import AdminMeterPage, MeterDayLine, MeterForm, RetypedLine
from idp.web.render import show

bp = Blueprint("meter", __name__)

DAYS: Final = 30


@bp.get("/meter")
def show_meter() -> Response:
    """Show each form of this operator's agency, of all agencies to a national one."""
    with desk() as at:
        today = at.now.date()
        since = today - timedelta(days=DAYS - 1)
        clients = search.ids_of(at.db, at.agency_id) if at.agency_id is not None else None
        page = AdminMeterPage(
            **at.frame(),
            since=since,
            until=today,
            forms=_forms(at, since, today, clients),
        )
    return show(page)


def _forms(at: Desk, since: date, today: date, clients: Sequence[str] | None) -> tuple[MeterForm, ...]:
    days = sorted(meter.by_day(at.db, since, clients), key=_key)
    retyped = meter.retyped(at.db, since, clients)
    rows = listing.by_id(at.db, [each.client_id for each in days])
    found = []
    for (client_id, form), lines in groupby(days, key=_key):
        by_day = {each.day: each for each in lines if each.day is not None}
        total = board.add_up(tuple(by_day.values()))
        found.append(
            MeterForm(
                service=listing.name_of(rows[client_id], locale.language())
                if client_id in rows
                else client_id,
                client_id=client_id,
                form=form,
                forms=total.forms,
                prefilled=total.prefilled,
                typed=total.typed,
                typed_known=total.typed_known,
                state=traffic(total),
                days=tuple(_day_line(day, each) for day, each in reversed(by_day.items())),
                columns=columns([_column(day, by_day) for day in _days(since, today)]),
                retyped=tuple(
                    _retyped(each) for each in retyped if (each.client_id, each.form) == (client_id, form)
                ),
            )
        )
    return tuple(sorted(found, key=lambda each: (-each.typed_known, each.service, each.form)))


def _key(total: Total) -> tuple[str, str]:
    return total.client_id, total.form


def _days(since: date, until: date) -> list[date]:
    return [since + timedelta(days=number) for number in range((until - since).days + 1)]


def _column(day: date, by_day: dict[date, Total]) -> tuple[str, int]:
    total = by_day.get(day)
    times = total.typed_known if total is not None else 0
    return f"{locale.written_date(day)}: {times}", times


def _day_line(day: date, total: Total) -> MeterDayLine:
    return MeterDayLine(day, total.forms, total.prefilled, total.typed, total.typed_known)


def _retyped(line: Retyped) -> RetypedLine:
    claim, language = CLAIMS.get(line.claim), locale.language()
    return RetypedLine(
        claim=line.claim,
        label=claim.label(language) if claim is not None else line.claim,
        owner=source_label(claim.source, language) if claim is not None else _("tidak ada di katalog lagi"),
        times=line.times,
    )

"""The public board: per agency and service, what filled itself and what was asked again (features F8, U4, U5).

Counts only. A form that was sent fewer than ten times is not broken down: its few people would be seen in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import select

from idp.domain.inventory import meter
from idp.domain.inventory.meter import Retyped, Total
from idp.domain.registry.models import ClientRegistration
from idp.domain.store.database import Session

FEWEST_FORMS: Final = 10
TYPING_SECONDS: Final = 7
"""Seconds to type one field on a telephone.

People type 36.2 words of five letters a minute there (Palin, Feit, Kim, Kristensson and Oulasvirta, "How do people
type on mobile devices?", MobileHCI 2019: 37,370 volunteers), three letters a second; a field of ours has some twenty.
Looking for the document the answer stands on is not counted, so the true number is higher.
"""


@dataclass(frozen=True, slots=True)
class Service:
    """One form of one client, with the agency it belongs to."""

    agency_id: str
    total: Total


@dataclass(frozen=True, slots=True)
class Board:
    """What may be shown: forms that were sent often enough, the rest in one line, and the sum of both.

    `others` is None while even together they were sent too rarely.
    """

    services: tuple[Service, ...]
    others: Total | None
    small: int
    sum: Total
    retyped: tuple[Retyped, ...]


def minutes_saved(prefilled: int) -> int:
    """Return the minutes nobody had to type: filled fields times the seconds one takes, over 60 (features U4)."""
    return prefilled * TYPING_SECONDS // 60


def read(db: Session, since: date) -> Board:
    """Read the board of the days since `since`."""
    totals = meter.by_form(db, since)
    shown = [each for each in totals if each.forms >= FEWEST_FORMS]
    small = [each for each in totals if each.forms < FEWEST_FORMS]
    rest = add_up(small)
    others = rest if rest.forms >= FEWEST_FORMS else None
    agencies = _agencies(db, {each.client_id for each in shown})
    visible = {(each.client_id, each.form) for each in shown}
    return Board(
        services=tuple(
            sorted(
                (Service(agencies.get(each.client_id, ""), each) for each in shown),
                key=lambda service: (service.agency_id, service.total.client_id, service.total.form),
            )
        ),
        others=others,
        small=len(small),
        sum=add_up([*shown, *([others] if others is not None else [])]),
        retyped=tuple(each for each in meter.retyped(db, since) if (each.client_id, each.form) in visible),
    )


def add_up(totals: Sequence[Total]) -> Total:
    """Return the sum of several forms."""
    return Total(
        "",
        "",
        sum(each.forms for each in totals),
        sum(each.prefilled for each in totals),
        sum(each.typed for each in totals),
        sum(each.typed_known for each in totals),
    )


def _agencies(db: Session, clients: Iterable[str]) -> dict[str, str]:
    rows = db.execute(
        select(ClientRegistration.id, ClientRegistration.agency_id).where(ClientRegistration.id.in_(clients))
    )
    return {client_id: agency_id for client_id, agency_id in rows}

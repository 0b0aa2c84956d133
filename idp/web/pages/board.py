"""The public board ("papan jalan tol"); each section is a dataclass and a template of its own in `templates/board/`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from idp.web.charts import Bar
from idp.web.pages.admin import Badge
from idp.web.pages.base import Page


@dataclass(frozen=True, slots=True)
class RoadLine:
    """One service on the road: forms sent, fields that filled themselves, known fields that were asked again."""

    service: str
    form: str
    forms: int
    prefilled: int
    typed_known: int
    minutes: int
    state: Badge
    bars: tuple[Bar, ...] = ()


@dataclass(frozen=True, slots=True)
class AgencyRoad:
    """The services of one agency."""

    agency: str
    lines: tuple[RoadLine, ...]


@dataclass(frozen=True, slots=True)
class AskedAgain:
    """One field that is still asked although a public body knows it."""

    field: str
    owner: str
    times: int


@dataclass(frozen=True, slots=True)
class MeterSection:
    """The re-entry meter: sums, each agency's services, what is still asked again, how the time is reckoned."""

    forms: int
    prefilled: int
    typed_known: int
    minutes: int
    typing_seconds: int
    fewest_forms: int
    agencies: tuple[AgencyRoad, ...]
    asked_again: tuple[AskedAgain, ...] = ()
    small: int = 0
    others: RoadLine | None = None


@dataclass(frozen=True, slots=True)
class ExpiredWaiverLine:
    """Leave to ask a known thing that ran out while the form still asks it."""

    agency: str
    service: str
    form: str
    asks: str
    since: date


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterSection:
    """The register of applications in a few numbers, and waivers that ran out (features F21, U2)."""

    applications: int
    agencies: int
    asked_again: int
    yearly_cost: str
    saving: str
    expired: tuple[ExpiredWaiverLine, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardPage(Page):
    """What the state no longer asks, for everybody to see; no personal data.

    A new section is one more member here and one more include in `templates/board.html`.
    """

    template: ClassVar[str] = "board.html"
    data_page: ClassVar[str] = "board"

    since: date
    until: date
    meter: MeterSection
    register: RegisterSection | None = None

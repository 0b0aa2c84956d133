"""The console's page of the re-entry meter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from idp.web.charts import Bar
from idp.web.pages.admin import AdminPage, Badge


@dataclass(frozen=True, slots=True)
class MeterDayLine:
    """The counts of one day."""

    day: date
    forms: int
    prefilled: int
    typed: int
    typed_known: int


@dataclass(frozen=True, slots=True)
class RetypedLine:
    """A claim that was typed although its owner knows it."""

    claim: str
    label: str
    owner: str
    times: int


@dataclass(frozen=True, slots=True)
class MeterForm:
    """One form: its sums, its days, which known fields were typed, and a drawing of those per day."""

    service: str
    client_id: str
    form: str
    forms: int
    prefilled: int
    typed: int
    typed_known: int
    state: Badge
    days: tuple[MeterDayLine, ...]
    columns: tuple[Bar, ...]
    retyped: tuple[RetypedLine, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminMeterPage(AdminPage):
    """Every form of the operator's agency over the last days, the worst first."""

    template: ClassVar[str] = "admin/meter.html"
    data_page: ClassVar[str] = "admin-meter"

    since: date
    until: date
    forms: tuple[MeterForm, ...]

"""The public board: traffic of every kind, and before anything was counted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from idp.web import pages
from idp.web.charts import shares
from idp.web.pages import Page
from idp.web.pages.admin import Badge
from idp.web.pages.board import (
    AgencyRoad,
    AskedAgain,
    ExpiredWaiverLine,
    MeterSection,
    RegisterSection,
    RoadLine,
)

SINCE, UNTIL = date(2026, 10, 26), date(2026, 11, 24)


def road(service: str, prefilled: int, typed: int, again: int, state: Badge) -> RoadLine:
    """Make one service's line."""
    parts = (("a", prefilled, "good"), ("b", typed, ""), ("c", again, "bad"))
    return RoadLine(service, "form", 1200, prefilled, again, prefilled * 7 // 60, state, shares(parts))


METER = MeterSection(
    forms=123_456,
    prefilled=1_851_840,
    typed_known=734,
    minutes=216_048,
    typing_seconds=7,
    fewest_forms=10,
    agencies=(
        AgencyRoad(
            "Badan Pajak (contoh)",
            (
                road("Layanan Pajak", 18_000, 3_600, 0, Badge("Lancar", "good")),
                road(
                    "Layanan Pajak Kendaraan Bermotor Antardaerah", 800, 3_600, 18, Badge("Tersendat", "warn")
                ),
            ),
        ),
        AgencyRoad(
            "Badan Pertanahan dan Penataan Ruang Wilayah Kepulauan",
            (road("Pendaftaran tanah", 900, 3_600, 716, Badge("Macet", "bad")),),
        ),
    ),
    asked_again=(
        AskedAgain("NPWP", "Direktorat Jenderal Pajak", 716),
        AskedAgain("Usaha yang Anda wakili", "Data perizinan usaha (OSS)", 18),
    ),
    small=3,
    others=road("", 300, 100, 0, Badge("Lancar", "good")),
)
NOTHING = MeterSection(
    forms=0, prefilled=0, typed_known=0, minutes=0, typing_seconds=7, fewest_forms=10, agencies=(), small=2
)

REGISTER = RegisterSection(
    applications=27_000,
    agencies=634,
    asked_again=134_946,
    yearly_cost="Rp14,9 triliun",
    saving="Rp8,7 triliun",
    expired=(
        ExpiredWaiverLine(
            "Badan Pertanahan dan Penataan Ruang Wilayah Kepulauan", "Pendaftaran tanah", "spt", "NPWP", SINCE
        ),
        ExpiredWaiverLine("Badan Pajak (contoh)", "", "aplikasi-lama-tanpa-klien", "NIK", UNTIL),
    ),
)
NO_REGISTER = RegisterSection(applications=0, agencies=0, asked_again=0, yearly_cost="Rp0", saving="Rp0")

SAMPLES: dict[str, Callable[[], Page]] = {
    "board": lambda: pages.BoardPage(since=SINCE, until=UNTIL, meter=METER, register=REGISTER),
    "board-empty": lambda: pages.BoardPage(since=SINCE, until=UNTIL, meter=NOTHING, register=NO_REGISTER),
}

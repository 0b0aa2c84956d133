"""Notices to services, as the citizen they are about reads them."""

from __future__ import annotations

from collections.abc import Callable

from idp.web import pages
from idp.web.pages import Page
from tests.unit.web.samples.parts import NOW

SAMPLES: dict[str, Callable[[], Page]] = {
    "account-told": lambda: pages.AccountToldPage(
        citizen_name="Siti",
        acts=(
            pages.ToldAct(
                NOW,
                "Data Anda berubah",
                "Alamat, Alamat sesuai KTP",
                (
                    pages.ToldLine("Layanan Izin Usaha", "late", NOW, NOW),
                    pages.ToldLine("Layanan Jaminan Kesehatan", "confirmed", NOW, NOW),
                    pages.ToldLine("Layanan Pajak", "confirmed", NOW, NOW, confirmed_late=True),
                ),
            ),
            pages.ToldAct(
                NOW,
                "Anda menarik izin",
                "",
                (
                    pages.ToldLine("A", "waiting", None, NOW),
                    pages.ToldLine("B", "no_address", None, NOW),
                    pages.ToldLine("C", "refused"),
                    pages.ToldLine("D", "no_answer"),
                    pages.ToldLine("E", "told", NOW),
                ),
            ),
        ),
    ),
    "account-told-empty": lambda: pages.AccountToldPage(citizen_name="Siti", acts=()),
}

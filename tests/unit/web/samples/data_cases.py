"""Cases about data: the citizen's pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from idp.web import pages
from idp.web.pages import FieldError, Page
from idp.web.pages.admin import Badge, Option
from tests.unit.web.samples.parts import NOW

OWNER = "Data kependudukan (Dukcapil)"
WAITS = Badge("Menunggu jawaban", "warn")
LINE = pages.DataCaseLine(
    "K-7FQ2-9XKD",
    "/me/cases/1",
    "Data berbeda",
    "Tanggal lahir",
    OWNER,
    WAITS,
    opened_at=NOW,
    due_at=NOW + timedelta(hours=72),
)
ANSWERED = pages.DataCaseLine(
    "K-2MMP-4RTA",
    "/me/cases/2",
    "Permintaan membetulkan data",
    "Jenis kelamin",
    OWNER,
    Badge("Dibetulkan", "good"),
    opened_at=NOW,
    due_at=NOW + timedelta(hours=72),
    decided_at=NOW,
)
SIDES = (
    pages.Side("population_registry", OWNER, "5 Januari 1990", date(2026, 3, 3), owner=True),
    pages.Side("tax", "Direktorat Jenderal Pajak", "6 Januari 1990", date(2026, 5, 1)),
)

SAMPLES: dict[str, Callable[[], Page]] = {
    "account-correction": lambda: pages.AccountCorrectionPage(
        citizen_name="Siti",
        action="/me/data/birthdate/correct",
        line=pages.DataLine("Tanggal lahir", "5 Januari 1990", OWNER, date(2026, 3, 3)),
        owner=OWNER,
        input="date",
        errors=(FieldError("reason", "Tulis mengapa data ini salah."),),
    ),
    "account-correction-choice": lambda: pages.AccountCorrectionPage(
        citizen_name="Siti",
        action="/me/data/gender/correct",
        line=pages.DataLine("Jenis kelamin", "Perempuan", OWNER),
        owner=OWNER,
        input="choice",
        options=(Option("female", "Perempuan"), Option("male", "Laki-laki", chosen=True)),
        errors=(FieldError("proposed", "Isi data yang seharusnya."),),
    ),
    "account-correction-lines": lambda: pages.AccountCorrectionPage(
        citizen_name="Siti",
        action="/me/data/id_address/correct",
        line=pages.DataLine("NIK", "9901••••••••0001", OWNER, sensitive=True),
        owner=OWNER,
        input="lines",
        proposed="Jalan Kenanga 1\nRT 004",
        reason="Pindah rumah",
        document="SKP-77",
    ),
    "account-cases": lambda: pages.AccountCasesPage(citizen_name="Siti", cases=(LINE, ANSWERED)),
    "account-cases-empty": lambda: pages.AccountCasesPage(citizen_name="Siti", cases=()),
    "account-case-conflict": lambda: pages.AccountCasePage(
        citizen_name="Siti",
        case=LINE,
        story="disputed",
        sides=SIDES,
        right="tax",
        said="Dukcapil salah ketik",
        say_action="/me/cases/1/say",
        errors=(FieldError("right", "Pilih salah satu."),),
    ),
    "account-case-asked": lambda: pages.AccountCasePage(
        citizen_name="Siti",
        case=LINE,
        story="asked",
        sides=SIDES[:1],
        proposed="6 Januari 1990",
        said="Di akta tertulis lain",
        document="AKTA-77",
        withdraw_action="/me/cases/1/withdraw",
    ),
    "account-case-answered": lambda: pages.AccountCasePage(
        citizen_name="Siti",
        case=ANSWERED,
        story="corrected",
        sides=(
            SIDES[0],
            pages.Side(
                "tax", "Direktorat Jenderal Pajak", "", sensitive=True, verdict=Badge("Keliru", "bad")
            ),
        ),
        answer="Akta menyebut tanggal 6.",
    ),
}

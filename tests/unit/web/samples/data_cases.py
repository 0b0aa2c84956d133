"""Cases about data: the citizen's pages and the owner's desk."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from idp.web import pages
from idp.web.pages import FieldError, Page
from idp.web.pages.admin import Badge, Option
from idp.web.pages.admin_cases import (
    AdminCasePage,
    AdminCasesPage,
    AdminOpenCasePage,
    DeskCaseLine,
    ValueField,
)
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
AT_WORK: dict[str, Any] = {
    "operator_name": "Rina Hartati",
    "role": "Administrator nasional",
    "may_change": True,
    "late_cases": 1,
}
ON_DESK = DeskCaseLine(
    "K-7FQ2-9XKD",
    "/admin/cases/1",
    "Data berbeda",
    "Tanggal lahir",
    OWNER,
    Badge("Terlambat", "bad"),
    opened_at=NOW - timedelta(hours=80),
    due_at=NOW - timedelta(hours=8),
    late=True,
    reported_by="Direktorat Jenderal Pajak",
)
PROPOSED = DeskCaseLine(
    "K-2MMP-4RTA",
    "/admin/cases/2",
    "Permintaan membetulkan data",
    "Tanggal lahir",
    OWNER,
    Badge("Menunggu petugas kedua", "warn"),
    opened_at=NOW,
    due_at=NOW + timedelta(hours=72),
    answered_by="Tono Sutrisno",
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
    "admin-cases": lambda: AdminCasesPage(
        **AT_WORK, cases=(ON_DESK, PROPOSED), late=1, other_url="/admin/cases?show=decided"
    ),
    "admin-cases-empty": lambda: AdminCasesPage(**AT_WORK, cases=(), decided=True, other_url="/admin/cases"),
    "admin-case": lambda: AdminCasePage(
        **AT_WORK,
        action="/admin/cases/1/open",
        case=ON_DESK,
        reasons=(Option("answering", "Menjawab kasus ini"), Option("asked", "Warga menanyakannya")),
        errors=(FieldError("reason", "Pilih dulu mengapa Anda membuka kasus ini."),),
    ),
    "admin-case-open": lambda: AdminOpenCasePage(
        **AT_WORK,
        action="/admin/cases/1",
        case=ON_DESK,
        person="Siti Aminah Kusumawardhani",
        subject="9901015505900001",
        sides=SIDES,
        right="Direktorat Jenderal Pajak",
        said="Dukcapil salah ketik",
        answers=(
            Option("keep", "Data kami sudah benar"),
            Option("correct", "Data kami dibetulkan menjadi isi di bawah ini", chosen=True),
        ),
        fields=(
            ValueField("value", "Tanggal lahir", "1990-01-06", "date"),
            ValueField("value.x", "Jenis kelamin", "", "choice", (Option("male", "Laki-laki"),)),
        ),
        errors=(FieldError("text", "Tulis penjelasan untuk warga."),),
    ),
    "admin-case-second": lambda: AdminOpenCasePage(
        **AT_WORK,
        action="/admin/cases/2",
        case=PROPOSED,
        person="Siti Aminah",
        subject="",
        sides=SIDES[:1],
        proposed="6 Januari 1990",
        said="Di akta tertulis lain",
        document="AKTA-77",
        new_value="6 Januari 1990",
        text="Akta menyebut tanggal 6.",
        may_confirm=True,
    ),
}

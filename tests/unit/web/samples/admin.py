"""The console's pages of passkeys and of messages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, Final

from idp.web.pages import FieldError, Page, PasskeyLine
from idp.web.pages.admin import Badge, Option
from idp.web.pages.admin_late import AdminLatePage, LateLine
from idp.web.pages.admin_messages import (
    AdminMessagesPage,
    AdminTemplatePage,
    BudgetLine,
    TallyLine,
    TemplateLine,
)
from idp.web.pages.admin_passkeys import AdminPasskeysPage
from tests.unit.web.samples.parts import NOW

AT_WORK: Final[dict[str, Any]] = {"operator_name": "Rina Hartati", "role": "Administrator nasional"}
PASSKEYS = (
    PasskeyLine("1", "Kunci kantor", "/admin/passkeys/1", NOW - timedelta(days=9), NOW, hardware=True),
    PasskeyLine("2", "Ponsel", "/admin/passkeys/2", NOW, None),
)

LATE = LateLine(
    jti="0123456789abcdef0123456789abcdef",
    client_id="tax",
    client="Layanan Pajak",
    what="Izin ditarik: berhenti memakai data",
    told_at=NOW - timedelta(days=3),
    due=NOW,
    state=Badge("Terlambat", "bad"),
    alerted_at=NOW,
)

SAMPLES: dict[str, Callable[[], Page]] = {
    "admin-late": lambda: AdminLatePage(**AT_WORK, late=(LATE,), due=(LATE,), undelivered=(LATE,)),
    "admin-late-none": lambda: AdminLatePage(**AT_WORK, late=()),
    "admin-passkeys": lambda: AdminPasskeysPage(
        **AT_WORK,
        action="/admin/passkeys",
        options_url="/i/1/passkey/options",
        passkeys=PASSKEYS,
        name="Chrome di Linux",
        attested=True,
    ),
    "admin-passkeys-none": lambda: AdminPasskeysPage(
        operator_name="Ani Wijaya",
        role="Petugas loket",
        agency_name="Dinas Kependudukan dan Pencatatan Sipil Kabupaten Kepulauan Tanimbar",
        at_counter=True,
        sees_cases=True,
        action="/admin/passkeys",
        options_url="/i/1/passkey/options",
        passkeys=(),
        attested=True,
        errors=(FieldError("name", "Kunci ini tidak termasuk kunci keamanan yang diterima untuk petugas."),),
    ),
    "admin-messages": lambda: AdminMessagesPage(
        **AT_WORK,
        waiting=2,
        tallies=(TallyLine(date(2026, 11, 24), "sms", "utama", 1200, 1180, 9, 3, 420_000),),
        budgets=(
            BudgetLine("sms", "62812", "2026-11-24T06", 1999, 2000),
            BudgetLine("whatsapp", "all", "2026-11-24", 3, 200_000),
        ),
        templates=(
            TemplateLine("new_sign_in", "/admin/messages/new_sign_in", True),
            TemplateLine("welcome", "/admin/messages/welcome", False),
        ),
        today=420_000,
    ),
    "admin-messages-none": lambda: AdminMessagesPage(
        **AT_WORK,
        tallies=(),
        budgets=(),
        templates=(TemplateLine("welcome", "/admin/messages/welcome", False),),
    ),
    "admin-template": lambda: AdminTemplatePage(
        **AT_WORK,
        may_change=True,
        name="new_sign_in",
        action="/admin/messages/new_sign_in",
        back_url="/admin/messages",
        channels=(Option("email", "Email", True), Option("sms", "SMS")),
        languages=(Option("id", "Bahasa Indonesia", True), Option("en", "English")),
        subject="Ada yang masuk dari perangkat baru",
        text="Akun Anda baru saja dipakai masuk.\n\nBukan Anda? Kunci akun Anda.",
        may_try=True,
    ),
}

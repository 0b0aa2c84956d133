"""Ways back, and what is reached without signing in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from idp.web import pages
from idp.web.pages import Page, Way
from tests.unit.web.samples.parts import NOW

SAMPLES: dict[str, Callable[[], Page]] = {
    "outcome": lambda: pages.OutcomePage(
        title="Perubahan dibatalkan",
        text="Tidak ada yang berubah pada akun Anda.",
        ways=(Way("Akun saya", "/me"), Way("Bantuan", "/help")),
    ),
    "change-cancel": lambda: pages.ChangeCancelPage(
        action="/changes/cancel",
        hidden=(("token", "k20000aa.x"),),
        kind="example",
        asked_at=NOW,
        effective_at=NOW + timedelta(hours=24),
    ),
}

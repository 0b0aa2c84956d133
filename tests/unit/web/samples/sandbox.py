"""The sandbox's own pages."""

from __future__ import annotations

from collections.abc import Callable

from idp.web import pages
from idp.web.pages import Page
from tests.unit.web.samples.parts import NOW

SAMPLES: dict[str, Callable[[], Page]] = {
    "sandbox": lambda: pages.SandboxStartPage(
        addresses=(
            pages.AddressLine("Layanan Pendidikan", "http://127.0.0.1:8101", "Pendaftaran sekolah"),
            pages.AddressLine("Akun saya", "http://localhost:8000/me"),
        ),
        personas=(
            pages.PersonaLine(
                "Suharto", "9901010101600001", "kuda-laut-senja-biru", "JBSWY3DPEHPK3PXP", "Satu nama"
            ),
            pages.PersonaLine("Siti Aminah", "siti@example.id", "kopi-hujan-batu-lima", "JBSWY3DPEHPK3PXP"),
        ),
        outbox_url="/outbox",
    ),
    "outbox": lambda: pages.OutboxPage(
        messages=(
            pages.OutboxLine("/outbox/1", "siti@example.id", "Kode Gerbang: 123456", NOW),
            pages.OutboxLine("/outbox/2", "suharto@example.id", "Selamat datang di Gerbang", NOW, sent=False),
        ),
    ),
    "outbox-empty": lambda: pages.OutboxPage(messages=()),
    "outbox-message": lambda: pages.OutboxMessagePage(
        recipient="siti@example.id",
        subject="Kode Gerbang",
        at=NOW,
        text="Kode Anda: 123456\n\nBerlaku 10 menit.",
        outbox_url="/outbox",
    ),
}

"""Telling people what changed on their account, by letter and at the top of the page (ASVS 6.3.7)."""

from __future__ import annotations

from uuid import UUID

from flask_babel import gettext as _

from idp.domain.store.database import Session
from idp.web.context import place, services
from idp.web.frontchannel.notices import tell
from idp.web.pages import Notice

TEMPLATE = "account_change"


def told(db: Session, citizen_id: UUID, change: str, what: str = "") -> bool:
    """Write to the citizen that `change` happened; `what` is the name or the masked value it happened to."""
    deployment = services()
    context: dict[str, object] = {
        "change": change,
        "what": what,
        "device": place().device,
        "security_url": f"{deployment.settings.issuer}/me/security",
    }
    return tell(db, citizen_id, TEMPLATE, context)


def notice(done: str | None) -> Notice | None:
    """Say that a change is made; None for anything we do not know."""
    words = {
        "password": _("Kata sandi sudah diganti"),
        "authenticator_added": _("Aplikasi autentikator sudah terpasang"),
        "authenticator_removed": _("Aplikasi autentikator sudah dilepas"),
        "message_code_on": _("Kode lewat pesan sudah menyala"),
        "message_code_off": _("Kode lewat pesan sudah dimatikan"),
        "contact_added": _("Sudah terbukti milik Anda, dan disimpan"),
        "contact_shared": _("Disimpan sebagai kontak"),
        "contact_waits": _("Perubahan ini menunggu"),
        "contact_primary": _("Yang utama sudah diganti"),
        "contact_removed": _("Sudah dihapus"),
        "channels": _("Pilihan saluran disimpan"),
        "language": _("Pilihan bahasa disimpan"),
        "data_removed": _("Sudah dihapus"),
        "chosen": _("Pilihan untuk layanan ini disimpan"),
        "added": _("Izin ditambahkan"),
    }
    texts = {
        "password": _("Perangkat lain dan sambungan tanpa Anda sudah diakhiri."),
        "contact_shared": _(
            "Orang lain sudah masuk dengan ini, misalnya keluarga serumah. Anda tetap menerima surat di sini, "
            "tetapi untuk masuk pakailah NIK atau yang lain."
        ),
        "added": _("Layanan ini menerimanya saat Anda masuk lagi di sana."),
        "contact_waits": _(
            "Kami sudah mengabari Anda, dengan tautan untuk membatalkannya. Tidak perlu apa-apa lagi."
        ),
    }
    if done not in words:
        return None
    return Notice("success", str(words[done]), str(texts.get(done, "")))

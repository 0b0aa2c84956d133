"""Why a password may not be used, in the words of the page that asks for one (NIST SP 800-63B-4 §3.1.1.2)."""

from __future__ import annotations

from flask_babel import gettext as _

from idp.domain.authenticators import passwords
from idp.domain.authenticators.passwords import Weakness


def explain(weakness: Weakness) -> str:
    """Say what is wrong with a password."""
    texts = {
        Weakness.SHORT: _("Terlalu pendek. Pakai paling sedikit %(n)s huruf.", n=passwords.MIN_CHARS),
        Weakness.LONG: _("Terlalu panjang. Pakai paling banyak %(n)s huruf.", n=passwords.MAX_CHARS),
        Weakness.CHARACTERS: _("Kata sandi memuat tanda yang tidak bisa dipakai."),
        Weakness.BREACHED: _("Kata sandi ini sudah umum atau pernah bocor. Pilih yang lain."),
        Weakness.SIMPLE: _("Kata sandi ini terlalu mudah ditebak, misalnya karena berulang atau berurutan."),
        Weakness.PERSONAL: _("Jangan pakai nama, NIK, tanggal lahir, alamat email, atau nama layanan ini."),
    }
    return str(texts[weakness])

"""Registration."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from idp.web import pages
from idp.web.pages import FieldError, Notice, Page, Steps, Way
from tests.unit.web.samples.parts import EDUCATION, OTPAUTH, QR


def _register_common(current: int) -> dict[str, object]:
    return {
        "action": "/register",
        "steps": Steps(current, 6),
        "agency": EDUCATION,
        "cancel_url": "/register/cancel",
    }


SAMPLES: dict[str, Callable[[], Page]] = {
    "register-identity": lambda: pages.RegisterIdentityPage(sign_in_url="/login", **_register_common(1)),
    "register-identity-wrong": lambda: pages.RegisterIdentityPage(
        nik="99010155",
        name="Suharto",
        birth_day="31",
        birth_month="2",
        birth_year="1990",
        errors=(
            FieldError("nik", "NIK harus 16 angka; yang tertulis baru 8."),
            FieldError("birthdate", "Tanggal itu tidak ada di kalender."),
        ),
        **_register_common(1),
    ),
    "register-mismatch": lambda: pages.RegisterMismatchPage(
        results=(
            pages.FieldMatch("NIK", "•••• •••• •••• 0001", "match"),
            pages.FieldMatch("Nama lengkap", "Siti Aminnah", "near"),
            pages.FieldMatch("Tanggal lahir", "27 Mei 1991", "mismatch"),
            pages.FieldMatch("Status", "-", "unknown"),
        ),
        edit_url="/register",
        attempts_left=3,
        ways=(Way("Cara memperbaiki data kependudukan", "/help#contact"),),
        **_register_common(1),
    ),
    "register-later": lambda: pages.RegisterLaterPage(**_register_common(1)),
    "register-contact": lambda: pages.RegisterContactPage(
        back_url="/register?step=identity", **_register_common(2)
    ),
    "register-code": lambda: pages.RegisterCodePage(
        email="siti@example.id",
        resend_wait_seconds=45,
        change_url="/register?step=contact",
        outbox_url="/outbox",
        notice=Notice("success", "Kode baru sudah dikirim"),
        **_register_common(3),
    ),
    "register-password": lambda: pages.RegisterPasswordPage(
        username="siti@example.id", **_register_common(4)
    ),
    "register-authenticator": lambda: pages.RegisterAuthenticatorPage(
        qr_uri=QR,
        secret="JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP",
        otpauth_uri=OTPAUTH,
        **_register_common(5),
    ),
    "register-passkey": lambda: pages.RegisterPasskeyPage(
        options_url="/register/passkey/options",
        others=(pages.WayLink("authenticator", "Aplikasi autentikator", "/register?way=authenticator"),),
        **_register_common(5),
    ),
    "register-recovery": lambda: pages.RegisterRecoveryPage(
        codes=tuple(f"K7QM-{n}XWD-{n}R2T" for n in range(10)),
        citizen_name="Siti Aminah Kusumawardhani",
        made_on=date(2026, 11, 24),
        issuer_host="masuk.gerbang.example",
        qr_uri=QR,
        errors=(FieldError("saved", "Simpan kartunya dulu, lalu centang kotak ini."),),
        **_register_common(6),
    ),
    "register-done": lambda: pages.RegisterDonePage(
        citizen_name="Suharto", action="/register", agency=EDUCATION, continue_url="/i/1"
    ),
    "register-done-unchecked": lambda: pages.RegisterDonePage(
        citizen_name="Suharto", action="/register", checked=False
    ),
    "register-stop": lambda: pages.RegisterStopPage(
        title="NIK ini sudah punya akun",
        text="Satu orang cukup satu akun. Masuklah dengan akun itu.",
        ways=(Way("Masuk", "/login"), Way("Ini bukan akun saya", "/help#not-me")),
        **_register_common(1),
    ),
}

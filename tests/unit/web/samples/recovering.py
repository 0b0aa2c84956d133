"""Ways back, and what is reached without signing in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from idp.web import pages
from idp.web.pages import FieldError, Page, Steps, Way
from tests.unit.web.samples.parts import NOW

CODES = tuple(f"0123-4567-89AB-CDE{letter}" for letter in "FGHJKMNPQR")

SAMPLES: dict[str, Callable[[], Page]] = {
    "recover": lambda: pages.RecoverPage(action="/recover", back_url="/me"),
    "recover-wrong": lambda: pages.RecoverPage(
        action="/recover",
        back_url="/me",
        identifier="x",
        errors=(FieldError("identifier", "Tulis NIK (16 angka), alamat email, atau nomor ponsel."),),
        wait_seconds=30,
    ),
    "recover-sent": lambda: pages.RecoverSentPage(
        valid_minutes=60, again_url="/recover", outbox_url="/sandbox/outbox"
    ),
    "new-password": lambda: pages.NewPasswordPage(action="/recover/password", min_length=8),
    "new-password-locked": lambda: pages.NewPasswordPage(
        action="/recover/password",
        min_length=8,
        card_needed=True,
        errors=(FieldError("recovery_code", "Kode pemulihan ini tidak cocok, atau sudah pernah dipakai."),),
    ),
    "new-password-by-text": lambda: pages.NewPasswordPage(
        action="/recover/password", min_length=8, card_needed=True, wait_hours=72
    ),
    "permit": lambda: pages.PermitPage(action="/recover/permit", permit=CODES[0]),
    "new-authenticator": lambda: pages.NewAuthenticatorPage(
        action="/recover/enrol",
        qr_uri="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='29' height='29'/%3E",
        secret="ABCD EFGH IJKL MNOP",
        otpauth_uri="otpauth://totp/Gerbang?secret=ABCDEFGHIJKLMNOP",
        passkey_options_url="/i/1/passkey/options",
        phone_offered=True,
        steps=Steps(3, 4),
    ),
    "new-phone": lambda: pages.NewPhonePage(
        action="/recover/enrol",
        number="021 555 0123",
        errors=(FieldError("phone_number", "Nomor ini tidak bisa menerima kode sekarang. Coba nomor lain."),),
        steps=Steps(3, 4),
    ),
    "new-phone-code": lambda: pages.NewPhonePage(
        action="/recover/enrol", sent_to="+62 ••• •••• 7890", resend_wait_seconds=30, steps=Steps(3, 4)
    ),
    "new-card": lambda: pages.NewCardPage(
        codes=CODES,
        made_on=date(2026, 11, 24),
        issuer_host="masuk.example",
        sign_in_url="/signin",
        steps=Steps(4, 4),
    ),
    "recover-identity": lambda: pages.RecoverIdentityPage(action="/recover/identity", nik="9901015505900001"),
    "recover-confirm": lambda: pages.RecoverConfirmPage(action="/recover/confirm", hours=24),
    "not-me": lambda: pages.NotMePage(action="/not-me", hidden=(("token", "00"),)),
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

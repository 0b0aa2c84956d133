"""Signing in, consent and requests of other screens."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from idp.web import pages
from idp.web.pages import FieldError, Notice, Page
from tests.unit.web.samples.parts import (
    ADDRESS,
    EDUCATION,
    EMAIL,
    EMAIL_CHOICE,
    HEALTH,
    NAME,
    NIK,
    NOW,
    OTPAUTH,
    PHONE,
    QR,
)

SAMPLES: dict[str, Callable[[], Page]] = {
    "login": lambda: pages.LoginPage(
        action="/i/1", agency=EDUCATION, cancellable=True, register_url="/register", hidden=(("uid", "abc"),)
    ),
    "login-wrong": lambda: pages.LoginPage(
        action="/i/1",
        agency=HEALTH,
        identifier="siti@example.id",
        cancellable=True,
        register_url="/register",
        wait_seconds=3540,
        errors=(FieldError("password", "NIK, email, atau kata sandi tidak cocok. Periksa lalu coba lagi."),),
    ),
    "login-again": lambda: pages.LoginPage(
        action="/i/1",
        agency=EDUCATION,
        notice=Notice("info", "Masuk lagi", "Layanan Pendidikan meminta Anda masuk"),
    ),
    "login-passkey": lambda: pages.LoginPage(action="/login", passkey_action="/i/1/passkey"),
    "login-challenge": lambda: pages.LoginPage(
        action="/login", challenge=pages.Challenge("bm9uY2U.1795588200.13.6d6163", 13, 20)
    ),
    "mfa": lambda: pages.MfaPage(action="/i/1", agency=EDUCATION, cancellable=True),
    "mfa-wrong": lambda: pages.MfaPage(
        action="/i/1",
        agency=EDUCATION,
        errors=(FieldError("otp", "Kode itu tidak cocok atau sudah dipakai. Tunggu kode berikutnya."),),
    ),
    "mfa-passkey": lambda: pages.PasskeyPage(
        action="/i/1", options_url="/i/1/passkey/options", agency=EDUCATION, cancellable=True
    ),
    "mfa-security-key": lambda: pages.PasskeyPage(
        action="/i/1",
        options_url="/i/1/passkey/options",
        hardware=True,
    ),
    "mfa-recovery": lambda: pages.RecoveryCodePage(
        action="/i/1", agency=EDUCATION, codes_left=9, cancellable=True
    ),
    "mfa-ways": lambda: pages.MfaWaysPage(
        agency=EDUCATION,
        ways=(
            pages.WayLink("authenticator", "Aplikasi autentikator", "/i/1?method=authenticator"),
            pages.WayLink("recovery", "Kode dari kartu pemulihan", "/i/1?method=recovery"),
        ),
    ),
    "login-qr": lambda: pages.LoginPage(action="/i/1", agency=EDUCATION, qr_url="/interaction/1/qr"),
    "login-expected": lambda: pages.LoginPage(
        action="/i/1",
        agency=EDUCATION,
        expected=pages.AccountChoice("a", "Siti A.", "s•••@contoh.id"),
        accounts_url="/i/1/account",
    ),
    "accounts-remove": lambda: pages.SelectAccountPage(
        action="/i/1/account",
        accounts=(pages.AccountChoice("a", "Siti A.", "s•••@contoh.id"),),
        removing=True,
        back_url="/i/1/account",
    ),
    "mfa-remember": lambda: pages.MfaPage(action="/i/1", agency=EDUCATION, remember_offered=True),
    "qr": lambda: pages.CrossDevicePage(
        agency=EDUCATION, uid="1", state="waiting", address="https://id.example/qr/q", qr_uri=QR
    ),
    "qr-number": lambda: pages.CrossDevicePage(agency=EDUCATION, uid="1", state="opened", number=42),
    "qr-denied": lambda: pages.CrossDevicePage(agency=EDUCATION, uid="1", state="denied"),
    "qr-slow": lambda: pages.CrossDevicePage(agency=EDUCATION, uid="1", state="slow", wait_seconds=30),
    "approve-computer": lambda: pages.CrossDeviceApprovePage(
        agency=EDUCATION,
        action="/qr/q",
        citizen_name="Siti Aminah",
        device="Firefox, Windows",
        network="203.0.113.0/24",
        own_network="198.51.100.0/24",
        asked_at=NOW,
        choices=(17, 42, 90),
    ),
    "device": lambda: pages.DeviceCodePage(action="/device", user_code="WDJB-MJHT"),
    "device-slowed": lambda: pages.DeviceCodePage(
        action="/device", wait_seconds=30, sign_in_url="/signin?next=/device"
    ),
    "device-confirm": lambda: pages.DeviceConfirmPage(
        agency=EDUCATION,
        action="/interaction/x/confirm",
        user_code="WDJB-MJHT",
        citizen_name="Siti",
        asked_at=NOW,
        device="Chrome, Linux",
        network="203.0.113.0/24",
    ),
    "approve": lambda: pages.ApprovePage(
        agency=HEALTH,
        action="/interaction/x/confirm",
        citizen_name="Siti Aminah Kusumawardhani",
        asked_at=NOW,
        expires_at=NOW,
        binding_message="LOKET-7",
        items=("Nama lengkap", "Alamat email"),
        network="203.0.113.0/24",
    ),
    "decided": lambda: pages.DecidedPage(approved=True),
    "decided-denied": lambda: pages.DecidedPage(approved=False),
    "enrol-start": lambda: pages.EnrolStartPage(
        agency=EDUCATION,
        action="/i/1/enrol",
        contacts=(("1", "s•••@contoh.id"), ("2", "+62 ••• •••• 7890")),
        wait_seconds=20,
    ),
    "enrol-code": lambda: pages.EnrolCodePage(
        agency=EDUCATION,
        action="/i/1/enrol",
        sent_to="s•••@contoh.id",
        outbox_url="/sandbox/outbox",
        hidden=(("contact", "1"),),
        errors=(FieldError("code", "Kode tidak cocok atau sudah tidak berlaku."),),
    ),
    "enrol-authenticator": lambda: pages.EnrolAuthenticatorPage(
        agency=EDUCATION,
        action="/i/1/enrol",
        message_channel="SMS",
        qr_uri=QR,
        secret="JBSW Y3DP EHPK 3PXP",
        otpauth_uri=OTPAUTH,
        hidden=(("sealed", "AAAA"),),
    ),
    "mfa-none": lambda: pages.NoFactorPage(agency=EDUCATION, action="/i/1"),
    "consent": lambda: pages.ConsentPage(
        action="/i/1",
        agency=EDUCATION,
        citizen_name="Siti Aminah Kusumawardhani",
        notices=(NAME, NIK),
        required=(ADDRESS,),
        optional=(PHONE, EMAIL),
        details=(pages.DetailLine(("NPWP",), "Menghitung bantuan", "Layanan Bantuan", ("Layanan Pajak",)),),
        services=("Layanan Kesehatan",),
        contacts=(EMAIL_CHOICE,),
        until=date(2027, 5, 27),
        offline=True,
    ),
    "consent-notices": lambda: pages.ConsentPage(
        action="/i/1",
        agency=EDUCATION,
        citizen_name="Siti Aminah",
        notices=(NAME, NIK),
        optional=(PHONE,),
        until=date(2027, 5, 27),
    ),
    "consent-nothing": lambda: pages.ConsentPage(action="/i/1", agency=HEALTH, citizen_name="Suharto"),
    "select-account": lambda: pages.SelectAccountPage(
        action="/i/1",
        agency=EDUCATION,
        accounts=(
            pages.AccountChoice("a", "Siti Aminah Kusumawardhani", "•••• •••• •••• 0001"),
            pages.AccountChoice("b", "Suharto", "s•••••@example.id"),
        ),
    ),
}

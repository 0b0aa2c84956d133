"""The account area."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from idp.web import pages
from idp.web.pages import FieldError, Notice, Page, Pagination
from tests.unit.web.samples.parts import (
    EDUCATION,
    EMAIL_CHOICE,
    HEALTH,
    NAME,
    NIK,
    NOW,
    OTPAUTH,
    QR,
)

EMAIL_LINE = pages.ContactLine("email", "siti@contoh.id", "/me/contacts/1", primary=True)

SAMPLES: dict[str, Callable[[], Page]] = {
    "account": lambda: pages.AccountHomePage(
        citizen_name="Siti Aminah Kusumawardhani",
        data_count=14,
        service_count=3,
        session_count=2,
        last_event="Masuk ke Layanan Pendidikan",
        last_event_at=NOW,
        changes=(pages.ChangeLine("example", NOW, "/me/changes/1/cancel"),),
        requests=(pages.RequestLine(HEALTH.name, "/me/requests/1", NOW, "LOKET-7"),),
    ),
    "account-unchecked": lambda: pages.AccountHomePage(
        citizen_name="Suharto",
        data_count=0,
        service_count=0,
        session_count=1,
        identity_checked=False,
        notice=Notice(
            "success", "Izin untuk Layanan Pajak sudah ditarik", "Layanan itu tidak bisa mengambil data lagi."
        ),
    ),
    "account-data": lambda: pages.AccountDataPage(
        citizen_name="Siti Aminah",
        recheck_action="/me/data/recheck",
        groups=(
            pages.DataGroup(
                "Identitas",
                (
                    pages.DataLine(
                        "Nama lengkap",
                        "Siti Aminah",
                        "Kependudukan",
                        date(2026, 3, 3),
                        uses_url="/me/uses/name",
                    ),
                    pages.DataLine("Nama panggilan", "Ami", "Anda sendiri", removable="nickname"),
                    pages.DataLine(
                        "NIK", "9901015505900001", "Kependudukan", date(2026, 3, 3), sensitive=True
                    ),
                ),
            ),
            pages.DataGroup(
                "Kontak",
                (pages.DataLine("Nomor ponsel", "", "Anda sendiri", change_url="/me/contacts"),),
            ),
            pages.DataGroup(
                "Lainnya",
                (
                    pages.DataLine(
                        "Tanggal lahir",
                        "5 Januari 1990",
                        "Kependudukan",
                        date(2026, 3, 3),
                        name="birthdate",
                        others=(pages.DataLine("Pajak", "6 Januari 1990", "Pajak"),),
                        case_number="K-7FQ2-9XKD",
                        case_url="/me/cases/1",
                    ),
                    pages.DataLine(
                        "Jenis kelamin",
                        "Perempuan",
                        "Kependudukan",
                        name="gender",
                        wrong_url="/me/data/gender/correct",
                    ),
                ),
            ),
        ),
    ),
    "account-data-empty": lambda: pages.AccountDataPage(citizen_name="Suharto", groups=()),
    "account-services": lambda: pages.AccountServicesPage(
        citizen_name="Siti",
        services=(
            pages.ServiceCard(EDUCATION, "/me/services/1", since=NOW, item_count=9, last_used=NOW),
            pages.ServiceCard(HEALTH, "/me/services/2", since=NOW, item_count=1),
        ),
        blocked=(pages.BlockedLine("Layanan Pajak", "/me/services/3/unblock"),),
        withdrawn=(pages.ToldLine("Layanan Izin Usaha", "told", NOW, NOW),),
    ),
    "account-services-empty": lambda: pages.AccountServicesPage(citizen_name="Siti", services=()),
    "account-service": lambda: pages.AccountServicePage(
        citizen_name="Siti",
        service=EDUCATION,
        since=NOW,
        until=date(2027, 5, 27),
        shared=(NAME, NIK),
        withdraw_action="/me/services/1/withdraw",
        offline=True,
        contacts=(EMAIL_CHOICE,),
        contacts_action="/me/services/1/contacts",
        declined=("Nomor ponsel",),
        add_url="/me/services/1/add",
        receipt_url="/me/receipts/1",
        receipts_url="/me/receipts?service=1",
        uses_url="/me/uses?service=1",
    ),
    "account-sessions": lambda: pages.AccountSessionsPage(
        citizen_name="Siti",
        action="/me/sessions",
        sessions=(
            pages.SessionLine(
                "1", "Chromium di Linux", NOW, NOW, "Depok", current=True, services=("Layanan Pajak",)
            ),
            pages.SessionLine("2", "Chrome di Android", NOW, NOW, "Bandung"),
            pages.SessionLine("3", "Firefox di Windows", NOW, NOW),
        ),
    ),
    "account-sessions-one": lambda: pages.AccountSessionsPage(
        citizen_name="Siti",
        action="/me/sessions",
        sessions=(pages.SessionLine("1", "Chromium di Linux", NOW, NOW, current=True),),
    ),
    "account-devices": lambda: pages.AccountDevicesPage(
        citizen_name="Siti",
        action="/me/security/devices",
        devices=(
            pages.RememberedLine(
                "1", "Chrome, Android", NOW, NOW, NOW, "jaringan 192.0.2.0/24", current=True
            ),
            pages.RememberedLine("2", "Firefox, Windows", NOW, NOW, NOW),
        ),
    ),
    "account-devices-none": lambda: pages.AccountDevicesPage(
        citizen_name="Siti", action="/me/security/devices", devices=()
    ),
    "account-security": lambda: pages.AccountSecurityPage(
        citizen_name="Siti",
        rows=(
            pages.SecurityRow("authenticator", "Aplikasi autentikator", "Terpasang", "/help"),
            pages.SecurityRow("recovery-card", "Kartu pemulihan", "9 kode tersisa", "/help"),
        ),
    ),
    "account-contacts": lambda: pages.AccountContactsPage(
        citizen_name="Siti",
        contacts=(
            EMAIL_LINE,
            pages.ContactLine(
                "email", "keluarga.kusumawardhani.tanimbar@contoh.id", "/me/contacts/2", signs_in=False
            ),
            pages.ContactLine("phone", "+6281234567890", "/me/contacts/3", primary=True, confirmed=False),
        ),
        add_email_url="/me/contacts/add/email",
        add_phone_url="/me/contacts/add/phone",
        notice=Notice("success", "Sudah dihapus"),
    ),
    "account-contacts-empty": lambda: pages.AccountContactsPage(citizen_name="Suharto", contacts=()),
    "account-contact-add": lambda: pages.AccountContactAddPage(
        citizen_name="Siti", action="/me/contacts/add/email", kind="email"
    ),
    "account-contact-add-phone": lambda: pages.AccountContactAddPage(
        citizen_name="Siti",
        action="/me/contacts/add/phone",
        kind="phone",
        value="08",
        errors=(FieldError("phone_number", "Tulis nomor ponsel, misalnya 0812 3456 7890."),),
    ),
    "account-contact-code": lambda: pages.AccountContactCodePage(
        citizen_name="Siti",
        action="/me/contacts/confirm",
        kind="email",
        value="siti@contoh.id",
        resend_wait_seconds=30,
        outbox_url="/sandbox/outbox",
        hidden=(("sealed", "AAAA"),),
    ),
    "account-contact": lambda: pages.AccountContactPage(
        citizen_name="Siti",
        action="/me/contacts/3",
        contact=pages.ContactLine("phone", "+6281234567890", "/me/contacts/3"),
        channels=(("sms", "SMS", True), ("whatsapp", "WhatsApp", False)),
    ),
    "account-contact-last": lambda: pages.AccountContactPage(
        citizen_name="Siti", action="/me/contacts/1", contact=EMAIL_LINE, removable=False
    ),
    "account-contact-unconfirmed": lambda: pages.AccountContactPage(
        citizen_name="Siti",
        action="/me/contacts/3",
        contact=pages.ContactLine("phone", "+6281234567890", "/me/contacts/3", confirmed=False),
    ),
    "account-contact-hold": lambda: pages.AccountContactHoldPage(
        citizen_name="Siti",
        action="/me/contacts/1/remove",
        removal=True,
        contact=EMAIL_LINE,
        old="siti@contoh.id",
        hours=24,
    ),
    "account-password": lambda: pages.AccountPasswordPage(
        citizen_name="Siti",
        action="/me/security/password",
        username="siti@contoh.id",
        errors=(FieldError("password", "Kata sandi ini sudah umum atau pernah bocor. Pilih yang lain."),),
    ),
    "account-password-first": lambda: pages.AccountPasswordPage(
        citizen_name="Siti",
        action="/me/security/password",
        username="siti@contoh.id",
        has_password=False,
        wait_seconds=30,
    ),
    "account-authenticator": lambda: pages.AccountAuthenticatorPage(
        citizen_name="Siti",
        action="/me/security/authenticator",
        applications=(
            pages.ApplicationLine("1", "Aplikasi autentikator", NOW, NOW),
            pages.ApplicationLine("2", "Ponsel cadangan", NOW),
        ),
        removable=True,
        add_url="/me/security/authenticator/add",
        notice=Notice("success", "Aplikasi autentikator sudah terpasang"),
        offer_end_others=True,
    ),
    "account-authenticator-none": lambda: pages.AccountAuthenticatorPage(
        citizen_name="Siti", action="/me/security/authenticator", applications=()
    ),
    "account-authenticator-add": lambda: pages.AccountAuthenticatorAddPage(
        citizen_name="Siti",
        action="/me/security/authenticator/add",
        qr_uri=QR,
        secret="JBSW Y3DP EHPK 3PXP",
        otpauth_uri=OTPAUTH,
        hidden=(("sealed", "AAAA"),),
    ),
    "account-recovery-card": lambda: pages.AccountRecoveryCardPage(
        citizen_name="Siti", action="/me/security/recovery-card", left=9
    ),
    "account-recovery-card-new": lambda: pages.AccountRecoveryCardPage(
        citizen_name="Siti Aminah Kusumawardhani",
        action="/me/security/recovery-card",
        left=10,
        codes=tuple(f"ABCD-EFGH-JKMN-PQR{n}" for n in range(10)),
        made_on=date(2026, 11, 24),
        issuer_host="masuk.example",
        qr_uri=QR,
        offer_end_others=True,
    ),
    "account-passkeys": lambda: pages.AccountPasskeysPage(
        citizen_name="Siti",
        passkeys=(
            pages.PasskeyLine("1", "Ponsel saya", "/me/security/passkeys/1", NOW, NOW, backed_up=True),
            pages.PasskeyLine("2", "Kunci biru", "/me/security/passkeys/2", NOW, hardware=True),
        ),
        password_action="/me/security/passkeys/password",
        new_url="/me/security/passkeys/new",
        may_do_without=True,
    ),
    "account-passkeys-none": lambda: pages.AccountPasskeysPage(
        citizen_name="Siti", passkeys=(), password_action="/me", new_url="/me/security/passkeys/new"
    ),
    "account-passkeys-only": lambda: pages.AccountPasskeysPage(
        citizen_name="Siti",
        passkeys=(pages.PasskeyLine("1", "Ponsel saya", "/me/security/passkeys/1", NOW, NOW),),
        password_action="/me",
        has_password=False,
    ),
    "account-passkey-new": lambda: pages.AccountNewPasskeyPage(
        citizen_name="Siti",
        action="/me/security/passkeys",
        options_url="/me/security/passkeys/options",
        back_url="/me/security/passkeys",
        name="Chrome di Android",
        hardware=True,
    ),
    "account-passkey": lambda: pages.AccountPasskeyPage(
        citizen_name="Siti",
        action="/me/security/passkeys/1",
        back_url="/me/security/passkeys",
        passkey=pages.PasskeyLine("1", "Ponsel saya", "/me/security/passkeys/1", NOW, NOW, backed_up=True),
        errors=(FieldError("name", "Beri nama yang Anda kenali."),),
    ),
    "account-language": lambda: pages.AccountLanguagePage(
        citizen_name="Siti",
        action="/me/language",
        languages=(("id", "Indonesia", True), ("en", "English", False)),
        notice=Notice("success", "Pilihan bahasa disimpan"),
    ),
    "account-copy": lambda: pages.AccountCopyPage(citizen_name="Siti", action="/me/download"),
    "account-close": lambda: pages.AccountClosePage(
        citizen_name="Siti",
        action="/me/close",
        hours=24,
        service_count=3,
        errors=(FieldError("understood", "Beri tanda centang bila Anda memang ingin menutup akun."),),
    ),
    "account-close-waiting": lambda: pages.AccountClosePage(
        citizen_name="Siti", action="/me/close", hours=24, waiting=True
    ),
    "account-history": lambda: pages.AccountHistoryPage(
        citizen_name="Siti",
        events=(
            pages.HistoryLine(
                NOW, "Masuk ke Layanan Pendidikan", "Chrome di Android, Bandung", "sign_in", "/me/not-me"
            ),
            pages.HistoryLine(NOW, "Izin diberikan kepada Layanan Pendidikan", "9 keterangan", "consent"),
            pages.HistoryLine(NOW, "Satu kode pemulihan dipakai", kind="security"),
        ),
        pagination=Pagination(2, 3, "/me/history?page=1", "/me/history?page=3"),
    ),
    "account-history-empty": lambda: pages.AccountHistoryPage(citizen_name="Siti", events=()),
}

"""One honest example of every page, the awkward ones included: one name, long names, errors, nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import segno

from idp.web import pages
from idp.web.pages import Agency, ClaimLine, FieldError, Notice, Page, Pagination, Steps, Way

NOW = datetime(2026, 11, 24, 6, 30, tzinfo=UTC)
EDUCATION = Agency("Layanan Pendidikan", policy_uri="https://education.example/privacy")
HEALTH = Agency("Badan Penyelenggara Jaminan Kesehatan Masyarakat Kabupaten Kepulauan Tanimbar")
OTPAUTH = "otpauth://totp/Gerbang:siti?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Gerbang"
QR = segno.make(OTPAUTH, error="m").svg_data_uri()

NAME = ClaimLine(
    "name",
    "Nama lengkap",
    "Siti Aminah Kusumawardhani",
    "Kependudukan",
    "mengisi formulir pendaftaran sekolah",
    "UU 20/2003 pasal 12",
    verified_on=date(2026, 3, 3),
)
NIK = ClaimLine(
    "nik",
    "NIK",
    "9901015505900001",
    "Kependudukan",
    "mencocokkan data siswa",
    "UU 24/2013 pasal 64",
    verified_on=date(2026, 3, 3),
    sensitive=True,
)
ADDRESS = ClaimLine(
    "address",
    "Alamat menurut KTP",
    "Jl. Melati 5, RT 003/RW 007\nSukamaju, Cimanggis\nKota Depok, Jawa Barat 16953",
    "Kependudukan",
    "menentukan zona sekolah",
)
PHONE = ClaimLine(
    "phone_number", "Nomor ponsel", "+62 812-3456-7890", "Anda sendiri", "menghubungi wali siswa"
)
EMAIL = ClaimLine("email", "Alamat email", "", "Anda sendiri", "mengirim bukti pendaftaran", checked=True)


def _register_common(current: int) -> dict[str, object]:
    return {
        "action": "/register",
        "steps": Steps(current, 6),
        "agency": EDUCATION,
        "cancel_url": "/register/cancel",
    }


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
        wait_seconds=30,
        errors=(FieldError("password", "NIK, email, atau kata sandi tidak cocok. Periksa lalu coba lagi."),),
    ),
    "login-passkey": lambda: pages.LoginPage(action="/login", passkey_available=True),
    "mfa": lambda: pages.MfaPage(action="/i/1", agency=EDUCATION, cancellable=True),
    "mfa-wrong": lambda: pages.MfaPage(
        action="/i/1",
        agency=EDUCATION,
        errors=(FieldError("otp", "Kode itu tidak cocok atau sudah dipakai. Tunggu kode berikutnya."),),
    ),
    "mfa-recovery": lambda: pages.RecoveryCodePage(
        action="/i/1", agency=EDUCATION, codes_left=9, cancellable=True
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
    "consent": lambda: pages.ConsentPage(
        action="/i/1",
        agency=EDUCATION,
        citizen_name="Siti Aminah Kusumawardhani",
        required=(NAME, NIK, ADDRESS),
        optional=(PHONE, EMAIL),
        details=(pages.DetailLine(("NPWP",), "Menghitung bantuan", "Layanan Bantuan", ("Layanan Pajak",)),),
        services=("Layanan Kesehatan",),
        until=date(2027, 5, 27),
        offline=True,
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
    "logout": lambda: pages.LogoutPage(
        action="/logout",
        agency=EDUCATION,
        citizen_name="Suharto",
        services=("Layanan Pendidikan", "Layanan Pajak"),
    ),
    "logged-out": lambda: pages.LoggedOutPage(
        reports=(
            pages.LogoutReport("Layanan Pendidikan", "done"),
            pages.LogoutReport("Layanan Pajak", "waiting"),
            pages.LogoutReport("Jaminan Kesehatan", "failed"),
        ),
        continue_url="https://education.example/",
        continue_label="Kembali ke Layanan Pendidikan",
        refresh_url="/logged-out/1",
        sign_in_url="/me",
    ),
    "logged-out-frames": lambda: pages.LoggedOutPage(
        reports=(
            pages.LogoutReport("Layanan Pendidikan", "done"),
            pages.LogoutReport("Layanan Pajak", "asked"),
        ),
        frames=("about:blank",),
        next_url="http://localhost/p/login",
    ),
    "error": lambda: pages.ErrorPage(
        code="invalid_request",
        title="Permintaan dari layanan ini tidak lengkap",
        text="Ini bukan kesalahan Anda. Kembalilah ke layanan tadi dan coba masuk sekali lagi.",
        description="redirect_uri is not registered",
        trace_id="0af7651916cd43dd8448eb211c80319c",
        ways=(
            Way("Ke Akun saya", "/me"),
            Way("Hubungi bantuan", "/help#contact", "Setiap hari, 07.00-21.00 WIB"),
        ),
    ),
    "form-post": lambda: pages.FormPostPage(
        action="https://education.example/callback",
        fields=(("code", "c1"), ("state", "<s>")),
        agency=EDUCATION,
    ),
    "help": lambda: pages.HelpPage(support_email="bantuan@gerbang.example", support_phone="+62211500000"),
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
    "account": lambda: pages.AccountHomePage(
        citizen_name="Siti Aminah Kusumawardhani",
        data_count=14,
        service_count=3,
        session_count=2,
        last_event="Masuk ke Layanan Pendidikan",
        last_event_at=NOW,
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
        groups=(
            pages.DataGroup(
                "Identitas",
                (
                    pages.DataLine(
                        "Nama lengkap", "Siti Aminah", "Kependudukan", verified_on=date(2026, 3, 3)
                    ),
                    pages.DataLine(
                        "NIK", "9901015505900001", "Kependudukan", date(2026, 3, 3), sensitive=True
                    ),
                ),
            ),
            pages.DataGroup("Kontak", (pages.DataLine("Nomor ponsel", "", "Anda sendiri"),)),
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
    "account-history": lambda: pages.AccountHistoryPage(
        citizen_name="Siti",
        events=(
            pages.HistoryLine(NOW, "Masuk ke Layanan Pendidikan", "Chrome di Android, Bandung", "sign_in"),
            pages.HistoryLine(NOW, "Izin diberikan kepada Layanan Pendidikan", "9 keterangan", "consent"),
            pages.HistoryLine(NOW, "Satu kode pemulihan dipakai", kind="security"),
        ),
        pagination=Pagination(2, 3, "/me/history?page=1", "/me/history?page=3"),
    ),
    "account-history-empty": lambda: pages.AccountHistoryPage(citizen_name="Siti", events=()),
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

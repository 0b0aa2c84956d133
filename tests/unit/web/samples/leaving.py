"""Signing out, errors and help."""

from __future__ import annotations

from collections.abc import Callable

from idp.web import pages
from idp.web.pages import Page, Way
from tests.unit.web.samples.parts import EDUCATION

SAMPLES: dict[str, Callable[[], Page]] = {
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
}

"""Consents given: what was left out, receipts, and who used the data."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from idp.web import pages
from idp.web.pages import Page, Pagination
from tests.unit.web.samples.parts import ADDRESS, EDUCATION, HEALTH, NOW, PHONE

SAMPLES: dict[str, Callable[[], Page]] = {
    "account-service-add": lambda: pages.AccountServiceAddPage(
        citizen_name="Siti",
        service=EDUCATION,
        action="/posted",
        back_url="/me/services/1",
        optional=(PHONE, ADDRESS),
        errors=(pages.FieldError("claim", "Centang yang ingin Anda tambahkan."),),
    ),
    "account-receipts": lambda: pages.AccountReceiptsPage(
        citizen_name="Siti",
        service=EDUCATION.name,
        check_url="https://id.example/receipts/check",
        lines=(
            pages.ReceiptLine(
                EDUCATION.name, NOW, date(2027, 5, 27), "standing", ("NIK", "Nama lengkap"), "/me/receipts/1"
            ),
            pages.ReceiptLine(EDUCATION.name, NOW, date(2026, 5, 27), "withdrawn", (), "/me/receipts/2"),
        ),
    ),
    "account-uses": lambda: pages.AccountUsesPage(
        citizen_name="Siti",
        lines=(
            pages.UseLine(
                "1",
                NOW,
                "Layanan Pajak",
                "Direktorat Jenderal Pajak",
                (
                    pages.UsedField(
                        "NPWP",
                        "/me/uses/npwp",
                        "Menghitung pajak",
                        "Diwajibkan undang-undang",
                        "Direktorat Jenderal Pajak",
                    ),
                    pages.UsedField("Nama lengkap", "/me/uses/name"),
                ),
                occasion="saat layanan meminta data",
                on_behalf_of="Layanan Bantuan",
            ),
            pages.UseLine(
                "2",
                NOW,
                EDUCATION.name,
                "Dinas Pendidikan",
                (pages.UsedField("NIP", "/me/uses/nip"),),
                refused=True,
                reason="tidak ada perjanjian antarlembaga yang berlaku",
            ),
        ),
        readers=(pages.UseReader("Layanan Pajak", 12, NOW), pages.UseReader(HEALTH.name, 1, NOW)),
        agencies=(pages.UseOption("tax", "Direktorat Jenderal Pajak", chosen=True),),
        fields=(pages.UseOption("npwp", "NPWP"), pages.UseOption("name", "Nama lengkap")),
        month="2026-11",
        action="/me/uses",
        filtered=True,
        json_url="/me/uses/download.json?agency=tax",
        pdf_url="/me/uses/download.pdf?agency=tax",
        total=2,
        pagination=Pagination(1, 3, "", "/me/uses?page=2"),
    ),
    "account-uses-field": lambda: pages.AccountUsesPage(
        citizen_name="Siti", lines=(), about="NPWP", action="/me/uses/npwp"
    ),
    "account-receipts-empty": lambda: pages.AccountReceiptsPage(citizen_name="Siti", lines=()),
    "receipt-check": lambda: pages.ReceiptCheckPage(
        action="/receipts/check", jwks_url="https://id.example/jwks"
    ),
    "receipt-check-refused": lambda: pages.ReceiptCheckPage(
        action="/receipts/check", jwks_url="https://id.example/jwks", receipt="a.b.c", refused=True
    ),
    "receipt-check-valid": lambda: pages.ReceiptCheckPage(
        action="/receipts/check",
        jwks_url="https://id.example/jwks",
        receipt="a.b.c",
        reading=pages.ReceiptReading(
            agency="Dinas Pendidikan",
            service=EDUCATION.name,
            granted=("Nomor ponsel",),
            told=("NIK", "Nama lengkap"),
            declined=("Alamat email",),
            given_at=NOW,
            until=NOW,
            over=True,
            withdrawn_at=NOW,
            language="id",
            text_version="2026-11-24",
            id="7f0c1b2a-0000-4000-8000-000000000000",
            kid="k1",
            published=False,
            purposes=(("NIK", "mencocokkan data siswa", "Diwajibkan undang-undang"),),
        ),
    ),
}

"""The public catalogue: everything, nothing found, an attribute that many read and one that nobody does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from idp.web.pages import Page
from idp.web.pages.admin import Badge, Option
from idp.web.pages.catalogue import (
    AttributeLine,
    AttributePage,
    CataloguePage,
    CodeLine,
    OwnerGroup,
    ReaderLine,
    VersionLine,
)

OWNERS = (Option("tax", "Direktorat Jenderal Pajak"), Option("education", "Data pendidikan"))
KINDS = (Option("general", "Umum"), Option("specific", "Spesifik"))
LEVELS = (("SD", "Sekolah dasar"), ("S1", "Sarjana"), ("profesi", "Pendidikan profesi"))
GROUPS = (
    OwnerGroup(
        "population_registry",
        "Data kependudukan (Dukcapil)",
        (
            AttributeLine(
                "name", "/catalogue/name", "Nama lengkap", "Nama lengkap seperti di KTP.", Badge("Umum")
            ),
            AttributeLine(
                "nik",
                "/catalogue/nik",
                "NIK",
                "Nomor Induk Kependudukan, 16 angka. Hanya bila hukum mewajibkan; selain itu pakai kode rujukan.",
                Badge("Terbatas", "warn"),
            ),
        ),
    ),
    OwnerGroup(
        "health",
        "Data jaminan kesehatan",
        (
            AttributeLine(
                "bpjs_number",
                "/catalogue/bpjs_number",
                "Nomor BPJS Kesehatan",
                "Nomor kartu Jaminan Kesehatan Nasional, 13 angka.",
                Badge("Spesifik", "bad"),
                published=True,
            ),
            AttributeLine(
                "satusehat_ihs",
                "/catalogue/satusehat_ihs",
                "Nomor SATUSEHAT",
                "Nomor pasien di SATUSEHAT, dipakai antarfasilitas kesehatan.",
                Badge("Spesifik", "bad"),
            ),
        ),
        "Badan Jaminan Kesehatan (contoh)",
        by_agreement=True,
    ),
)


def attribute(**changes: object) -> AttributePage:
    """Make the page of an attribute."""
    values: dict[str, object] = {
        "name": "highest_education",
        "label": "Pendidikan terakhir",
        "meaning": "Jenjang pendidikan tertinggi yang sudah lulus.",
        "owner": "Data pendidikan",
        "publisher": "Kementerian Pendidikan (contoh)",
        "by_agreement": True,
        "asking": '{"userinfo": {"highest_education": null}}',
        "scope": "education",
        "kind": "teks",
        "sensitivity": Badge("Umum"),
        "sensitivity_note": "Data pribadi umum (UU PDP Pasal 4 ayat 3).",
        "law": "UU 20/2003 tentang Sistem Pendidikan Nasional",
        "fresh_days": 365,
        "example": '"S1"',
        "schema": "urn:gerbang:claim:v1:highest_education",
        "codes": tuple(CodeLine(*level) for level in LEVELS),
        "readers": (
            ReaderLine(
                "Badan Kepegawaian (contoh)",
                "Memperbarui riwayat pendidikan pegawai tanpa fotokopi ijazah",
                "persetujuan",
                "UU 27/2022 Pasal 20 ayat (2) huruf a",
                date(2028, 11, 24),
                365,
            ),
            ReaderLine(
                "Badan Perizinan Usaha (contoh)",
                "Menawarkan pelatihan",
                "hukum",
                "PP 1/2030",
                date(2027, 1, 1),
                0,
            ),
        ),
        "versions": (
            VersionLine(2, date(2027, 1, 1), "Jenjang profesi ditambahkan."),
            VersionLine(1, date(2026, 11, 24), "Terbit pertama kali."),
        ),
    }
    return AttributePage(**values | changes)  # type: ignore[arg-type]


SAMPLES: dict[str, Callable[[], Page]] = {
    "catalogue": lambda: CataloguePage(groups=GROUPS, total=4, owners=OWNERS, sensitivities=KINDS),
    "catalogue-nothing": lambda: CataloguePage(
        groups=(), total=0, text="nomor sepatu", owners=OWNERS, sensitivities=KINDS, filtered=True
    ),
    "catalogue-attribute": attribute,
    "catalogue-attribute-held-here": lambda: attribute(
        name="id_address",
        label="Alamat sesuai KTP",
        owner="Data kependudukan (Dukcapil)",
        publisher="",
        by_agreement=False,
        example='{\n  "street_address": "Jalan Kaliurang 12",\n  "rt": "003"\n}',
        codes=(),
        readers=(),
        fresh_days=None,
    ),
}

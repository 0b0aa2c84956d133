"""Attributes the gate itself holds: what a citizen says of themselves, and what belongs to their account."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from idp.protocol.oidc.attributes.entry import Code, Entry

OWN: Final = "UU 27/2022 Pasal 20 ayat (2) huruf a"
YEAR_AND_HALF: Final = 540

ENTRIES: Final[Mapping[str, Entry]] = {
    "given_name": Entry(
        "Bagian depan nama, hanya bila warga sendiri memisahkannya.",
        "The first part of the name, only where the citizen separates it.",
        OWN,
        "Siti",
    ),
    "family_name": Entry(
        "Nama keluarga atau marga, hanya bila warga memilikinya; banyak orang Indonesia tidak.",
        "The family name or clan, only where the citizen has one; many Indonesians do not.",
        OWN,
        "Sinaga",
    ),
    "middle_name": Entry(
        "Bagian tengah nama, hanya bila warga sendiri memisahkannya.",
        "The middle part of the name, only where the citizen separates it.",
        OWN,
        "Nur",
    ),
    "nickname": Entry(
        "Nama panggilan sehari-hari menurut warga.",
        "What the citizen is called every day, as they say.",
        OWN,
        "Ita",
    ),
    "preferred_username": Entry(
        "Nama singkat untuk ditampilkan; boleh berubah dan bukan pengenal orang.",
        "A short name to show; it may change and identifies nobody.",
        OWN,
        "siti.rahayu",
    ),
    "profile": Entry(
        "Alamat halaman profil yang dibuat warga sendiri.",
        "The address of a profile page the citizen made.",
        OWN,
        "https://contoh.id/siti",
        schema={"format": "uri"},
    ),
    "picture": Entry(
        "Alamat foto yang dipasang warga; tidak dipakai untuk memeriksa wajah.",
        "The address of a picture the citizen put up; never used to check a face.",
        OWN,
        "https://contoh.id/siti.jpg",
        schema={"format": "uri"},
    ),
    "website": Entry(
        "Alamat situs web warga.",
        "The address of the citizen's website.",
        OWN,
        "https://contoh.id",
        schema={"format": "uri"},
    ),
    "locale": Entry(
        "Bahasa yang dipilih warga untuk halaman dan surat.",
        "The language the citizen chose for pages and letters.",
        OWN,
        "id",
        codes=(
            Code("id", "Bahasa Indonesia", "Indonesian"),
            Code("en", "Bahasa Inggris", "English"),
            Code("jv", "Bahasa Jawa", "Javanese"),
            Code("su", "Bahasa Sunda", "Sundanese"),
        ),
    ),
    "zoneinfo": Entry(
        "Zona waktu tempat tinggal warga.",
        "The time zone the citizen lives in.",
        OWN,
        "Asia/Jakarta",
        codes=(
            Code("Asia/Jakarta", "Waktu Indonesia Barat", "Western Indonesia"),
            Code("Asia/Pontianak", "Waktu Indonesia Barat, Kalimantan", "Western Indonesia, Kalimantan"),
            Code("Asia/Makassar", "Waktu Indonesia Tengah", "Central Indonesia"),
            Code("Asia/Jayapura", "Waktu Indonesia Timur", "Eastern Indonesia"),
        ),
    ),
    "updated_at": Entry(
        "Saat data akun terakhir berubah, dalam detik sejak 1 Januari 1970 UTC.",
        "When the account's data last changed, in seconds since 1 January 1970 UTC.",
        OWN,
        1795500000,
        schema={"minimum": 0},
    ),
    "email": Entry(
        "Alamat email yang dipilih warga untuk layanan ini.",
        "The email address the citizen chose for this service.",
        OWN,
        "siti@contoh.id",
        YEAR_AND_HALF,
        schema={"format": "email"},
    ),
    "email_verified": Entry(
        "Warga membuktikan bahwa ia menerima surat di alamat email itu.",
        "The citizen proved that they receive letters at that email address.",
        OWN,
        True,
        YEAR_AND_HALF,
    ),
    "phone_number": Entry(
        "Nomor telepon yang dipilih warga untuk layanan ini, dengan kode negara.",
        "The phone number the citizen chose for this service, with its country code.",
        OWN,
        "+6281234567890",
        YEAR_AND_HALF,
        schema={"pattern": "^\\+[0-9]{6,15}$"},
    ),
    "phone_number_verified": Entry(
        "Warga membuktikan bahwa ia memegang nomor telepon itu.",
        "The citizen proved that they hold that phone number.",
        OWN,
        True,
        YEAR_AND_HALF,
    ),
}

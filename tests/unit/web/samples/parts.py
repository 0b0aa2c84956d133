"""What several samples are made of."""

from __future__ import annotations

from datetime import UTC, date, datetime

import segno

from idp.web.pages import Agency, ClaimLine, ContactChoice, ContactOption

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
EMAIL_CHOICE = ContactChoice(
    "email",
    "email_contact",
    (
        ContactOption("1", "siti@contoh.id", primary=True),
        ContactOption("2", "siti@kantor.id", chosen=True),
    ),
)

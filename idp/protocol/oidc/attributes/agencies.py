"""Attributes that agencies own and publish to others under agreements."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from idp.protocol.oidc.attributes.entry import Code, Entry, digits, members

LEVELS: Final = (
    Code("SD", "Sekolah dasar", "Primary school"),
    Code("SMP", "Sekolah menengah pertama", "Junior secondary school"),
    Code("SMA", "Sekolah menengah atas", "Senior secondary school"),
    Code("SMK", "Sekolah menengah kejuruan", "Vocational secondary school"),
    Code("D1", "Diploma satu", "One-year diploma"),
    Code("D2", "Diploma dua", "Two-year diploma"),
    Code("D3", "Diploma tiga", "Three-year diploma"),
    Code("D4", "Diploma empat atau sarjana terapan", "Applied bachelor"),
    Code("S1", "Sarjana", "Bachelor"),
    Code("profesi", "Pendidikan profesi", "Professional qualification"),
    Code("S2", "Magister", "Master"),
    Code("S3", "Doktor", "Doctorate"),
)
KINDS: Final = (
    Code("PNS", "Pegawai negeri sipil", "Permanent civil servant"),
    Code(
        "PPPK",
        "Pegawai pemerintah dengan perjanjian kerja",
        "Government employee on a contract",
    ),
)
ROLES: Final = ("owner", "director", "commissioner", "authorised")
TAX_LAW: Final = "UU 28/2007 tentang Ketentuan Umum Perpajakan Pasal 2; PMK 112/PMK.03/2022"
SCHOOL_LAW: Final = "UU 20/2003 tentang Sistem Pendidikan Nasional"
ASN_LAW: Final = "UU 20/2023 tentang Aparatur Sipil Negara"
HALF_MONTH, MONTH, QUARTER, YEAR, DECADE = 15, 30, 90, 365, 3650

ENTRIES: Final[Mapping[str, Entry]] = {
    "npwp": Entry(
        "Nomor Pokok Wajib Pajak, 16 angka; bagi orang pribadi sama dengan NIK.",
        "The taxpayer number, 16 digits; for natural persons it equals the NIK.",
        TAX_LAW,
        "9971041206900001",
        YEAR,
        schema=digits(16),
    ),
    "npwp_branch": Entry(
        "Kode kantor pajak tempat wajib pajak terdaftar, tiga angka.",
        "The code of the tax office in charge, three digits.",
        TAX_LAW,
        "541",
        QUARTER,
        schema=digits(3),
    ),
    "nisn": Entry(
        "Nomor Induk Siswa Nasional, sepuluh angka, tetap seumur hidup.",
        "The national student number, ten digits, for life.",
        SCHOOL_LAW,
        "0013940017",
        DECADE,
        schema=digits(10),
    ),
    "highest_education": Entry(
        "Jenjang pendidikan tertinggi yang sudah lulus.",
        "The highest level of education completed.",
        SCHOOL_LAW,
        "S1",
        YEAR,
        codes=LEVELS,
    ),
    "diploma": Entry(
        "Ijazah yang sudah terbit, langsung dari data sekolah dan kampus: tidak perlu fotokopi.",
        "Diplomas that were awarded, from the records of schools and universities: no photocopy needed.",
        f"{SCHOOL_LAW} Pasal 61",
        [
            {
                "level": "S1",
                "programme": "Pendidikan Guru Sekolah Dasar",
                "institution": "Universitas Tembalang (contoh)",
                "number": "861062016000123",
                "awarded_on": "2016-08-24",
            }
        ],
        YEAR,
        schema={
            "items": {
                "type": "object",
                **members(
                    ("level", "institution"),
                    level={"enum": [code.value for code in LEVELS]},
                    programme=None,
                    institution=None,
                    number=None,
                    awarded_on={"format": "date"},
                ),
            }
        },
    ),
    "bpjs_number": Entry(
        "Nomor kartu Jaminan Kesehatan Nasional, 13 angka.",
        "The number of the national health insurance card, 13 digits.",
        "UU 24/2011 tentang Badan Penyelenggara Jaminan Sosial",
        "0001260000011",
        MONTH,
        schema=digits(13),
    ),
    "satusehat_ihs": Entry(
        "Nomor pasien di SATUSEHAT, dipakai antarfasilitas kesehatan.",
        "The patient number in SATUSEHAT, used between health facilities.",
        "Permenkes 24/2022 tentang Rekam Medis",
        "P02478300000",
        DECADE,
        schema={"pattern": "^P[0-9]{11}$"},
    ),
    "org": Entry(
        "Usaha yang boleh diwakili warga, dengan NIB dan perannya.",
        "A business the citizen may act for, with its licence number and their role.",
        "PP 28/2025 tentang Penyelenggaraan Perizinan Berusaha Berbasis Risiko",
        {
            "id": "nib-1203230045671",
            "nib": "1203230045671",
            "legal_name": "Dapur Ani",
            "role": "owner",
            "valid_until": "2029-11-30",
        },
        MONTH,
        schema=members(
            ("id", "legal_name"),
            id=None,
            nib=digits(13),
            legal_name=None,
            role={"enum": list(ROLES)},
            valid_until={"format": "date"},
        ),
    ),
    "nip": Entry(
        "Nomor Induk Pegawai, 18 angka; berlaku selama masih pegawai dan bukan pengenal orang.",
        "The civil servant number, 18 digits; valid while in service and no key for a person.",
        ASN_LAW,
        "198503122010012003",
        QUARTER,
        schema=digits(18),
    ),
    "employment_kind": Entry(
        "Jenis kepegawaian: tetap atau dengan perjanjian kerja.",
        "The kind of employment: permanent or on a contract.",
        ASN_LAW,
        "PNS",
        QUARTER,
        codes=KINDS,
    ),
    "agency": Entry(
        "Instansi pemerintah tempat warga bekerja.",
        "The government agency the citizen works for.",
        ASN_LAW,
        "Pemerintah Kota Surabaya",
        MONTH,
    ),
    "unit": Entry(
        "Unit kerja di instansi itu.",
        "The unit within that agency.",
        ASN_LAW,
        "Dinas Pendidikan",
        MONTH,
    ),
    "position": Entry(
        "Jabatan menurut surat keputusan terakhir.",
        "The position by the latest decree.",
        ASN_LAW,
        "Guru Kelas Ahli Pertama",
        MONTH,
    ),
    "is_civil_servant": Entry(
        "Ya atau tidak: warga sekarang pegawai negeri. Nomor, instansi, dan jabatannya tidak ikut dikirim.",
        "Yes or no: the citizen is a civil servant now. Number, agency and position are not sent.",
        ASN_LAW,
        True,
        QUARTER,
    ),
}

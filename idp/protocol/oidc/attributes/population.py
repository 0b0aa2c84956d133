"""Attributes of the population registry, and answers that are derived from them so that less has to leave."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from idp.protocol.oidc.attributes.entry import Code, Entry, digits, members

LAW: Final = "UU 24/2013 tentang Administrasi Kependudukan"
NIK_LAW: Final = "UU 24/2013 Pasal 13; Perpres 83/2021"
MONTH, YEAR = 30, 365
REGENCY: Final = {"pattern": "^[0-9]{2}\\.[0-9]{2}$"}
PROVINCE: Final = {"pattern": "^[0-9]{2}$"}
KTP_ADDRESS: Final[Mapping[str, Any]] = {
    "street_address": "Jalan Kaliurang 12",
    "rt": "003",
    "rw": "012",
    "village_code": "34.04.07.2001",
    "village": "Caturtunggal",
    "district_code": "34.04.07",
    "district": "Depok",
    "regency_code": "34.04",
    "regency": "Kabupaten Sleman",
    "province_code": "34",
    "province": "DI Yogyakarta",
    "postal_code": "55281",
    "kind": "ktp",
}


def _age(years: int) -> Entry:
    return Entry(
        f"Ya atau tidak: warga sudah berumur {years} tahun. Tanggal lahirnya tidak ikut dikirim.",
        f"Yes or no: the citizen is {years} or older. The date of birth is not sent.",
        LAW,
        True,
        1,
    )


ENTRIES: Final[Mapping[str, Entry]] = {
    "name": Entry(
        "Nama lengkap seperti di KTP, dalam satu isian.",
        "The full name as on the identity card, in one field.",
        LAW,
        "Siti Rahayu",
        YEAR,
    ),
    "birthdate": Entry(
        "Tanggal lahir menurut akta. Untuk memeriksa umur, minta jawaban ya atau tidak saja.",
        "The date of birth on record. To check an age, ask for a yes or no instead.",
        LAW,
        "1991-04-17",
        YEAR,
    ),
    "place_of_birth": Entry(
        "Tempat lahir menurut akta.",
        "The place of birth on record.",
        LAW,
        {"locality": "Semarang", "region": "Jawa Tengah", "country": "IDN"},
        YEAR,
        schema=members(locality=None, region=None, country={"pattern": "^[A-Z]{2,3}$"}),
    ),
    "age_over_17": _age(17),
    "age_over_21": _age(21),
    "age_over_60": _age(60),
    "gender": Entry(
        "Jenis kelamin menurut KTP.",
        "The gender on the identity card.",
        LAW,
        "female",
        YEAR,
        codes=(Code("female", "Perempuan", "Female"), Code("male", "Laki-laki", "Male")),
    ),
    "nationalities": Entry(
        "Kewarganegaraan, dengan kode negara tiga huruf ISO 3166.",
        "Nationalities, as three-letter ISO 3166 country codes.",
        LAW,
        ["IDN"],
        YEAR,
        schema={"items": {"type": "string", "pattern": "^[A-Z]{3}$"}},
    ),
    "title": Entry(
        "Gelar atau sapaan resmi, seperti Dr.", "A title or formal address, such as Dr.", LAW, "Dr.", YEAR
    ),
    "title_prefix": Entry(
        "Gelar yang ditulis di depan nama.", "A title written before the name.", LAW, "dr.", YEAR
    ),
    "title_suffix": Entry(
        "Gelar yang ditulis di belakang nama.", "A title written after the name.", LAW, "S.Pd.", YEAR
    ),
    "address": Entry(
        "Alamat untuk surat, dalam bentuk baku OpenID.",
        "The address for letters, in OpenID's standard form.",
        LAW,
        {
            "formatted": "Jalan Kaliurang 12\nCaturtunggal, Depok\nKabupaten Sleman\nDI Yogyakarta 55281\nIndonesia",
            "street_address": "Jalan Kaliurang 12",
            "locality": "Kabupaten Sleman",
            "region": "DI Yogyakarta",
            "postal_code": "55281",
            "country": "ID",
        },
        MONTH,
        schema=members(
            formatted=None,
            street_address=None,
            locality=None,
            region=None,
            postal_code=digits(5),
            country=None,
        ),
    ),
    "id_address": Entry(
        "Alamat sesuai KTP sampai RT dan RW, dengan kode wilayah Kemendagri.",
        "The address on the identity card down to the neighbourhood, with the official region codes.",
        LAW,
        dict(KTP_ADDRESS),
        MONTH,
        schema=members(
            street_address=None,
            rt=None,
            rw=None,
            village_code=None,
            village=None,
            district_code=None,
            district=None,
            regency_code=REGENCY,
            regency=None,
            province_code=PROVINCE,
            province=None,
            postal_code=digits(5),
            kind={"enum": ["ktp", "domicile"]},
            valid_from={"format": "date"},
        ),
    ),
    "regency_code": Entry(
        "Kode kabupaten atau kota tempat tinggal menurut KTP.",
        "The code of the regency or city on the identity card.",
        LAW,
        "34.04",
        MONTH,
        schema=REGENCY,
    ),
    "province_code": Entry(
        "Kode provinsi tempat tinggal menurut KTP.",
        "The code of the province on the identity card.",
        LAW,
        "34",
        MONTH,
        schema=PROVINCE,
    ),
    "lives_in_regency": Entry(
        "Ya atau tidak: warga tinggal di kabupaten atau kota yang ditanyakan. Alamatnya tidak ikut dikirim.",
        "Yes or no: the citizen lives in the regency or city that is asked about. The address is not sent.",
        LAW,
        True,
        MONTH,
    ),
    "lives_in_province": Entry(
        "Ya atau tidak: warga tinggal di provinsi yang ditanyakan. Alamatnya tidak ikut dikirim.",
        "Yes or no: the citizen lives in the province that is asked about. The address is not sent.",
        LAW,
        True,
        MONTH,
    ),
    "nik": Entry(
        "Nomor Induk Kependudukan, 16 angka. Hanya bila hukum mewajibkan; selain itu pakai kode rujukan.",
        "The national identity number, 16 digits. Only where law demands it; use the reference otherwise.",
        NIK_LAW,
        "9971041206900001",
        schema=digits(16),
    ),
    "nik_ref": Entry(
        "Kode yang selalu sama untuk satu orang di satu instansi, pengganti NIK.",
        "A code that stays the same for one person at one agency, in place of the NIK.",
        NIK_LAW,
        "kq3Z0vC1dXw9TnYbL5rUa7Hs",
        schema={"minLength": 24, "maxLength": 24},
    ),
    "family_card_number": Entry(
        "Nomor Kartu Keluarga, 16 angka.",
        "The number of the family card, 16 digits.",
        NIK_LAW,
        "9971040101100001",
        MONTH,
        schema=digits(16),
    ),
    "family_relation": Entry(
        "Kedudukan warga dalam kartu keluarga.",
        "The citizen's place on the family card.",
        LAW,
        "spouse",
        MONTH,
        codes=(
            Code("head", "Kepala keluarga", "Head of the family"),
            Code("spouse", "Suami atau istri", "Spouse"),
            Code("child", "Anak", "Child"),
            Code("parent", "Orang tua", "Parent"),
            Code("other", "Lainnya", "Other"),
        ),
    ),
    "dependants": Entry(
        "Anggota keluarga yang ditanggung. Data anak, jadi dijaga lebih ketat.",
        "Family members the citizen provides for. Data of children, so guarded more closely.",
        "UU 24/2013; UU 27/2022 Pasal 4 dan 25",
        [{"sub_ref": "b1", "name": "Bagas", "relation": "child"}],
        MONTH,
        schema={"items": {"type": "object", **members(sub_ref=None, name=None, relation=None)}},
    ),
}

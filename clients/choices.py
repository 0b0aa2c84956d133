"""Answers that several forms offer, and the address block they share."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

from clients.prefill import Field, Section

GENDERS = (("female", _("Perempuan")), ("male", _("Laki-laki")))
FAMILY_RELATIONS = (
    ("head", _("Kepala keluarga")),
    ("spouse", _("Suami atau istri")),
    ("child", _("Anak")),
    ("parent", _("Orang tua")),
    ("other", _("Lainnya")),
)

NAME = Field("name", _("Nama lengkap"), claim="name", autocomplete="name")
NIK_REF = Field("nik_ref", _("Rujukan NIK"), claim="nik_ref", required=False)
BIRTHDATE = Field("birthdate", _("Tanggal lahir"), claim="birthdate", kind="date", autocomplete="bday")
GENDER = Field("gender", _("Jenis kelamin"), claim="gender", kind="choice", choices=GENDERS)
PHONE = Field(
    "phone_number", _("Nomor telepon"), claim="phone_number", kind="tel", required=False, autocomplete="tel"
)
EMAIL = Field("email", _("Alamat email"), claim="email", kind="email", required=False, autocomplete="email")
NICKNAME = Field("nickname", _("Nama panggilan"), claim="nickname", required=False, autocomplete="nickname")
NPWP = Field("npwp", _("NPWP"), claim="npwp", longest=16)
HIGHEST_EDUCATION = Field(
    "highest_education", _("Pendidikan terakhir"), claim="highest_education", required=False, longest=40
)

ADDRESS = Section(
    _("Alamat sesuai KTP"),
    (
        Field("street_address", _("Jalan atau dusun"), claim="id_address.street_address"),
        Field("rt", _("RT"), claim="id_address.rt", required=False, longest=3),
        Field("rw", _("RW"), claim="id_address.rw", required=False, longest=3),
        Field("village", _("Desa atau kelurahan"), claim="id_address.village"),
        Field("district", _("Kecamatan"), claim="id_address.district"),
        Field("locality", _("Kabupaten atau kota"), claim="address.locality"),
        Field("region", _("Provinsi"), claim="address.region"),
        Field("postal_code", _("Kode pos"), claim="address.postal_code", required=False, longest=5),
    ),
)
CONTACT = Section(_("Kontak"), (PHONE, EMAIL))

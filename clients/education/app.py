"""The education agency: enrolment in a course that leads to a diploma."""

from __future__ import annotations

from pathlib import Path

from flask_babel import lazy_gettext as _

from clients.agency import Agency
from clients.choices import ADDRESS, BIRTHDATE, CONTACT, GENDER, NAME, NICKNAME, NIK_REF
from clients.prefill import Field, Form, Section

PROGRAMMES = (
    ("paket_c", _("Paket C (setara SMA)")),
    ("diploma", _("Diploma")),
    ("sarjana", _("Sarjana")),
    ("kursus", _("Kursus keterampilan")),
)

AGENCY = Agency(
    folder=Path(__file__).parent,
    accent="#1f5fa8",
    accent_dark="#8cc1ff",
    welcome=_("Daftar sekolah dan kursus"),
    lead=_("Pendaftaran peserta didik baru tahun ajaran 2027. Tanpa fotokopi, tanpa legalisir."),
    thanks=_("Kami memeriksa pendaftaran Anda dan memberi kabar dalam tujuh hari kerja."),
    form=Form(
        name="enrolment",
        title=_("Pendaftaran peserta didik"),
        lead=_("Periksa data Anda, lalu pilih program."),
        submit=_("Kirim pendaftaran"),
        sections=(
            Section(
                _("Data diri"),
                (
                    NAME,
                    NIK_REF,
                    BIRTHDATE,
                    Field("place_of_birth", _("Tempat lahir"), claim="place_of_birth.locality"),
                    GENDER,
                    NICKNAME,
                    Field(
                        "bpjs_number",
                        _("Nomor BPJS Kesehatan"),
                        claim="bpjs_number",
                        required=False,
                        longest=13,
                    ),
                ),
            ),
            ADDRESS,
            CONTACT,
            Section(
                _("Program"),
                (
                    Field("programme", _("Program yang dipilih"), kind="choice", choices=PROGRAMMES),
                    Field("school", _("Sekolah atau kampus tujuan")),
                    Field(
                        "needs",
                        _("Kebutuhan khusus"),
                        kind="longtext",
                        required=False,
                        hint=_("Misalnya kursi roda, juru bahasa isyarat, huruf besar."),
                        longest=500,
                    ),
                ),
            ),
        ),
    ),
)

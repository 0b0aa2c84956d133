"""The health agency: membership of the health insurance."""

from __future__ import annotations

from pathlib import Path

from flask_babel import lazy_gettext as _

from clients.agency import Agency
from clients.choices import ADDRESS, BIRTHDATE, CONTACT, FAMILY_RELATIONS, GENDER, NAME, NICKNAME, NIK_REF
from clients.prefill import Field, Form, Section

CLASSES = (("1", _("Kelas 1")), ("2", _("Kelas 2")), ("3", _("Kelas 3")))

AGENCY = Agency(
    folder=Path(__file__).parent,
    accent="#0f766e",
    accent_dark="#6fdccf",
    welcome=_("Jaminan kesehatan untuk keluarga"),
    lead=_("Daftar menjadi peserta dan pilih puskesmas atau klinik terdekat."),
    thanks=_("Kartu peserta digital Anda siap dalam satu hari kerja."),
    form=Form(
        name="membership",
        title=_("Pendaftaran peserta"),
        lead=_("Periksa data Anda, lalu pilih tempat berobat."),
        submit=_("Kirim pendaftaran"),
        sections=(
            Section(
                _("Data diri"),
                (
                    NAME,
                    NIK_REF,
                    BIRTHDATE,
                    GENDER,
                    NICKNAME,
                    Field(
                        "family_card_number",
                        _("Nomor kartu keluarga"),
                        claim="family_card_number",
                        longest=16,
                    ),
                    Field(
                        "family_relation",
                        _("Hubungan dalam keluarga"),
                        claim="family_relation",
                        kind="choice",
                        choices=FAMILY_RELATIONS,
                    ),
                ),
            ),
            Section(
                _("Pekerjaan"),
                (
                    Field(
                        "employment_kind",
                        _("Status kepegawaian"),
                        claim="employment_kind",
                        required=False,
                        hint=_("Hanya bagi pegawai negeri; iurannya dibayar instansi."),
                        longest=40,
                    ),
                    Field("agency", _("Instansi"), claim="agency", required=False),
                ),
            ),
            ADDRESS,
            CONTACT,
            Section(
                _("Layanan"),
                (
                    Field("clinic", _("Puskesmas atau klinik pilihan")),
                    Field("care_class", _("Kelas rawat"), kind="choice", choices=CLASSES),
                ),
            ),
        ),
    ),
)

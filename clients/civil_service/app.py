"""The civil-service agency: leave of PNS and PPPK; role and two factors are required by its registration."""

from __future__ import annotations

from pathlib import Path

from flask_babel import lazy_gettext as _

from clients.agency import Agency
from clients.choices import CONTACT, HIGHEST_EDUCATION, NAME, NPWP
from clients.prefill import Field, Form, Section

KINDS = (("PNS", _("PNS")), ("PPPK", _("PPPK")))
LEAVES = (
    ("annual", _("Cuti tahunan")),
    ("sick", _("Cuti sakit")),
    ("maternity", _("Cuti melahirkan")),
    ("important", _("Cuti karena alasan penting")),
)

AGENCY = Agency(
    folder=Path(__file__).parent,
    accent="#9b2743",
    accent_dark="#ff9fb3",
    welcome=_("Layanan bagi pegawai negeri"),
    lead=_("Pengajuan cuti PNS dan PPPK. Perlu masuk dengan dua langkah dan status pegawai aktif."),
    thanks=_("Permohonan diteruskan kepada atasan Anda."),
    form=Form(
        name="leave",
        title=_("Pengajuan cuti"),
        lead=_("Periksa data kepegawaian Anda, lalu isi rencana cuti."),
        submit=_("Ajukan cuti"),
        sections=(
            Section(
                _("Pegawai"),
                (
                    NAME,
                    Field("title_prefix", _("Gelar di depan nama"), claim="title_prefix", required=False),
                    Field("title_suffix", _("Gelar di belakang nama"), claim="title_suffix", required=False),
                    Field("nip", _("NIP"), claim="nip", longest=18),
                    Field(
                        "employment_kind",
                        _("Status kepegawaian"),
                        claim="employment_kind",
                        kind="choice",
                        choices=KINDS,
                    ),
                    Field("agency", _("Instansi"), claim="agency"),
                    Field("unit", _("Unit kerja"), claim="unit"),
                    Field("position", _("Jabatan"), claim="position"),
                    NPWP,
                ),
            ),
            Section(
                _("Pendidikan"),
                (
                    HIGHEST_EDUCATION,
                    Field("diploma", _("Ijazah"), claim="diploma", required=False, longest=500),
                ),
            ),
            CONTACT,
            Section(
                _("Cuti"),
                (
                    Field("leave_kind", _("Jenis cuti"), kind="choice", choices=LEAVES),
                    Field("first_day", _("Hari pertama"), kind="date"),
                    Field("last_day", _("Hari terakhir"), kind="date"),
                    Field("reason", _("Alasan"), kind="longtext", longest=500),
                ),
            ),
        ),
    ),
)

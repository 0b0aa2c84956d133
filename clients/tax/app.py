"""The tax agency: the annual return of a natural person."""

from __future__ import annotations

from pathlib import Path

from flask_babel import lazy_gettext as _

from clients.agency import Agency
from clients.choices import ADDRESS, BIRTHDATE, CONTACT, NAME
from clients.prefill import Field, Form, Section

STATUSES = (
    ("tk0", _("Tidak kawin, tanpa tanggungan")),
    ("k0", _("Kawin, tanpa tanggungan")),
    ("k1", _("Kawin, satu tanggungan")),
    ("k2", _("Kawin, dua tanggungan")),
    ("k3", _("Kawin, tiga tanggungan atau lebih")),
)

AGENCY = Agency(
    folder=Path(__file__).parent,
    accent="#9a5b00",
    accent_dark="#f5bf66",
    welcome=_("Lapor pajak tahunan"),
    lead=_("SPT Tahunan orang pribadi dalam beberapa menit. NIK Anda adalah nomor pajak Anda."),
    thanks=_("Simpan nomor ini sebagai bukti penerimaan."),
    form=Form(
        name="annual_return",
        title=_("SPT Tahunan 2026"),
        lead=_("Periksa data Anda, lalu isi penghasilan setahun."),
        submit=_("Kirim SPT"),
        sections=(
            Section(_("Wajib pajak"), (NAME, Field("nik", _("NIK"), claim="nik", longest=16), BIRTHDATE)),
            Section(
                _("Usaha, bila ada"),
                (
                    Field("business", _("Nama usaha"), claim="org.legal_name", required=False),
                    Field(
                        "nib", _("Nomor induk berusaha (NIB)"), claim="org.nib", required=False, longest=13
                    ),
                ),
            ),
            ADDRESS,
            CONTACT,
            Section(
                _("Penghasilan"),
                (
                    Field("income", _("Penghasilan bruto setahun (rupiah)"), kind="number"),
                    Field("withheld", _("Pajak yang sudah dipotong (rupiah)"), kind="number"),
                    Field("status", _("Status dan tanggungan"), kind="choice", choices=STATUSES),
                ),
            ),
        ),
    ),
)

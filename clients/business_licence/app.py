"""The licensing agency: a licence for a small business."""

from __future__ import annotations

from pathlib import Path

from flask_babel import lazy_gettext as _

from clients.agency import Agency
from clients.choices import ADDRESS, BIRTHDATE, CONTACT, HIGHEST_EDUCATION, NAME, NIK_REF, NPWP
from clients.prefill import Field, Form, Section

SCALES = (("micro", _("Usaha mikro")), ("small", _("Usaha kecil")), ("medium", _("Usaha menengah")))

AGENCY = Agency(
    folder=Path(__file__).parent,
    accent="#6b3fa0",
    accent_dark="#cbb0f5",
    welcome=_("Izin usaha dalam satu kunjungan"),
    lead=_("Untuk usaha mikro, kecil, dan menengah. Data pemilik sudah terisi, ceritakan usahanya saja."),
    thanks=_("Izin usaha berisiko rendah terbit hari ini juga; selain itu kami menghubungi Anda."),
    form=Form(
        name="licence",
        title=_("Permohonan izin usaha"),
        lead=_("Periksa data pemilik, lalu isi data usaha."),
        submit=_("Kirim permohonan"),
        sections=(
            Section(
                _("Pemilik"),
                (
                    NAME,
                    NIK_REF,
                    BIRTHDATE,
                    Field("nationalities", _("Kewarganegaraan"), claim="nationalities"),
                    NPWP,
                    HIGHEST_EDUCATION,
                ),
            ),
            ADDRESS,
            CONTACT,
            Section(
                _("Usaha"),
                (
                    Field("business_name", _("Nama usaha")),
                    Field(
                        "activity", _("Kegiatan usaha"), hint=_("Misalnya warung makan, bengkel, toko kain.")
                    ),
                    Field("scale", _("Skala usaha"), kind="choice", choices=SCALES),
                    Field("capital", _("Modal usaha (rupiah)"), kind="number"),
                ),
            ),
        ),
    ),
)

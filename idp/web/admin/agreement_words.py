"""Agreements in words: where they stand, what was done, what one may do, what is wrong with terms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flask_babel import gettext as _

from idp.domain.exchange.agreement_terms import LONGEST_RETENTION, LONGEST_TEXT, BadAgreement, Problem
from idp.domain.registry.changes import NotAllowed
from idp.protocol.oidc.catalogue import SOURCES
from idp.web import locale
from idp.web.pages import FieldError
from idp.web.pages.admin import Badge, Tone
from idp.web.pages.admin_agreements import Act

TONES: Mapping[str, Tone] = {
    "requested": "warn",
    "agreed": "warn",
    "in_force": "good",
    "suspended": "bad",
    "refused": "bad",
}


def standings() -> dict[str, str]:
    """Say where agreements stand."""
    return {
        "requested": _("Menunggu pemilik data"),
        "agreed": _("Menunggu Gerbang"),
        "in_force": _("Berlaku"),
        "suspended": _("Dihentikan sementara"),
        "expired": _("Masanya habis"),
        "ended": _("Berakhir"),
        "refused": _("Ditolak"),
    }


def badge(standing: str) -> Badge:
    """Say where one agreement stands."""
    return Badge(standings()[standing], TONES.get(standing, ""))


def note(standing: str, *, resume_asked: bool) -> str:
    """Say what that means for data and what happens next."""
    if standing == "suspended" and resume_asked:
        return str(
            _("Data tidak mengalir. Seseorang meminta agar berlaku lagi; orang kedua harus memastikannya.")
        )
    return str(
        {
            "requested": _(
                "Data belum mengalir. Pemilik data harus menyetujuinya dulu, lalu administrator nasional."
            ),
            "agreed": _(
                "Data belum mengalir. Administrator nasional yang tidak ikut meminta harus menyetujuinya."
            ),
            "in_force": _("Data boleh mengalir sampai hari terakhir."),
            "suspended": _("Data tidak mengalir sampai dua orang menjalankannya lagi."),
            "expired": _("Data tidak mengalir lagi. Minta perpanjangan bila masih perlu."),
            "ended": _("Data tidak mengalir lagi."),
            "refused": _("Data tidak pernah mengalir."),
        }[standing]
    )


def steps() -> dict[str, str]:
    """Say what was done."""
    return {
        "requested": _("Diminta"),
        "agreed": _("Disetujui pemilik data"),
        "in_force": _("Disetujui Gerbang: mulai berlaku"),
        "refused": _("Ditolak"),
        "taken_back": _("Permintaan ditarik"),
        "suspended": _("Dihentikan sementara"),
        "resume_asked": _("Diminta berlaku lagi"),
        "resumed": _("Berlaku lagi"),
        "end_asked": _("Diminta diakhiri"),
        "ended": _("Diakhiri"),
        "superseded": _("Digantikan perjanjian baru"),
    }


def parties() -> dict[str, str]:
    """Say for whom somebody acted."""
    return {"consumer": _("peminta"), "owner": _("pemilik data"), "platform": _("Gerbang")}


def acts(choices: Iterable[str], *, resume_asked: bool) -> tuple[Act, ...]:
    """Describe what one may do; renewing is a page of its own."""
    known = {
        "agree": Act(
            "agree",
            _("Setujui sebagai pemilik data"),
            _("Periksa tujuan, dasar hukum, dan lama simpannya. Setelah Anda, Gerbang yang memeriksa."),
            _("Setujui"),
        ),
        "approve": Act(
            "approve",
            _("Berlakukan"),
            _(
                "Periksa bahwa dasar hukumnya benar dan datanya sesedikit mungkin. Data boleh mengalir sejak sekarang."
            ),
            _("Berlakukan"),
        ),
        "resume": Act(
            "resume",
            _("Jalankan lagi"),
            _("Orang lain sudah memintanya. Bila Anda memastikannya, data mengalir lagi.")
            if resume_asked
            else _("Anda meminta; orang kedua dari Gerbang harus memastikannya."),
            _("Pastikan") if resume_asked else _("Minta berlaku lagi"),
        ),
        "suspend": Act(
            "suspend",
            _("Hentikan sementara"),
            _("Data berhenti mengalir saat ini juga. Dua orang diperlukan untuk menjalankannya lagi."),
            _("Hentikan sementara"),
            reasoned=True,
            grave=True,
        ),
        "refuse": Act(
            "refuse",
            _("Tolak"),
            _("Peminta membaca alasan Anda dan dapat meminta lagi dengan ketentuan lain."),
            _("Tolak"),
            reasoned=True,
            grave=True,
        ),
        "take_back": Act(
            "take_back",
            _("Tarik permintaan"),
            _("Permintaan ini tidak diputuskan lagi. Anda dapat meminta yang lain."),
            _("Tarik permintaan"),
            reasoned=True,
            grave=True,
        ),
        "end": Act(
            "end",
            _("Akhiri untuk selamanya"),
            _("Data berhenti mengalir saat ini juga, dan perjanjian ini tidak dapat dijalankan lagi."),
            _("Akhiri"),
            reasoned=True,
            grave=True,
        ),
    }
    return tuple(known[choice] for choice in choices if choice in known)


def not_allowed(error: NotAllowed) -> str:
    """Say why a step was not taken."""
    return str(
        {
            "same_person": _(
                "Orang lain yang harus melakukan ini: bukan yang meminta, bukan yang sudah menyetujui."
            ),
            "not_yours": _("Langkah ini milik pihak lain dalam perjanjian."),
            "owner_first": _(
                "Pemilik data yang menghentikannya, jadi pemilik data yang harus meminta lebih dulu."
            ),
            "wrong_status": _("Keadaannya sudah berubah sejak Anda membukanya. Lihat lagi di bawah."),
            "expired": _("Masanya sudah habis. Minta perpanjangan."),
            "no_reason": _("Tulis alasannya, paling panjang 500 huruf."),
            "asked_already": _("Data yang sama untuk tujuan yang sama sudah diminta atau sudah berlaku."),
            "other_parties": _("Perpanjangan hanya antara dua instansi yang sama."),
        }.get(error.reason, str(error))
    )


def field_errors(error: BadAgreement) -> tuple[FieldError, ...]:
    """Say everything that is wrong with terms beside its field, once per field."""
    found = {_FIELDS.get(problem.field, problem.field): _sentence(problem) for problem in error.problems}
    return tuple(FieldError(field, text) for field, text in found.items())


_FIELDS: Mapping[str, str] = {"expires": "until"}


def _sentence(problem: Problem) -> str:
    owner = SOURCES.get(problem.about)
    return str(
        {
            "none": _("Pilih paling sedikit satu data."),
            "unknown": _("%(name)s tidak ada di katalog.", name=problem.about),
            "other_owner": _("%(name)s bukan milik instansi itu.", name=problem.about),
            "own_data": _("Untuk datanya sendiri sebuah instansi tidak perlu perjanjian."),
            "unknown_agency": _(
                "%(name)s belum bergabung.",
                name=owner.label(locale.language()) if owner is not None else problem.about,
            ),
            "words": _("Isi 1 sampai %(most)s huruf.", most=LONGEST_TEXT),
            "ground": _("Pilih dasar hukumnya."),
            "retention": _("Isi 0 (tidak disimpan) sampai %(most)s hari.", most=LONGEST_RETENTION),
            "past": _("Pilih hari yang akan datang."),
            "too_long": _("Paling lama sampai %(day)s untuk data ini.", day=problem.about),
        }.get(problem.reason, problem.message)
    )

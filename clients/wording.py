"""How claims, sources and problems read on an agency's page, in the reader's language."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask_babel import format_date, get_locale, gettext as _
from markupsafe import Markup

from clients.prefill import Field, Known, as_text

DOT = "\u2022"


def shown(field: Field, value: Any) -> str:
    """Write the value of a field the way people do: dates in words, a NIK masked, a country by name."""
    claim = field.claim
    if claim in ("nik", "family_card_number", "npwp", "bpjs_number"):
        return masked(str(value))
    if claim == "nik_ref":
        text = str(value)
        return text if len(text) <= 12 else f"{text[:12]}\u2026"
    if claim == "nationalities":
        return ", ".join(country(str(code)) for code in value)
    if claim == "diploma" and isinstance(value, list):
        return "; ".join(diploma(item) for item in value)
    if isinstance(value, list | dict):
        return as_text(value)
    if field.kind == "date":
        return day(str(value))
    if field.kind == "choice":
        return next((str(label) for code, label in field.choices if code == value), str(value))
    return str(value)


def diploma(item: Any) -> str:
    """Write one diploma: S1 Teknik Sipil, Universitas Losari (2007)."""
    if not isinstance(item, dict):
        return str(item)
    what = " ".join(str(item[name]) for name in ("level", "programme") if item.get(name))
    where, year = item.get("institution"), str(item.get("awarded_on") or "")[:4]
    return ", ".join(str(part) for part in (what, where) if part) + (f" ({year})" if year else "")


def masked(number: str) -> str:
    """Show a long number without giving it away: 3374........0001 with dots (features 7.1)."""
    return f"{number[:4]}{DOT * (len(number) - 8)}{number[-4:]}" if len(number) > 8 else number


def day(when: str | datetime) -> str:
    """Write an ISO date or a moment as 27 Mei 2024; leave anything else as it is."""
    moment: date
    try:
        moment = when if isinstance(when, datetime) else _moment(when)
    except ValueError:
        return str(when)
    return str(format_date(moment, "d MMMM y"))


def _moment(text: str) -> date:
    return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)


def country(code: str) -> str:
    """Name a country by its three-letter code (ICAO); an unusual one keeps its code."""
    names = {"IDN": _("Indonesia"), "NLD": _("Belanda"), "JPN": _("Jepang"), "MYS": _("Malaysia")}
    return str(names.get(code, code))


def origin(known: Known) -> str:
    """Say where a known value comes from and whether somebody vouches for it."""
    sources = {
        "population_registry": _("Dukcapil"),
        "account": _("akun Gerbang Anda"),
        "self": _("Anda sendiri, lewat Gerbang"),
        "civil_service": _("data kepegawaian (BKN)"),
        "tax": _("data pajak"),
        "education": _("data pendidikan"),
        "health": _("data jaminan kesehatan"),
        "business_licence": _("data perizinan usaha"),
    }
    source = sources.get(known.source or "", _("Gerbang"))
    if not known.verified_at:
        return str(_("dari %(source)s", source=source))
    since = day(known.verified_at)
    if known.stale:
        return str(_("dari %(source)s, diperiksa %(day)s; mungkin sudah berubah", source=source, day=since))
    return str(_("dari %(source)s, diperiksa %(day)s", source=source, day=since))


def withheld(reason: str) -> str:
    """Say why a value that somebody may hold did not come; what is typed instead is unverified."""
    reasons = {
        "publisher_unavailable": _(
            "Instansi yang menyimpannya sedang tidak dapat dihubungi. Ketik saja; kami mencocokkannya nanti."
        ),
        "in_conflict": _(
            "Dua instansi menyimpan data yang berbeda, dan sedang diperiksa. Ketik yang benar menurut Anda."
        ),
        "declined": _("Anda memilih tidak membagikannya."),
        "no_agreement": _("Kami belum diizinkan mengambilnya dari instansi lain. Ketik saja dulu."),
        "unknown_to_publisher": _("Belum tercatat di instansi yang berwenang."),
        "expired": _("Yang tercatat sudah habis masanya. Ketik yang berlaku sekarang."),
        "stale": _("Data yang ada sudah terlalu lama. Ketik yang berlaku sekarang."),
        "quota": _("Terlalu banyak permintaan saat ini. Ketik saja; kami mencocokkannya nanti."),
    }
    return str(reasons.get(reason, _("Belum kami terima dari Gerbang. Yang Anda ketik belum dipastikan.")))


def problem(code: str, field: Field) -> str:
    """Say what is wrong with a typed value and how to put it right."""
    label = str(field.label)
    words = {
        "missing": _("%(label)s belum diisi.", label=label),
        "too_long": _("%(label)s terlalu panjang: paling banyak %(n)s huruf.", label=label, n=field.longest),
        "unreadable": _("%(label)s berisi tanda yang tidak dapat dibaca.", label=label),
        "no_number": _("%(label)s harus berupa angka, misalnya 1500000.", label=label),
        "no_date": _("%(label)s harus berupa tanggal, misalnya 2026-12-31.", label=label),
        "no_choice": _("Pilih salah satu jawaban untuk %(label)s.", label=label),
        "no_phone": _("%(label)s harus berupa nomor telepon, misalnya 0812 3456 7890.", label=label),
        "no_email": _("%(label)s harus berupa alamat email, misalnya nama@contoh.id.", label=label),
    }
    return str(words[code])


def claim_label(claim: str) -> str:
    """Name a claim in plain words."""
    labels = {
        "name": _("Nama lengkap"),
        "nik": _("NIK"),
        "nik_ref": _("Rujukan NIK"),
        "birthdate": _("Tanggal lahir"),
        "place_of_birth": _("Tempat lahir"),
        "gender": _("Jenis kelamin"),
        "nationalities": _("Kewarganegaraan"),
        "address": _("Alamat"),
        "id_address": _("Alamat KTP sampai RT/RW"),
        "family_card_number": _("Nomor kartu keluarga"),
        "family_relation": _("Hubungan dalam keluarga"),
        "phone_number": _("Nomor telepon"),
        "email": _("Alamat email"),
        "title_prefix": _("Gelar di depan nama"),
        "title_suffix": _("Gelar di belakang nama"),
        "nip": _("NIP"),
        "employment_kind": _("Status kepegawaian"),
        "agency": _("Instansi"),
        "unit": _("Unit kerja"),
        "position": _("Jabatan"),
        "nickname": _("Nama panggilan"),
        "npwp": _("NPWP"),
        "highest_education": _("Pendidikan terakhir"),
        "diploma": _("Ijazah"),
        "bpjs_number": _("Nomor BPJS Kesehatan"),
        "org": _("Usaha yang Anda wakili"),
    }
    return str(labels.get(claim, claim))


def ground(code: str) -> str:
    """Name a ground for processing (UU PDP article 20)."""
    grounds = {
        "consent": _("Dasar: persetujuan Anda"),
        "contract": _("Dasar: perjanjian"),
        "law": _("Dasar: kewajiban hukum"),
        "vital_interest": _("Dasar: melindungi kepentingan vital"),
        "public_duty": _("Dasar: tugas pelayanan publik"),
        "legitimate_interest": _("Dasar: kepentingan yang sah"),
    }
    return str(grounds[code])


def language() -> str:
    """Return the language of the page."""
    return str(get_locale())


def accent(light: str, dark: str) -> Markup:
    """Write the agency's colour as a stylesheet."""
    return Markup(":root{{--accent:{0};--accent-dark:{1}}}").format(light, dark)

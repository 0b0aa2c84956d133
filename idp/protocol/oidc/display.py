"""Claim values in words a citizen reads, for consent and account pages; identity numbers are masked."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from idp.protocol.oidc.address import address_of

MASKED: Final = frozenset({"nik", "family_card_number", "npwp", "bpjs_number"})
SHOWN_DIGITS: Final = 4

_MONTHS: Final = {
    "id": [
        "Januari",
        "Februari",
        "Maret",
        "April",
        "Mei",
        "Juni",
        "Juli",
        "Agustus",
        "September",
        "Oktober",
        "November",
        "Desember",
    ],
    "en": [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
}
_WORDS: Final[Mapping[tuple[str, object], tuple[str, str]]] = {
    ("gender", "female"): ("Perempuan", "Female"),
    ("gender", "male"): ("Laki-laki", "Male"),
    ("family_relation", "head"): ("Kepala keluarga", "Head of the family"),
    ("family_relation", "spouse"): ("Suami atau istri", "Spouse"),
    ("family_relation", "child"): ("Anak", "Child"),
    ("locale", "id"): ("Bahasa Indonesia", "Indonesian"),
    ("locale", "en"): ("Bahasa Inggris", "English"),
    ("nationalities", "IDN"): ("Indonesia", "Indonesian"),
}


def readable(name: str, value: object, language: str = "id") -> str:
    """One value as one line of text; empty where there is nothing to show."""
    english = language.startswith("en")
    if isinstance(value, bool):
        return ("Yes" if value else "No") if english else ("Ya" if value else "Tidak")
    if isinstance(value, str) and (name, value) in _WORDS:
        return _WORDS[name, value][english]
    if name in MASKED and isinstance(value, str):
        return mask(value)
    if name in ("birthdate", "updated_at"):
        return _date(value, "en" if english else "id")
    if name in ("address", "id_address") and isinstance(value, Mapping):
        whole = value if "formatted" in value else address_of(value)
        return str(whole.get("formatted", "")).replace("\n", ", ")
    if name == "place_of_birth" and isinstance(value, Mapping):
        return ", ".join(str(value[part]) for part in ("locality", "region") if value.get(part))
    if isinstance(value, Mapping):
        return ", ".join(str(member) for member in value.values() if isinstance(member, str) and member)
    if isinstance(value, list | tuple):
        return "; ".join(filter(None, (readable(name, item, language) for item in value)))
    return "" if value is None else str(value)


def mask(number: str) -> str:
    """Show the first and last four digits of an identity number (features.md section 7.1)."""
    hidden = len(number) - 2 * SHOWN_DIGITS
    return number[:SHOWN_DIGITS] + "•" * hidden + number[-SHOWN_DIGITS:] if hidden > 0 else "•" * len(number)


def _date(value: object, language: str) -> str:
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value)
        except ValueError:
            return str(value)
    if not isinstance(value, date):
        return "" if value is None else str(value)
    return f"{value.day} {_MONTHS[language][value.month - 1]} {value.year}"

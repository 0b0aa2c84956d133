"""Whether a typed value can be what its field asks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from clients.prefill.form import Field, Kind

LONGEST_NUMBER = 15


def problem(field: Field, value: str) -> str | None:
    """Name what is wrong with a typed value; None when nothing is."""
    if not value:
        return "missing" if field.required else None
    if len(value) > field.longest:
        return "too_long"
    if not value.isprintable():
        return "unreadable"
    return CHECKS[field.kind](field, value)


def _number(_field: Field, value: str) -> str | None:
    plain = value.replace(".", "").replace(" ", "")
    return None if plain.isascii() and plain.isdecimal() and len(plain) <= LONGEST_NUMBER else "no_number"


def _date(_field: Field, value: str) -> str | None:
    try:
        return None if date.fromisoformat(value).isoformat() == value else "no_date"
    except ValueError:
        return "no_date"


def _choice(field: Field, value: str) -> str | None:
    return None if value in {code for code, _label in field.choices} else "no_choice"


def _phone(_field: Field, value: str) -> str | None:
    digits = value.lstrip("+").replace("-", "").replace(" ", "")
    return None if digits.isascii() and digits.isdecimal() and 8 <= len(digits) <= 15 else "no_phone"


def _email(_field: Field, value: str) -> str | None:
    local, at, domain = value.rpartition("@")
    return None if local and at and "." in domain.strip(".") and " " not in value else "no_email"


CHECKS: Mapping[Kind, Callable[[Field, str], str | None]] = {
    "text": lambda _field, _value: None,
    "longtext": lambda _field, _value: None,
    "number": _number,
    "date": _date,
    "tel": _phone,
    "email": _email,
    "choice": _choice,
}

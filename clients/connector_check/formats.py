"""How the agencies' attributes look on the wire (docs/reference/claims.md)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

EDUCATION = ("SD", "SMP", "SMA", "SMK", "D1", "D2", "D3", "D4", "S1", "profesi", "S2", "S3")
ROLES = ("owner", "director", "commissioner", "authorised")
LEVELS = ("ial0", "ial1", "ial2", "ial3")
LONGEST_TEXT = 200
Looks = Callable[[Any], bool]


def text(value: Any) -> bool:
    """A short text without control characters."""
    return isinstance(value, str) and 0 < len(value) <= LONGEST_TEXT and value.isprintable()


def _matching(pattern: str) -> Looks:
    compiled = re.compile(pattern)
    return lambda value: isinstance(value, str) and compiled.fullmatch(value) is not None


def _one_of(*codes: str) -> Looks:
    return lambda value: isinstance(value, str) and value in codes


def _day(value: Any) -> bool:
    try:
        return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _object(required: Mapping[str, Looks], optional: Mapping[str, Looks]) -> Looks:
    def looks(value: Any) -> bool:
        return (
            isinstance(value, dict)
            and set(required) <= set(value) <= set(required) | set(optional)
            and all(({**required, **optional})[name](member) for name, member in value.items())
        )

    return looks


def _list_of(looks: Looks) -> Looks:
    return lambda value: isinstance(value, list) and 0 < len(value) <= 50 and all(map(looks, value))


_DIPLOMA = _object(
    {"level": _one_of(*EDUCATION), "institution": text, "awarded_on": _day},
    {"programme": text, "number": text},
)
_ORGANISATION = _object(
    {"id": text, "nib": _matching("[0-9]{13}"), "legal_name": text, "role": _one_of(*ROLES)},
    {"valid_until": _day},
)
FORMATS: Mapping[str, tuple[Looks, str]] = {
    "npwp": (_matching("[0-9]{16}"), "a text of 16 digits"),
    "npwp_branch": (_matching("[0-9]{3}"), "a text of 3 digits"),
    "nisn": (_matching("[0-9]{10}"), "a text of 10 digits"),
    "highest_education": (_one_of(*EDUCATION), "one of " + ", ".join(EDUCATION)),
    "diploma": (_list_of(_DIPLOMA), "a list of objects: level, institution, awarded_on, programme?, number?"),
    "bpjs_number": (_matching("[0-9]{13}"), "a text of 13 digits"),
    "satusehat_ihs": (_matching("P[0-9]{11}"), "a text: P and 11 digits"),
    "org": (
        _ORGANISATION,
        f"an object: id, nib of 13 digits, legal_name, role ({', '.join(ROLES)}), valid_until?",
    ),
    "nip": (_matching("[0-9]{18}"), "a text of 18 digits"),
    "employment_kind": (_one_of("PNS", "PPPK"), "PNS or PPPK"),
    "agency": (text, "a text of at most 200 characters"),
    "unit": (text, "a text of at most 200 characters"),
    "position": (text, "a text of at most 200 characters"),
}

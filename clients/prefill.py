"""A form whose known fields fill themselves, and the count of what still had to be typed.

A field names the claim it can come from. When the claim came with UserInfo, the field is filled and locked:
what the browser sends back for it is ignored. Everything else is typed, and checked here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, Protocol

Kind = Literal["text", "longtext", "number", "date", "tel", "email", "choice"]
LONGEST_NUMBER = 15


class Words(Protocol):
    """A text or a lazily translated one."""

    def __str__(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Field:
    """One question; `claim` is its name on the wire, a member of an object claim after a dot."""

    name: str
    label: Words
    claim: str = ""
    kind: Kind = "text"
    required: bool = True
    choices: tuple[tuple[str, Words], ...] = ()
    hint: Words = ""
    autocomplete: str = ""
    longest: int = 200


@dataclass(frozen=True, slots=True)
class Section:
    """Fields that belong together under one heading."""

    title: Words
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Form:
    """What a service asks for."""

    name: str
    title: Words
    lead: Words
    sections: tuple[Section, ...]
    submit: Words

    @property
    def fields(self) -> tuple[Field, ...]:
        """All fields in the order of the page."""
        return tuple(field for section in self.sections for field in section.fields)


@dataclass(frozen=True, slots=True)
class Known:
    """A value that came from Gerbang, with who vouches for it and since when."""

    value: Any
    source: str | None = None
    verified_at: str | None = None


@dataclass(frozen=True, slots=True)
class Count:
    """How many fields were filled, typed, and typed although a public body could have known them."""

    known: int
    typed: int
    retyped: int


@dataclass(frozen=True, slots=True)
class Submission:
    """What was sent: known values as they came, typed values once checked; `errors` by field name."""

    answers: Mapping[str, Any]
    typed: Mapping[str, str]
    errors: Mapping[str, str]
    count: Count


def known_values(form: Form, claims: Mapping[str, Any]) -> dict[str, Known]:
    """Find the form's fields in the UserInfo claims; empty values count as absent."""
    provenance = claims.get("claims_provenance")
    provenance = provenance if isinstance(provenance, Mapping) else {}
    found: dict[str, Known] = {}
    for field in form.fields:
        value = _claim(claims, field.claim) if field.claim else None
        if value in (None, "", [], {}):
            continue
        origin = provenance.get(field.claim.split(".")[0])
        origin = origin if isinstance(origin, Mapping) else {}
        found[field.name] = Known(value, _text(origin.get("source")), _text(origin.get("verified_at")))
    return found


def submit(
    form: Form, known: Mapping[str, Known], sent: Mapping[str, str], say: Callable[[str, Field], str]
) -> Submission:
    """Check what was typed; `say` words a problem (`missing`, `too_long`, …) in the reader's language."""
    answers: dict[str, Any] = {}
    typed: dict[str, str] = {}
    errors: dict[str, str] = {}
    for field in form.fields:
        if field.name in known:
            answers[field.name] = known[field.name].value
            continue
        value = " ".join(sent.get(field.name, "").split())
        typed[field.name] = value
        problem = _problem(field, value)
        if problem:
            errors[field.name] = say(problem, field)
        elif value:
            answers[field.name] = value
    given = [field for field in form.fields if typed.get(field.name)]
    count = Count(
        known=len(known),
        typed=sum(not field.claim for field in given),
        retyped=sum(bool(field.claim) for field in given),
    )
    return Submission(answers, typed, errors, count)


def _claim(claims: Mapping[str, Any], path: str) -> Any:
    value: Any = claims
    for step in path.split("."):
        value = value.get(step) if isinstance(value, Mapping) else None
    return value


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _problem(field: Field, value: str) -> str | None:
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

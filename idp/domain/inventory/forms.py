"""What a form is to the linter: a name and its questions. Read from many formats, written in one (`gerbang-form`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

SCHEMA: Final = "urn:gerbang:form:v1"
MOST_FIELDS: Final = 500
LONGEST_TEXT: Final = 300
MOST_CHOICES: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One question to a person. `attribute` is what the form itself says it is, `prefilled` that nobody types it."""

    name: str
    label: str = ""
    kind: str = "text"
    hint: str = ""
    section: str = ""
    autocomplete: str = ""
    choices: tuple[str, ...] = ()
    attribute: str = ""
    required: bool = False
    prefilled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """Questions that are put to a person together."""

    name: str
    title: str = ""
    fields: tuple[Field, ...] = ()


class BadForm(ValueError):
    """A file that is no form we can read; the message says what is wrong with it."""


def text(value: object) -> str:
    """Return a text of a form without control characters, cut to what a label needs."""
    if not isinstance(value, str):
        return ""
    return " ".join("".join(c if c.isprintable() else " " for c in value[: LONGEST_TEXT * 4]).split())[
        :LONGEST_TEXT
    ]


def as_object(form: Form) -> dict[str, Any]:
    """Write a form as `gerbang-form` JSON; members that say nothing are left out."""
    return {
        "$schema": SCHEMA,
        "name": form.name,
        **({"title": form.title} if form.title else {}),
        "fields": [_field_object(field) for field in form.fields],
    }


def _field_object(field: Field) -> dict[str, Any]:
    members: Mapping[str, Any] = {
        "label": field.label,
        "type": "" if field.kind == "text" else field.kind,
        "hint": field.hint,
        "section": field.section,
        "autocomplete": field.autocomplete,
        "choices": list(field.choices),
        "attribute": field.attribute,
        "required": field.required,
        "prefilled": field.prefilled,
    }
    return {"name": field.name, **{name: value for name, value in members.items() if value}}

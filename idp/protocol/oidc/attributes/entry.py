"""What the catalogue says about one attribute beyond its name: meaning, values, law, freshness, versions (F1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

SINCE: Final = date(2026, 11, 24)
"""The day of the first catalogue."""

EMPTY: Final[Mapping[str, Any]] = {}


@dataclass(frozen=True, slots=True)
class Code:
    """One value an attribute may have, and what it means."""

    value: str
    label_id: str
    label_en: str

    def label(self, language: str) -> str:
        """The meaning in a language; Indonesian unless English is asked for."""
        return self.label_en if language.startswith("en") else self.label_id


@dataclass(frozen=True, slots=True)
class Version:
    """One version of an attribute: from when, and what changed for those who read it."""

    number: int
    since: date
    change_id: str
    change_en: str

    def change(self, language: str) -> str:
        """What changed, in a language."""
        return self.change_en if language.startswith("en") else self.change_id


FIRST: Final = Version(1, SINCE, "Terbit pertama kali.", "First published.")


@dataclass(frozen=True, slots=True)
class Entry:
    """One attribute in full; `schema` describes its JSON value beyond the type (JSON Schema 2020-12).

    `fresh_days` is how old a value may be before its owner is asked again; None where it cannot grow old.
    """

    meaning_id: str
    meaning_en: str
    law: str
    example: Any
    fresh_days: int | None = None
    schema: Mapping[str, Any] = field(default_factory=lambda: EMPTY)
    codes: tuple[Code, ...] = ()
    versions: tuple[Version, ...] = (FIRST,)

    def meaning(self, language: str) -> str:
        """One plain sentence in a language; Indonesian unless English is asked for."""
        return self.meaning_en if language.startswith("en") else self.meaning_id

    @property
    def version(self) -> Version:
        """The version in force: the newest."""
        return self.versions[-1]


def digits(count: int) -> dict[str, str]:
    """The schema of a number that is written as text of so many digits."""
    return {"pattern": f"^[0-9]{{{count}}}$"}


def members(required: tuple[str, ...] = (), **texts: Mapping[str, Any] | None) -> dict[str, Any]:
    """The schema of an object whose members are texts unless said otherwise."""
    properties = {name: {"type": "string", **(more or {})} for name, more in texts.items()}
    return {"properties": properties, **({"required": list(required)} if required else {})}

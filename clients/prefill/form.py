"""What a service asks, declared by names of the claim catalogue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, Protocol

Kind = Literal["text", "longtext", "number", "date", "tel", "email", "choice"]
REUSABLE: Final = frozenset({"nickname", "given_name", "middle_name", "family_name", "website"})
"""Claims only the citizen can say: typed once, they can be kept for other services, marked as self-stated."""


class Words(Protocol):
    """A text or a lazily translated one."""

    def __str__(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Field:
    """One question; `claim` is its name in the catalogue, a member of an object claim after a dot."""

    name: str
    label: Words
    claim: str = ""
    kind: Kind = "text"
    required: bool = True
    choices: tuple[tuple[str, Words], ...] = ()
    hint: Words = ""
    autocomplete: str = ""
    longest: int = 200

    @property
    def root(self) -> str:
        """The claim itself, without a member."""
        return self.claim.partition(".")[0]

    @property
    def reusable(self) -> bool:
        """Whether what is typed here can be kept for other services."""
        return self.claim in REUSABLE


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

"""What every page is made of: the agency in sight, errors, a notice, hidden values, ways on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

NoticeKind = Literal["info", "success", "warning", "error"]


@dataclass(frozen=True, slots=True)
class Agency:
    """The agency the citizen is on the way to; `logo_uri` is of our own origin or a data: image (CSP)."""

    name: str
    logo_uri: str = ""
    home_uri: str = ""
    policy_uri: str = ""
    tos_uri: str = ""


@dataclass(frozen=True, slots=True)
class LanguageLink:
    """One entry of the language switch: a plain GET of the same page."""

    code: str
    label: str
    href: str
    current: bool = False


@dataclass(frozen=True, slots=True)
class FieldError:
    """A localised message about one field; `field` is its name, empty when it is about the whole form."""

    field: str
    message: str


@dataclass(frozen=True, slots=True)
class Notice:
    """A localised message above the main action; `kind` is icon and colour, the words carry the meaning."""

    kind: NoticeKind
    title: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Way:
    """A way on from a dead end: a localised label and where it leads."""

    label: str
    href: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Steps:
    """Where the citizen is in a sequence: `current` counts from 1."""

    current: int
    total: int


@dataclass(frozen=True, slots=True)
class Pagination:
    """Where we are in a list; an empty URL means there is nothing on that side."""

    number: int
    total: int
    previous_url: str = ""
    next_url: str = ""


@dataclass(frozen=True, slots=True)
class Challenge:
    """What a form costs on a busy network: work of `bits` for a script, or so many seconds without one."""

    text: str
    bits: int
    wait_seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The base of every page: a template renders it as `page` and nothing else of the domain.

    `language_links` and `trace_id` may stay empty: the layout then takes the context variables of that name.
    `hidden` are extra hidden inputs of the page's main form (name, value), beside the CSRF token.
    """

    template: ClassVar[str]
    data_page: ClassVar[str]

    agency: Agency | None = None
    language_links: tuple[LanguageLink, ...] = ()
    errors: tuple[FieldError, ...] = ()
    notice: Notice | None = None
    hidden: tuple[tuple[str, str], ...] = ()
    challenge: Challenge | None = None
    trace_id: str = ""

    def error_for(self, field: str) -> str:
        """The message beside a field, empty when the field is fine (WCAG 2.2 SC 3.3.1)."""
        return next((error.message for error in self.errors if error.field == field), "")

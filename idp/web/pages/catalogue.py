"""The public catalogue of attributes: what the state knows, whose it is, who reads it on what ground."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from idp.web.pages.admin import Badge, Option
from idp.web.pages.base import Page


@dataclass(frozen=True, slots=True)
class AttributeLine:
    """One attribute in the list."""

    name: str
    href: str
    label: str
    meaning: str
    sensitivity: Badge
    published: bool = False


@dataclass(frozen=True, slots=True)
class OwnerGroup:
    """The attributes of one owner; `agency` is its name in this deployment where that differs."""

    id: str
    owner: str
    attributes: tuple[AttributeLine, ...]
    agency: str = ""
    by_agreement: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CataloguePage(Page):
    """All attributes by owner; a plain GET of `q`, `owner`, `sensitivity` narrows them (#filter-form)."""

    template: ClassVar[str] = "catalogue/list.html"
    data_page: ClassVar[str] = "catalogue"

    groups: tuple[OwnerGroup, ...]
    total: int
    text: str = ""
    owners: tuple[Option, ...] = ()
    sensitivities: tuple[Option, ...] = ()
    filtered: bool = False


@dataclass(frozen=True, slots=True)
class CodeLine:
    """One value an attribute may have."""

    value: str
    meaning: str


@dataclass(frozen=True, slots=True)
class ReaderLine:
    """One agency that reads an attribute, and the agreement that lets it."""

    agency: str
    purpose: str
    basis: str
    reference: str
    until: date
    retention_days: int


@dataclass(frozen=True, slots=True)
class VersionLine:
    """One version of an attribute."""

    number: int
    since: date
    change: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributePage(Page):
    """One attribute in full."""

    template: ClassVar[str] = "catalogue/attribute.html"
    data_page: ClassVar[str] = "catalogue-attribute"

    name: str
    label: str
    meaning: str
    owner: str
    publisher: str
    by_agreement: bool
    asking: str
    scope: str
    kind: str
    sensitivity: Badge
    sensitivity_note: str
    law: str
    fresh_days: int | None
    example: str
    schema: str
    codes: tuple[CodeLine, ...]
    readers: tuple[ReaderLine, ...]
    versions: tuple[VersionLine, ...]

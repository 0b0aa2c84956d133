"""Pictures of the application register and the tables beside them; texts are localised, numbers written out."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bar:
    """One thing asked again: how many applications ask it, and who holds it."""

    concept: str
    label: str
    owner: str
    count: int
    count_text: str
    agencies: str
    users: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class GridRow:
    """One agency, and how many of its applications ask each thing."""

    label: str
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class RetirementLine:
    """One application that another could replace."""

    id: str
    rank: int
    name: str
    owner: str
    keeper: str
    keeper_owner: str
    shared: int
    fields: int
    likeness: int
    saving: str
    retires_on: str = ""
    href: str = ""
    keeper_href: str = ""


@dataclass(frozen=True, slots=True)
class ClusterLine:
    """One thing that several applications ask, known or not, and where it should come from."""

    concept: str
    label: str
    applications: str
    agencies: str
    users: str
    truth: str
    href: str = ""
    known: bool = False


@dataclass(frozen=True, slots=True)
class Overview:
    """What a minister looks at: a few numbers, two pictures, what to do."""

    applications: str
    agencies: str
    asked_again: str
    attributes: str
    yearly_cost: str
    retirements: str
    saving: str
    bars: tuple[Bar, ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[GridRow, ...] = ()
    most: int = 1
    unknown: tuple[ClusterLine, ...] = ()
    proposed: tuple[RetirementLine, ...] = ()

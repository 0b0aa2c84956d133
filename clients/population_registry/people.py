"""The synthetic people the simulator knows; every NIK starts with 99, which no real region uses."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

BUNDLED = Path(__file__).with_name("people.json")


@dataclass(frozen=True, slots=True)
class Person:
    """One registry entry: what is compared, and the whole row for the record."""

    nik: str
    active: bool
    inactive_reason: str | None
    name: str
    birthdate: str
    birthplace: str
    gender: str
    street: str
    row: Mapping[str, Any]

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Person:
        """Read one entry of people.json; refuse a NIK outside the synthetic range (contract, section 7)."""
        nik = str(row["nik"])
        if len(nik) != 16 or not nik.isdecimal() or not nik.startswith("99"):
            raise ValueError(f"not a synthetic NIK: {row['key']}")
        return cls(
            nik=nik,
            active=bool(row["active"]),
            inactive_reason=row["inactive_reason"],
            name=row["name"],
            birthdate=row["birthdate"],
            birthplace=row["place_of_birth"]["locality"],
            gender=row["gender"],
            street=row["address"]["street"],
            row=row,
        )

    def moved(self, address: Mapping[str, Any], at: str) -> Person:
        """Return this person at another address, as an office would record it."""
        return Person.from_row({**self.row, "address": {**address}, "recorded_at": at})

    def record(self) -> dict[str, Any]:
        """Return what a cooperating body may read once a check has matched (Permendagri 102/2019)."""
        return {name: self.row[name] for name in RECORD_MEMBERS}


RECORD_MEMBERS = (
    "nik",
    "name",
    "title_prefix",
    "title_suffix",
    "birthdate",
    "place_of_birth",
    "gender",
    "nationality",
    "document_kind",
    "address",
    "family_card_number",
    "family_relation",
    "recorded_at",
)


def load(path: Path = BUNDLED) -> dict[str, Person]:
    """Read the people of a file, by NIK."""
    people = [Person.from_row(row) for row in json.loads(path.read_text(encoding="utf-8"))]
    by_nik = {person.nik: person for person in people}
    if len(by_nik) != len(people):
        raise ValueError(f"a NIK appears twice in {path.name}")
    return by_nik

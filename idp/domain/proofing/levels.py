"""Identity assurance: what each level rests on (decisions 3; NIST SP 800-63A-4)."""

from __future__ import annotations

from enum import StrEnum


class Level(StrEnum):
    """How sure we are who somebody is."""

    STATED = "ial0"
    """Said by the person, checked by nobody."""
    MATCHED = "ial1"
    """Matched field by field with the population registry."""
    BOUND = "ial2"
    """Matched, and bound to the person by a face or an officer."""
    IN_PERSON = "ial3"
    """Seen by an officer, with card and biometrics."""


ORDER = tuple(Level)


def higher(one: str, other: str) -> str:
    """Return the surer of two levels; proofing never lowers one by itself."""
    return max(one, other, key=lambda level: ORDER.index(Level(level)))

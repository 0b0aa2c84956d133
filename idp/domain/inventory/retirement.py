"""Which application another one could replace: the same questions for the same purpose (features U2). Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from idp.domain.inventory.vocabulary import bare, standard

LIKE_ENOUGH: Final = 0.6
LEAST_FIELDS, LEAST_PURPOSE = 0.5, 0.34
SHARE_OF_FIELDS: Final = 0.6
TELLING: Final = 3
"""How many of the rarest words of a purpose are looked up."""
MOST_COMPARED: Final = 300
EVERYDAY: Final = frozenset(
    {
        *(
            "aplikasi",
            "app",
            "sistem",
            "system",
            "informasi",
            "information",
            "layanan",
            "pelayanan",
            "service",
        ),
        *(
            "services",
            "online",
            "daring",
            "elektronik",
            "digital",
            "berbasis",
            "web",
            "mobile",
            "portal",
            "data",
        ),
        *("masyarakat", "publik", "public", "bagi", "oleh", "secara", "melalui", "terpadu", "pengelolaan"),
        *("proses", "kota", "kabupaten", "provinsi", "daerah", "nasional", "national"),
    }
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """An application as it is compared."""

    id: UUID
    users: int
    yearly_cost: int
    purpose: frozenset[str]
    concepts: frozenset[str]
    retires_on: date | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """One application that another could replace, with how alike they are."""

    id: UUID
    keeper_id: UUID
    shared: int
    fields: int
    likeness: float
    saving: int


def purpose_words(purpose: str) -> frozenset[str]:
    """Return the telling words of a purpose."""
    return frozenset(bare(purpose)) - EVERYDAY - standard().fillers


def propose(candidates: Iterable[Candidate]) -> Sequence[Proposal]:
    """Propose retirements, the greatest saving first.

    The application with more users is kept; one that retires anyway is never what another one moves to.
    """
    ordered = sorted(candidates, key=lambda each: (each.retires_on is not None, -each.users, each.id))
    how_often = Counter(word for each in ordered for word in each.purpose)
    keepers: dict[str, list[Candidate]] = defaultdict(list)
    found = []
    for each in ordered:
        telling = sorted(each.purpose, key=lambda word: (how_often[word], word))[:TELLING]
        best = _best(each, _near(telling, keepers))
        if best is not None:
            found.append(best)
        elif each.retires_on is None:
            for word in each.purpose:
                keepers[word].append(each)
    return sorted(found, key=lambda each: (-each.saving, -each.likeness, each.id))


def _near(telling: Sequence[str], keepers: Mapping[str, Sequence[Candidate]]) -> Iterable[Candidate]:
    near = {each.id: each for word in telling for each in keepers.get(word, ())[:MOST_COMPARED]}
    return near.values()


def _best(each: Candidate, others: Iterable[Candidate]) -> Proposal | None:
    best: Proposal | None = None
    for other in others:
        fields, purpose = _alike(each.concepts, other.concepts), _alike(each.purpose, other.purpose)
        likeness = round(SHARE_OF_FIELDS * fields + (1 - SHARE_OF_FIELDS) * purpose, 2)
        if likeness < LIKE_ENOUGH or fields < LEAST_FIELDS or purpose < LEAST_PURPOSE:
            continue
        if best is None or (likeness, other.id) > (best.likeness, best.keeper_id):
            shared = len(each.concepts & other.concepts)
            best = Proposal(each.id, other.id, shared, len(each.concepts), likeness, each.yearly_cost)
    return best


def _alike(a: frozenset[str], b: frozenset[str]) -> float:
    """Return the share of what either has that both have (Jaccard)."""
    return len(a & b) / len(a | b) if a or b else 0.0

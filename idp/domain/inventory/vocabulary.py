"""What forms call things: `vocabulary.toml`, read once into a shape that answers quickly."""

from __future__ import annotations

import hashlib
import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

FILE: Final = Path(__file__).with_name("vocabulary.toml")
HELD: Final = "held:"
"""Before the name of something a public body holds that is no attribute of the catalogue."""
SURE, LIKELY, MAYBE, BY_NAME = 0.97, 0.82, 0.6, 0.93
WEIGHTS: Final = {"labels": SURE, "likely": LIKELY, "maybe": MAYBE}
SHORTEST_CORRECTED = 5
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_OWN = re.compile(r"['’]s\b")
_WORD = re.compile(r"[a-z]+|[0-9]+")

Phrase = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Concept:
    """Something forms ask for: an attribute, a member of one, or something held elsewhere."""

    id: str
    also: tuple[str, ...] = ()
    strong: bool = False
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Held:
    """Something a public body holds and the catalogue does not offer; `never` is not to be asked at all."""

    owner: str
    never: bool
    name_id: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Reading:
    """A text in the vocabulary's own words, and which of its words were spelled otherwise."""

    words: Phrase
    corrected: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words of forms. `phrases` are for labels, `names_too` for machine names, `documents` for uploads."""

    phrases: Mapping[Phrase, tuple[Concept, float]]
    names_too: Mapping[Phrase, tuple[Concept, float]]
    documents: Mapping[Phrase, tuple[Concept, float]]
    fillers: frozenset[str]
    others: frozenset[str]
    joined: Mapping[Phrase, Phrase]
    spellings: Mapping[str, Phrase]
    corrections: Mapping[str, frozenset[str]]
    choices: tuple[tuple[str, frozenset[str]], ...]
    autocomplete: Mapping[str, str]
    held: Mapping[str, Held]
    owners: Mapping[str, tuple[str, str]]
    known: frozenset[str]
    """Every word that is no slip."""
    longest: int
    digest: bytes
    """Of the file: fields matched by another one are matched anew."""

    def read(self, text: str) -> Reading:
        """Bring a label or a name to the vocabulary's words: case, humps, abbreviations, spellings, slips."""
        return _read(text, self.joined, self.spellings, self.corrections, self.known)


def bare(text: str) -> list[str]:
    """Return the words of a text: no case, no accents, no punctuation, no humps."""
    humps = _HUMP.sub(" ", _OWN.sub("", text)).casefold().replace("'", "").replace("’", "")
    plain = "".join(c for c in unicodedata.normalize("NFKD", humps) if not unicodedata.combining(c))
    return _WORD.findall(plain)


def load(content: bytes) -> Vocabulary:
    """Read a vocabulary file.

    Raises:
        ValueError: when it contradicts itself.
    """
    data = tomllib.loads(content.decode())
    spellings: dict[str, Phrase] = {word: tuple(to.split()) for word, to in data["words"].items()}
    joined: dict[Phrase, Phrase] = {
        tuple(words.split()): tuple(to.split()) for words, to in data["joined"].items()
    }
    fillers, others = frozenset(data["fillers"].split()), frozenset(data["others"].split())

    def phrase(text: str) -> Phrase:
        return _read(text, joined, spellings, {}, frozenset()).words

    tables: dict[str, dict[Phrase, tuple[Concept, float]]] = {"phrases": {}, "names": {}, "documents": {}}
    for entry in (*data["concept"], *data["held"]):
        concept = Concept(
            id=entry["attribute"] if "attribute" in entry else HELD + entry["concept"],
            also=tuple(entry.get("also", ())),
            strong=entry.get("strong", False),
            kinds=tuple(entry.get("types", ())),
        )
        for table, key, weight in (
            *(("phrases", key, weight) for key, weight in WEIGHTS.items()),
            ("names", "names", BY_NAME),
            ("documents", "documents", SURE),
        ):
            _add(tables[table], (phrase(text) for text in entry.get(key, ())), concept, weight)
    words = {word for table in (tables["phrases"], tables["names"]) for key in table for word in key}
    return Vocabulary(
        phrases=MappingProxyType(tables["phrases"]),
        names_too=MappingProxyType(tables["names"] | tables["phrases"]),
        documents=MappingProxyType(tables["documents"]),
        fillers=fillers,
        others=others,
        joined=MappingProxyType(joined),
        spellings=MappingProxyType(spellings),
        corrections=_neighbours({*words, *spellings}),
        choices=tuple(
            (each["attribute"], frozenset(" ".join(bare(value)) for value in each["values"]))
            for each in data["choices"]
        ),
        autocomplete=MappingProxyType(data["autocomplete"]),
        held=MappingProxyType({HELD + each["concept"]: _held(each) for each in data["held"]}),
        owners=MappingProxyType({name: (each["id"], each["en"]) for name, each in data["owners"].items()}),
        known=frozenset(words | fillers | others),
        longest=max(len(key) for table in tables.values() for key in table),
        digest=hashlib.sha256(content).digest(),
    )


@cache
def standard() -> Vocabulary:
    """Return the vocabulary that is kept beside this module."""
    return load(FILE.read_bytes())


def _held(entry: Mapping[str, Any]) -> Held:
    return Held(entry["owner"], entry.get("ask") == "never", entry["name_id"], entry["name_en"])


def _add(
    table: dict[Phrase, tuple[Concept, float]], keys: Iterable[Phrase], concept: Concept, weight: float
) -> None:
    for key in keys:
        standing = table.get(key)
        if standing is not None and standing[0].id != concept.id:
            raise ValueError(f"{' '.join(key)} stands for both {standing[0].id} and {concept.id}")
        if standing is None or standing[1] < weight:
            table[key] = concept, weight


def _read(
    text: str,
    joined: Mapping[Phrase, Phrase],
    spellings: Mapping[str, Phrase],
    corrections: Mapping[str, frozenset[str]],
    known: frozenset[str],
) -> Reading:
    corrected: list[tuple[str, str]] = []
    spelled: list[str] = []
    for word in _join(bare(text), joined):
        right = word if word in known or word in spellings else _corrected(word, corrections)
        if right != word:
            corrected.append((word, right))
        spelled.extend(spellings.get(right, (right,)))
    words = list(_join(spelled, joined))
    single = tuple(word for i, word in enumerate(words) if i == 0 or word != words[i - 1])
    return Reading(single, tuple(corrected))


def _join(words: list[str], joined: Mapping[Phrase, Phrase]) -> Iterator[str]:
    i = 0
    while i < len(words):
        for length in (4, 3, 2):
            found = joined.get(tuple(words[i : i + length])) if i + length <= len(words) else None
            if found is not None:
                yield from found
                i += length
                break
        else:
            yield words[i]
            i += 1


def _neighbours(words: Iterable[str]) -> Mapping[str, frozenset[str]]:
    """Index words by what is left when one letter is taken out: a slip is found without comparing with all of them."""
    index: dict[str, set[str]] = {}
    for word in words:
        if len(word) >= SHORTEST_CORRECTED and word.isalpha():
            for form in {word, *_without_one(word)}:
                index.setdefault(form, set()).add(word)
    return MappingProxyType({form: frozenset(found) for form, found in index.items()})


def _without_one(word: str) -> Iterator[str]:
    return (word[:i] + word[i + 1 :] for i in range(len(word)))


def _corrected(word: str, index: Mapping[str, frozenset[str]]) -> str:
    """Return the one known word that is one slip away; the word itself when there is none or more than one."""
    if len(word) < SHORTEST_CORRECTED or not word.isalpha():
        return word
    found = {
        each for form in (word, *_without_one(word)) for each in index.get(form, ()) if _one_slip(word, each)
    }
    return found.pop() if len(found) == 1 else word


def _one_slip(a: str, b: str) -> bool:
    """Tell whether one letter was added, left out, taken for another, or two neighbours were swapped."""
    if len(a) == len(b):
        unlike = [i for i in range(len(a)) if a[i] != b[i]]
        swapped = len(unlike) == 2 and unlike[1] == unlike[0] + 1
        return len(unlike) == 1 or (swapped and a[unlike[0]] == b[unlike[1]] and a[unlike[1]] == b[unlike[0]])
    longer, shorter = (a, b) if len(a) > len(b) else (b, a)
    return len(longer) == len(shorter) + 1 and any(form == shorter for form in _without_one(longer))

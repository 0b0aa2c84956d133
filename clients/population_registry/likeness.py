"""How alike two names or two street lines are, as a register that has seen every way to write them."""

from __future__ import annotations

import json
import re
import unicodedata
from difflib import SequenceMatcher
from pathlib import Path

WORDS = json.loads(Path(__file__).with_name("words.json").read_text(encoding="utf-8"))
TITLES_BEFORE = frozenset(WORDS["titles_before"])
TITLES_AFTER = frozenset(WORDS["titles_after"])
MUHAMMAD = frozenset(WORDS["muhammad"])
ADDRESS_WORDS: dict[str, str] = WORDS["address"]
OLD_SPELLING = (("oe", "u"), ("dj", "j"), ("tj", "c"))


def name_likeness(one: str, other: str) -> float:
    """Compare two names from 0 to 1, whatever the titles, capitals, initials and spellings of Muhammad."""
    ours, theirs = name_words(one), name_words(other)
    if not ours or not theirs:
        return 0.0
    if ours == theirs:
        return 1.0
    return round(max(_aligned(ours, theirs), _run_together(ours, theirs)), 2)


def text_likeness(one: str, other: str) -> float:
    """Compare two street lines or place names from 0 to 1, whatever the abbreviations."""
    ours, theirs = address_words(one), address_words(other)
    if not ours or not theirs:
        return 0.0
    if ours == theirs:
        return 1.0
    return round(SequenceMatcher(None, " ".join(ours), " ".join(theirs), autojunk=False).ratio(), 2)


def name_words(name: str) -> list[str]:
    """Reduce a name to the words that identify: no titles, one spelling of Muhammad, modern spelling."""
    before_comma = _plain(name).split(",")[0]
    words = before_comma.split()
    while len(words) > 1 and _letters(words[0]) in TITLES_BEFORE:
        words = words[1:]
    while len(words) > 1 and "." in words[-1].rstrip(".") and _letters(words[-1]) in TITLES_AFTER:
        words = words[:-1]
    return [_modern(word) for word in re.split(r"[^a-z]+", " ".join(words).replace("'", "")) if word]


def address_words(text: str) -> list[str]:
    """Reduce a street line to comparable words: no abbreviations, punctuation or leading zeros."""
    words = re.findall(r"[a-z]+|[0-9]+", _plain(text))
    words = [word.lstrip("0") or "0" if word.isdecimal() else ADDRESS_WORDS.get(word, word) for word in words]
    return [word for word in words if word != "nomor"]


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold().replace("\u2019", "'"))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def _letters(word: str) -> str:
    return re.sub(r"[^a-z]", "", word)


def _modern(word: str) -> str:
    if word in MUHAMMAD:
        return "muhammad"
    for old, new in OLD_SPELLING:
        word = word.replace(old, new)
    return word


def _word_likeness(one: str, other: str) -> float:
    """Score two words; an initial stands for its word, a near spelling counts less than half-way."""
    if one == other:
        return 1.0
    short, long = sorted((one, other), key=len)
    if len(short) == 1:
        return (0.95 if long == "muhammad" else 0.8) if long.startswith(short) else 0.0
    return SequenceMatcher(None, one, other, autojunk=False).ratio() ** 2


def _aligned(ours: list[str], theirs: list[str]) -> float:
    """Align the words in order; words that only one side has count against; initials alone prove nothing."""
    best = [[0.0] * (len(theirs) + 1) for _ in range(len(ours) + 1)]
    total = max(sum(map(len, ours)), sum(map(len, theirs)))
    for i, one in enumerate(ours, 1):
        for j, other in enumerate(theirs, 1):
            pair = _word_likeness(one, other) * max(len(one), len(other))
            best[i][j] = max(best[i - 1][j - 1] + pair, best[i - 1][j], best[i][j - 1])
    whole = any(len(word) > 1 and word in theirs for word in ours) or not _has_initial(ours + theirs)
    score = min(best[-1][-1] / total, 0.99)
    return score if whole else min(score, 0.5)


def _run_together(ours: list[str], theirs: list[str]) -> float:
    """Recognise the same letters with the spaces elsewhere: "Nur Hayati" and "Nurhayati"."""
    return 0.98 if "".join(ours) == "".join(theirs) else 0.0


def _has_initial(words: list[str]) -> bool:
    return any(len(word) == 1 for word in words)

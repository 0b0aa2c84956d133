"""Names as people bear them: one field, one word may be enough, titles kept apart (features O1, O2, 7.5)."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

MOST_CHARS = 120
BEFORE = frozenset(
    ("h", "hj", "haji", "hajjah", "kh", "ky", "dr", "dra", "drs", "drg", "ir", "prof", "apt", "ns")
)
UNPRINTABLE = frozenset(("Cc", "Cs", "Co", "Cn"))
_SUFFIX = re.compile(r"(?:[A-Z][A-Za-z]{0,5}\.)+(?:[A-Z][A-Za-z]{0,5}\.?)?|[A-Z]{2,4}")


class BadName(ValueError):
    """A text that cannot be a name; `reason` is `empty`, `length` or `characters`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class FullName:
    """A name and the titles written around it."""

    name: str
    title_prefix: str = ""
    title_suffix: str = ""


def clean(text: str) -> str:
    """Return a name in one spelling of its spaces and letters; any script, any number of words.

    Raises:
        BadName: when it is empty, too long, or holds control characters or digits.
    """
    text = unicodedata.normalize("NFC", text)
    if any(
        unicodedata.category(letter) in ("Cc", "Cs", "Co", "Cn") for letter in text if letter not in "\t\n\r"
    ):
        raise BadName("characters")
    text = " ".join(text.split())
    if not text:
        raise BadName("empty")
    if len(text) > MOST_CHARS:
        raise BadName("length")
    if not any(letter.isalpha() for letter in text) or any(letter.isdecimal() for letter in text):
        raise BadName("characters")
    return text


def parse(text: str) -> FullName:
    """Take the titles off a name: "Hj. Siti Aminah, S.Pd." is Siti Aminah with two titles.

    Raises:
        BadName: when nothing that can be a name is there.
    """
    body, comma, after = clean(text).partition(",")
    suffix = after.strip() if comma else ""
    if suffix and not all(_SUFFIX.fullmatch(part.strip().replace(" ", "")) for part in suffix.split(",")):
        body, suffix = f"{body}, {suffix}", ""
    words = body.split()
    before: list[str] = []
    while (
        len(words) > 1
        and words[0].rstrip(".").lower() in BEFORE
        and (words[0].endswith(".") or words[0].lower() in ("haji", "hajjah"))
    ):
        before.append(words.pop(0))
    return FullName(" ".join(words), " ".join(before), suffix)


def shortened(text: str) -> str:
    """Return a name as a shared screen may show it: "Hj. Siti Aminah, S.Pd." is Siti A."""
    words = parse(text).name.split()
    return words[0] if len(words) == 1 else f"{words[0]} {words[-1][0]}."

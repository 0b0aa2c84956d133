"""Which attribute a form field asks for, how sure that is, and why: rules of words, no model and no network.

The label speaks loudest, the machine name confirms or contradicts, then come `autocomplete`, the list of choices and
the type. Every step leaves a `Reason`, so that a developer sees what to change and a reviewer what to add to
`vocabulary.toml`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from idp.domain.inventory.forms import Field
from idp.domain.inventory.vocabulary import (
    HELD,
    SURE,
    Concept,
    Phrase,
    Reading,
    Vocabulary,
    bare,
    standard,
)
from idp.protocol.oidc.catalogue import CLAIMS

MOST, UPLOADED = 0.99, 0.87
"""Only the form itself can be certain."""
UPLOAD_WORDS = frozenset(
    {
        *("scan", "pindai", "pindaian", "foto", "fotokopi", "fotocopy", "copy", "kopi", "salinan"),
        *("unggah", "upload", "file", "berkas", "lampiran", "lampirkan", "dokumen"),
    }
)
ABOUT_WORK_OR_FAMILY = frozenset(
    {
        *("org", "agency", "unit", "position", "employment_kind", "nip"),
        *("dependants", "family_card_number", "family_relation", "diploma"),
    }
)
"""What a section about an office, a school or a family may well ask the person themself."""

BUSINESS = frozenset({"perusahaan", "badan", "usaha", "company", "business", "hukum"})
_LIST = re.compile(r"[/,;&+|]|\b(?:dan|atau|serta|and|or)\b", re.IGNORECASE)
"""What stands between two things that are asked at once; without it the first one is the matter."""


class Why(StrEnum):
    """What speaks for or against a match."""

    DECLARED = "declared"
    LABEL = "label"
    NAME = "name"
    HINT = "hint"
    AUTOCOMPLETE = "autocomplete"
    CHOICES = "choices"
    UPLOAD = "upload"
    SPELLING = "spelling"
    OTHER_WORDS = "other_words"
    CONTRADICTED = "contradicted"
    TYPE = "type"
    SECTION = "section"


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that spoke for or against a match, with the words it was read from."""

    why: Why
    words: str


@dataclass(frozen=True, slots=True)
class Match:
    """An attribute a field asks for. `concept` is `nik`, a member `id_address.rt`, or `held:religion`."""

    concept: str
    confidence: float
    reasons: tuple[Reason, ...]

    @property
    def claim(self) -> str:
        """The catalogue's claim it belongs to; empty for what is held elsewhere."""
        return "" if self.concept.startswith(HELD) else self.concept.partition(".")[0]


@dataclass(frozen=True, slots=True)
class _Found:
    concept: Concept
    weight: float
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class _Source:
    """What one text of a field stands for; `elsewhere` when it is about somebody or something else."""

    found: tuple[_Found, ...] = ()
    elsewhere: str = ""


def match(field: Field, vocabulary: Vocabulary | None = None) -> tuple[Match, ...]:
    """Return what a field asks for, the surest first; empty when nothing we know."""
    words = vocabulary or standard()
    if field.attribute:
        return _declared(field.attribute)
    if field.kind == "file":
        return _upload(field, words)
    label = _search(field.label, words, words.phrases, Why.LABEL)
    named = _search(field.name, words, words.names_too, Why.NAME, 0.95)
    if not field.label and not named.found:
        label = _search(field.hint, words, words.phrases, Why.HINT, 0.85)
    if label.elsewhere:
        return ()
    scores = _weigh(label, named, has_label=bool(field.label))
    _confirm(scores, field, words)
    return _judged(scores, field, words)


def _declared(attribute: str) -> tuple[Match, ...]:
    known = attribute.partition(".")[0] in CLAIMS
    return (Match(attribute, 1.0, (Reason(Why.DECLARED, attribute),)),) if known else ()


def _search(
    text: str,
    vocabulary: Vocabulary,
    table: Mapping[Phrase, tuple[Concept, float]],
    why: Why,
    factor: float = 1.0,
) -> _Source:
    """Find the phrases in a text, the longest first, and judge what is left of it."""
    reading = vocabulary.read(text)
    spans = _spans(reading.words, table, vocabulary.longest)
    covered = {i for start, length in spans for i in range(start, start + length)}
    rest = [word for i, word in enumerate(reading.words) if i not in covered]
    roots = {table[_slice(reading.words, span)][0].id.partition(".")[0] for span in spans}
    own = BUSINESS if roots == {"org"} else frozenset()
    other = next((word for word in rest if word in vocabulary.others and word not in own), "")
    if other:
        return _Source(elsewhere=other)
    unknown = [word for word in rest if word not in vocabulary.fillers | own and not word.isdigit()]
    found = []
    telling = [span for span in spans if not vocabulary.fillers.issuperset(_slice(reading.words, span))]
    for span in (telling or spans) if _LIST.search(text) else (telling or spans)[:1]:
        phrase = _slice(reading.words, span)
        concept, weight = table[phrase]
        share = _share(phrase, concept, len(unknown), vocabulary)
        if share:
            reasons = _reasons(why, phrase, unknown, reading)
            slip = 0.93 if any(each.why is Why.SPELLING for each in reasons) else 1.0
            found.append(_Found(concept, weight * share * slip * factor, reasons))
    return _Source(tuple(found))


def _spans(
    words: Phrase, table: Mapping[Phrase, tuple[Concept, float]], longest: int
) -> list[tuple[int, int]]:
    hits = [
        (start, length)
        for length in range(min(longest, len(words)), 0, -1)
        for start in range(len(words) - length + 1)
        if words[start : start + length] in table
    ]
    taken: set[int] = set()
    spans = []
    for start, length in hits:
        here = range(start, start + length)
        if taken.isdisjoint(here):
            taken.update(here)
            spans.append((start, length))
    return sorted(spans)


def _slice(words: Phrase, span: tuple[int, int]) -> Phrase:
    return words[span[0] : span[0] + span[1]]


def _share(phrase: Phrase, concept: Concept, unknown: int, vocabulary: Vocabulary) -> float:
    """Say how much of a phrase's weight stands beside words nobody knows; a plain word does not survive them."""
    if not unknown:
        return 1.0
    telling = sum(word not in vocabulary.fillers for word in phrase)
    if concept.strong:
        return max(0.9 - 0.06 * unknown, 0.7)
    return 0.0 if telling < 2 else max(0.92 - 0.09 * unknown, 0.6)


def _reasons(why: Why, phrase: Phrase, unknown: list[str], reading: Reading) -> tuple[Reason, ...]:
    reasons = [Reason(why, " ".join(phrase))]
    if unknown:
        reasons.append(Reason(Why.OTHER_WORDS, " ".join(unknown)))
    reasons.extend(Reason(Why.SPELLING, f"{was} → {now}") for was, now in reading.corrected)
    return tuple(reasons)


Scores = dict[str, tuple[float, tuple[Reason, ...], Concept | None]]


def _weigh(label: _Source, named: _Source, *, has_label: bool) -> Scores:
    """Let label and name speak together: what both say is surer, what only the name says counts less."""
    scores: Scores = {}
    names = {each.concept.id: each for each in named.found}
    for each in label.found:
        other = names.pop(each.concept.id, None)
        weight, reasons = each.weight, each.reasons
        if other is not None:
            weight, reasons = _both(weight, other.weight), reasons + other.reasons
        elif named.found and has_label and not _related(each.concept.id, names):
            weight *= 0.93
            reasons = (*reasons, Reason(Why.CONTRADICTED, named.found[0].reasons[0].words))
        _put(scores, each.concept, weight, reasons)
    if not label.found:
        for each in names.values():
            _put(scores, each.concept, each.weight * (0.72 if has_label else 1.0), each.reasons)
    return scores


def _put(scores: Scores, concept: Concept, weight: float, reasons: tuple[Reason, ...]) -> None:
    for name in (concept.id, *concept.also):
        if name not in scores or scores[name][0] < weight:
            scores[name] = (weight, reasons, concept if name == concept.id else None)


def _confirm(scores: Scores, field: Field, vocabulary: Vocabulary) -> None:
    """Add what `autocomplete` and the list of choices say."""
    token = field.autocomplete.split()[-1].lower() if field.autocomplete.split() else ""
    told = vocabulary.autocomplete.get(token)
    if told is not None:
        _strengthen(scores, told, 0.93, Reason(Why.AUTOCOMPLETE, token))
    offered = {" ".join(bare(choice)) for choice in field.choices} - {""}
    for concept, values in vocabulary.choices:
        common = offered & values
        if len(common) >= 2 and len(common) >= 0.6 * len(offered):
            weight = 0.75 if not scores or concept in scores else 0.3
            _strengthen(scores, concept, weight, Reason(Why.CHOICES, ", ".join(sorted(common)[:4])))


def _strengthen(scores: Scores, name: str, weight: float, reason: Reason) -> None:
    standing, reasons, concept = scores.get(name, (0.0, (), None))
    scores[name] = (_both(standing, weight), (*reasons, reason), concept)


def _judged(scores: Scores, field: Field, vocabulary: Vocabulary) -> tuple[Match, ...]:
    """Let type and section object, and order what is left."""
    section = next((w for w in vocabulary.read(field.section).words if w in vocabulary.others), "")
    matches = []
    for name, (weight, reasons, concept) in scores.items():
        objection = _type_factor(name, concept, field.kind)
        if objection < 1.0:
            weight, reasons = weight * objection, (*reasons, Reason(Why.TYPE, field.kind))
        if section and name.partition(".")[0] not in ABOUT_WORK_OR_FAMILY and not name.startswith(HELD):
            weight, reasons = weight * 0.45, (*reasons, Reason(Why.SECTION, section))
        matches.append(Match(name, round(min(weight, MOST), 2), reasons))
    return tuple(sorted(matches, key=lambda each: (-each.confidence, each.concept)))


def _type_factor(name: str, concept: Concept | None, kind: str) -> float:
    claim = CLAIMS.get(name.partition(".")[0])
    if kind in ("checkbox", "boolean"):
        return 1.0 if claim is not None and claim.kind == "boolean" else 0.5
    allowed = concept.kinds if concept is not None else ()
    if kind in ("date", "month", "datetime-local") and name != "birthdate":
        return 0.5
    if kind == "email" and name != "email":
        return 0.5
    return 0.6 if kind in ("number", "date") and allowed and kind not in allowed else 1.0


def _upload(field: Field, vocabulary: Vocabulary) -> tuple[Match, ...]:
    """Read an upload: a copy of a paper whose contents are known asks for them."""
    for text in (field.label, field.name):
        words = vocabulary.read(text).words
        plain = tuple(word for word in words if word not in UPLOAD_WORDS)
        for told in (plain, words):  # "pas foto" itself is a paper
            for span in _spans(told, vocabulary.documents, vocabulary.longest):
                phrase = _slice(told, span)
                if any(word in vocabulary.others for word in set(told) - set(phrase)):
                    return ()
                concept, _weight = vocabulary.documents[phrase]
                return (Match(concept.id, UPLOADED, (Reason(Why.UPLOAD, " ".join(phrase)),)),)
    return ()


def _related(name: str, names: Iterable[str]) -> bool:
    root = name.partition(".")[0]
    return any(other.partition(".")[0] == root for other in names)


def _both(a: float, b: float) -> float:
    """Combine two witnesses who agree."""
    return min(1 - (1 - a) * (1 - b), SURE + 0.02)

"""The form linter: what each field asks, who holds it already, whether there is leave to ask it again (features F9)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from idp.domain.inventory.forms import Field, Form
from idp.domain.inventory.matcher import Match, match
from idp.domain.inventory.meter import state_knows
from idp.domain.inventory.vocabulary import HELD, standard
from idp.protocol.oidc.catalogue import CLAIMS, SOURCES

SURE_ENOUGH: Final = 0.7
"""From here on a field counts as asked again; tests/unit/inventory/test_matcher.py measures what that costs."""
WORTH_A_LOOK: Final = 0.5
INSTEAD: Final = {"birthdate": ("age_over_17", "age_over_21", "age_over_60"), "nik": ("nik_ref",)}
"""What is often enough: an answer instead of the value."""


class Verdict(StrEnum):
    """What the linter thinks of a field."""

    ASKED = "asked"
    """The state holds it: prefill it or take it out."""
    WAIVED = "waived"
    PERHAPS = "perhaps"
    """It may be something the state holds; a person must look."""
    PREFILLED = "prefilled"
    HELD = "held"
    """A public body holds it, the catalogue does not offer it yet."""
    REUSE = "reuse"
    """Only the citizen knows it, and need not type it twice."""
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Leave:
    """A waiver as the linter needs it: one attribute in one form, from a day to a day."""

    form: str
    attribute: str
    starts_on: date
    ends_on: date
    reason: str = ""

    def covers(self, form: str, concept: str) -> bool:
        """Tell whether it is about this question; leave for an address is leave for its parts."""
        return self.form == form and self.attribute in (concept, concept.partition(".")[0])

    def in_force(self, today: date) -> bool:
        """Tell whether it holds today."""
        return self.starts_on <= today <= self.ends_on


@dataclass(frozen=True, slots=True)
class Finding:
    """What is said about one field; `leave` is the waiver it has or had."""

    field: Field
    verdict: Verdict
    matches: tuple[Match, ...] = ()
    leave: Leave | None = None

    @property
    def concept(self) -> str:
        """What it asks for; empty when nothing we know."""
        return self.matches[0].concept if self.matches else ""

    @property
    def confidence(self) -> float:
        """How sure that is, 0 to 1."""
        return self.matches[0].confidence if self.matches else 0.0

    @property
    def owner(self) -> str:
        """Who holds it: a source of the catalogue or another public body; empty when nobody."""
        return owner_of(self.concept)

    @property
    def scope(self) -> str:
        """The scope by which a client gets it; empty when the catalogue does not offer it."""
        claim = CLAIMS.get(self.concept.partition(".")[0])
        return claim.scope if claim is not None else ""

    @property
    def instead(self) -> tuple[str, ...]:
        """Claims that answer without the value."""
        return INSTEAD.get(self.concept, ())


@dataclass(frozen=True, slots=True)
class Result:
    """The linter's word on one form."""

    form: Form
    findings: tuple[Finding, ...]

    @property
    def asked(self) -> tuple[Finding, ...]:
        """What is asked although the state holds it, without leave."""
        return tuple(each for each in self.findings if each.verdict is Verdict.ASKED)

    @property
    def red(self) -> bool:
        """Tell whether the form may not go to production."""
        return bool(self.asked)


def lint(form: Form, leaves: Iterable[Leave], today: date) -> Result:
    """Judge every field of a form."""
    given = [leave for leave in leaves if leave.form == form.name]
    return Result(form, tuple(_judge(field, form.name, given, today) for field in form.fields))


def _judge(field: Field, form: str, leaves: Sequence[Leave], today: date) -> Finding:
    matches = match(field)
    if not matches or matches[0].confidence < WORTH_A_LOOK:
        return Finding(field, Verdict.NEW)
    concept = matches[0].concept
    if field.prefilled:
        return Finding(field, Verdict.PREFILLED, matches)
    if not asks_again(concept):
        return Finding(field, Verdict.HELD if concept.startswith(HELD) else Verdict.REUSE, matches)
    about = sorted(
        (leave for leave in leaves if leave.covers(form, concept)), key=lambda leave: leave.ends_on
    )
    standing = next((leave for leave in about if leave.in_force(today)), None)
    if standing is not None:
        return Finding(field, Verdict.WAIVED, matches, standing)
    verdict = Verdict.ASKED if matches[0].confidence >= SURE_ENOUGH else Verdict.PERHAPS
    return Finding(field, verdict, matches, about[-1] if about else None)


def asks_again(concept: str) -> bool:
    """Tell whether asking for something is asking again: the gate hands it over, or nobody may ask it at all."""
    held = standard().held.get(concept)
    return held.never if held is not None else state_knows(concept)


def never_ask(concept: str) -> bool:
    """Tell whether something is held and must not be asked by anybody."""
    held = standard().held.get(concept)
    return held is not None and held.never


def owner_of(concept: str) -> str:
    """Return who holds something; empty when nobody we know does."""
    held = standard().held.get(concept)
    if held is not None:
        return held.owner
    claim = CLAIMS.get(concept.partition(".")[0])
    return claim.source if claim is not None else ""


def owner_name(owner: str, language: str) -> str:
    """Name a holder in a language."""
    if owner in SOURCES:
        return SOURCES[owner].label(language)
    names = standard().owners.get(owner)
    return owner if names is None else names[1 if language.startswith("en") else 0]


def concept_name(concept: str, language: str) -> str:
    """Name an attribute in a language; a member goes by its own name after it."""
    held = standard().held.get(concept)
    if held is not None:
        return held.name_en if language.startswith("en") else held.name_id
    root, _, member = concept.partition(".")
    claim = CLAIMS.get(root)
    if claim is None:
        return concept
    return f"{claim.label(language)} · {member.replace('_', ' ')}" if member else claim.label(language)

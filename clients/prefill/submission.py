"""A form that was sent: known values as they came, typed ones checked, and both counted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field as member
from typing import Any

from clients.prefill.checks import problem
from clients.prefill.form import Field, Form
from clients.prefill.values import NOBODYS_FAULT, Known, known_values, withheld

KEEP = "keep_"
"""The box beside a field that offers to keep what is typed for other services: `keep_<field>`."""


@dataclass(frozen=True, slots=True)
class Count:
    """How many fields were filled, typed, and typed although a public body could have known them."""

    known: int
    typed: int
    retyped: int


@dataclass(frozen=True, slots=True)
class Submission:
    """What was sent: known values as they came, typed values once checked; `errors` by field name.

    `unverified` are typed fields whose owner may confirm them later, with the reason they did not come; `typed_known`
    names the claims that were asked again; `keep` are claims the citizen ticked to keep for other services.
    """

    answers: Mapping[str, Any]
    typed: Mapping[str, str]
    errors: Mapping[str, str]
    count: Count
    unverified: Mapping[str, str] = member(default_factory=dict)
    typed_known: tuple[str, ...] = ()
    keep: Mapping[str, str] = member(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Prefill:
    """A form with what is known of one citizen: which fields are filled, and why the others are not."""

    form: Form
    known: Mapping[str, Known]
    withheld: Mapping[str, str]

    @classmethod
    def of(cls, form: Form, claims: Mapping[str, Any]) -> Prefill:
        """Put UserInfo claims into a form."""
        return cls(form, known_values(form, claims), withheld(form, claims))

    def asked_again(self, field: Field) -> bool:
        """Tell whether typing this field means that the state asks what it knows."""
        return _asked_again(field, self.withheld.get(field.name, ""))

    def submit(self, sent: Mapping[str, str], say: Callable[[str, Field], str]) -> Submission:
        """Check and count what was sent."""
        return submit(self.form, self.known, sent, say, self.withheld)


def submit(
    form: Form,
    known: Mapping[str, Known],
    sent: Mapping[str, str],
    say: Callable[[str, Field], str],
    reasons: Mapping[str, str] | None = None,
) -> Submission:
    """Check what was typed; `say` words a problem (`missing`, `too_long`, …) in the reader's language.

    A value that is sent for a known field is ignored: the page locks it, and so does this.
    """
    reasons = reasons if reasons is not None else {}
    answers: dict[str, Any] = {}
    typed: dict[str, str] = {}
    errors: dict[str, str] = {}
    for field in form.fields:
        if field.name in known:
            answers[field.name] = known[field.name].value
            continue
        value = " ".join(sent.get(field.name, "").split())
        typed[field.name] = value
        wrong = problem(field, value)
        if wrong:
            errors[field.name] = say(wrong, field)
        elif value:
            answers[field.name] = value
    given = [field for field in form.fields if typed.get(field.name)]
    again = [field for field in given if _asked_again(field, reasons.get(field.name, ""))]
    return Submission(
        answers,
        typed,
        errors,
        Count(known=len(known), typed=len(given) - len(again), retyped=len(again)),
        unverified={
            field.name: reasons.get(field.name, "") for field in given if field.claim and not field.reusable
        },
        typed_known=tuple(field.claim for field in again),
        keep={field.claim: typed[field.name] for field in given if _is_kept(field, sent)},
    )


def _asked_again(field: Field, reason: str) -> bool:
    return bool(field.claim) and not field.reusable and reason not in NOBODYS_FAULT


def _is_kept(field: Field, sent: Mapping[str, str]) -> bool:
    return field.reusable and bool(sent.get(KEEP + field.name))

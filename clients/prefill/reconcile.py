"""Later fill: what was typed while its owner could not be asked, compared once the value comes (features F19)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from clients.prefill.form import Field, Form
from clients.prefill.values import Known, as_text, known_values


@dataclass(frozen=True, slots=True)
class Reconciled:
    """Fields whose typed value is confirmed, fields where the owner says otherwise, and those still open."""

    verified: Mapping[str, Known]
    different: Mapping[str, Known]
    waiting: tuple[str, ...]


def reconcile(
    form: Form, answers: Mapping[str, Any], unverified: Iterable[str], claims: Mapping[str, Any]
) -> Reconciled:
    """Compare typed answers with newer UserInfo claims; case, spaces and punctuation make no difference."""
    known, fields = known_values(form, claims), {field.name: field for field in form.fields}
    verified: dict[str, Known] = {}
    different: dict[str, Known] = {}
    waiting: list[str] = []
    for name in unverified:
        if name not in known or name not in fields:
            waiting.append(name)
        elif _plain(answers.get(name)) in _ways_to_write(fields[name], known[name].value):
            verified[name] = known[name]
        else:
            different[name] = known[name]
    return Reconciled(verified, different, tuple(waiting))


def _ways_to_write(field: Field, value: Any) -> set[str]:
    """A choice may have been typed as its label; of a list, one item may have been enough."""
    ways = {_plain(value)}
    if isinstance(value, list | tuple):
        ways |= {_plain(item) for item in value}
    ways |= {_plain(str(label)) for code, label in field.choices if code == value}
    return ways


def _plain(value: Any) -> str:
    return "".join(char for char in as_text(value).casefold() if char.isalnum())

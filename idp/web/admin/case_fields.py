"""A new value as an officer types it: its text parts one by one, checked, put together again."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final

from idp.domain.cases.data_desk import IDENTIFIERS
from idp.domain.citizens import names
from idp.web import case_words
from idp.web.pages.admin_cases import ValueField

PREFIX: Final = "value"
MOST: Final = 500


class NotAValue(Exception):
    """What was typed cannot be the value; `field` is where."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


def fields(attribute: str, value: Any, wanted: Any, typed: Mapping[str, str]) -> tuple[ValueField, ...]:
    """Return the fields for a value as it is, filled with what was typed, else with what is `wanted` instead."""
    if attribute in IDENTIFIERS:
        return ()
    instead = dict(leaves(wanted))
    found = []
    for path, text in leaves(value):
        name, part = _name(path), path[-1] if path else attribute
        if part in IDENTIFIERS:
            continue
        shown = typed.get(name, instead.get(path, text))
        part = str(part) if not str(part).isdecimal() else attribute
        kind = case_words.input_for(part) if not path else "text"
        found.append(
            ValueField(
                name,
                case_words.attribute_label(part),
                shown,
                kind if kind in ("date", "choice") else "text",
                case_words.options_for(part, shown) if not path else (),
            )
        )
    return tuple(found)


def put_together(attribute: str, value: Any, typed: Mapping[str, str], today: date) -> Any:
    """Return the value with its text parts as they were typed; an emptied part is left out.

    Raises:
        NotAValue: for what cannot be a value of the attribute.
    """
    built = copy.deepcopy(value)
    for path, _text in leaves(value):
        name = _name(path)
        if name not in typed or (path and path[-1] in IDENTIFIERS):
            continue
        text = _clean(typed[name])
        if not path:
            return _whole(attribute, text, today)
        if len(text) > MOST:
            raise NotAValue(name)
        inside = built
        for step in path[:-1]:
            inside = inside[step]
        inside[path[-1]] = text
    return _without_empty(built)


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], str]]:
    """Go through the texts of a value with the way to each."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for name, part in value.items():
            yield from leaves(part, (*path, name))
    elif isinstance(value, list):
        for number, part in enumerate(value):
            yield from leaves(part, (*path, number))


def _whole(attribute: str, text: str, today: date) -> str:
    if len(text) > MOST or not case_words.is_typed_well(attribute, text, today):
        raise NotAValue(PREFIX)
    if attribute == "name":
        try:
            return names.clean(text)
        except names.BadName as exc:
            raise NotAValue(PREFIX) from exc
    return text


def _without_empty(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_empty(part) for name, part in value.items() if part != ""}
    if isinstance(value, list):
        return [_without_empty(part) for part in value if part not in ("", {})]
    return value


def _clean(text: str) -> str:
    return "".join(letter for letter in text if letter.isprintable()).strip()


def _name(path: tuple[Any, ...]) -> str:
    return ".".join((PREFIX, *map(str, path)))

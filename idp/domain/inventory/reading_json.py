"""Forms in JSON: our own `gerbang-form`, JSON Schema, and components as Form.io and its relatives write them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import orjson

from idp.domain.inventory.forms import MOST_CHOICES, MOST_FIELDS, BadForm, Field, Form, text

DEEPEST: Final = 20
NOT_TYPED: Final = frozenset(
    {"hidden", "button", "submit", "reset", "content", "htmlelement", "password", "image"}
)
"""Kinds that ask nobody anything we could know."""
LABELS: Final = ("label", "title", "legend")
HINTS: Final = ("hint", "description", "placeholder", "help", "tooltip")


def read_json(body: bytes) -> Sequence[Form]:
    """Read forms from JSON.

    Raises:
        BadForm: when it is no JSON, or JSON of no shape we know.
    """
    try:
        value = orjson.loads(body)
    except ValueError as error:
        # orjson says where, and never repeats the document
        raise BadForm(f"not JSON: {error}") from None
    found = [form_of(each) for each in (value if isinstance(value, list) else [value])]
    if any(len(form.fields) > MOST_FIELDS for form in found):
        raise BadForm(f"more than {MOST_FIELDS} fields")
    return found


def form_of(value: object) -> Form:
    """Read one form from a JSON object of any shape we know.

    Raises:
        BadForm: when it has none.
    """
    if not isinstance(value, Mapping):
        raise BadForm("a form is a JSON object")
    name = text(value.get("name") or value.get("id") or value.get("path"))
    title = text(value.get("title") or value.get("label"))
    if isinstance(value.get("fields"), list):
        return Form(name=name, title=title, fields=tuple(_listed(value["fields"])))
    if isinstance(value.get("components"), list):
        return Form(name=name, title=title, fields=tuple(_components(value["components"], "", 0)))
    schema = value.get("schema") if isinstance(value.get("schema"), Mapping) else value
    if isinstance(schema, Mapping) and isinstance(schema.get("properties"), Mapping):
        fields = tuple(_properties(schema, schema, "", "", 0))
        return Form(
            name=name or text(schema.get("name")), title=title or text(schema.get("title")), fields=fields
        )
    raise BadForm("neither `fields` (ours), `properties` (JSON Schema) nor `components` (Form.io)")


def _listed(entries: Sequence[object]) -> Iterator[Field]:
    for number, entry in enumerate(entries, 1):
        if not isinstance(entry, Mapping):
            raise BadForm(f"field {number} is not a JSON object")
        name, kind = text(entry.get("name")), text(entry.get("type")).lower() or "text"
        if not name and not text(entry.get("label")):
            raise BadForm(f"field {number} has neither `name` nor `label`")
        if kind not in NOT_TYPED:
            yield Field(
                name=name,
                label=text(entry.get("label")),
                kind=kind,
                hint=text(entry.get("hint")),
                section=text(entry.get("section")),
                autocomplete=text(entry.get("autocomplete")),
                choices=_choices(entry.get("choices")),
                attribute=text(entry.get("attribute") or entry.get("claim")),
                required=entry.get("required") is True,
                prefilled=entry.get("prefilled") is True,
            )


def _properties(
    schema: Mapping[str, Any], root: Mapping[str, Any], section: str, path: str, depth: int
) -> Iterator[Field]:
    """Walk the properties of a JSON Schema; objects within are sections, references stay within the document."""
    if depth > DEEPEST:
        raise BadForm(f"nested deeper than {DEEPEST}")
    required = schema.get("required")
    required = required if isinstance(required, list) else []
    for key, entry in schema["properties"].items():
        member = _resolved(entry, root)
        if not isinstance(member, Mapping):
            continue
        name = f"{path}{key}"[:100]
        if isinstance(member.get("properties"), Mapping):
            yield from _properties(member, root, _first(member, LABELS) or text(key), f"{name}.", depth + 1)
            continue
        items = _resolved(member.get("items"), root)
        if isinstance(items, Mapping) and isinstance(items.get("properties"), Mapping):
            yield from _properties(items, root, _first(member, LABELS) or text(key), f"{name}.", depth + 1)
            continue
        yield Field(
            name=text(key),
            label=_first(member, LABELS),
            kind=_schema_kind(member),
            hint=_first(member, HINTS),
            section=section,
            choices=_choices(member.get("enum") or member.get("oneOf") or member.get("anyOf")),
            attribute=text(member.get("x-gerbang-attribute")),
            required=key in required,
            prefilled=member.get("readOnly") is True,
        )


def _resolved(entry: object, root: Mapping[str, Any]) -> object:
    """Follow one reference into the same document; what lies elsewhere is not fetched."""
    reference = entry.get("$ref") if isinstance(entry, Mapping) else None
    if not isinstance(reference, str) or not reference.startswith("#/"):
        return entry
    found: object = root
    for part in reference[2:].split("/"):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def _schema_kind(member: Mapping[str, Any]) -> str:
    form, kind = member.get("format"), member.get("type")
    if form in ("date", "email"):
        return str(form)
    if member.get("contentMediaType") or form in ("data-url", "binary"):
        return "file"
    return {"boolean": "boolean", "integer": "number", "number": "number"}.get(str(kind), "text")


def _components(entries: Sequence[object], section: str, depth: int) -> Iterator[Field]:
    """Walk components: panels and columns hold others, the rest with a `key` are questions."""
    if depth > DEEPEST:
        raise BadForm(f"nested deeper than {DEEPEST}")
    for entry in entries:
        if not isinstance(entry, Mapping):
            continue
        kind = text(entry.get("type")).lower() or "text"
        within = [entry.get("components"), *(_column(each) for each in _list(entry.get("columns")))]
        inner = [each for each in within if isinstance(each, list)]
        if inner:
            for each in inner:
                yield from _components(each, _first(entry, LABELS) or section, depth + 1)
        elif (entry.get("key") or entry.get("name")) and kind not in NOT_TYPED:
            data = entry.get("data")
            values = entry.get("values") or (data.get("values") if isinstance(data, Mapping) else None)
            yield Field(
                name=text(entry.get("key") or entry.get("name")),
                label=_first(entry, LABELS),
                kind=_component_kind(kind),
                hint=_first(entry, HINTS),
                section=section,
                autocomplete=text(entry.get("autocomplete")),
                choices=_choices(values),
                attribute=text(entry.get("attribute")),
                required=isinstance(entry.get("validate"), Mapping)
                and entry["validate"].get("required") is True,
                prefilled=entry.get("disabled") is True,
            )


def _component_kind(kind: str) -> str:
    return {
        "textfield": "text",
        "textarea": "text",
        "phonenumber": "tel",
        "day": "date",
        "datetime": "date",
        "select": "choice",
    }.get(kind, kind)


def _column(column: object) -> object:
    return column.get("components") if isinstance(column, Mapping) else None


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _first(entry: Mapping[str, Any], names: Sequence[str]) -> str:
    return next((found for name in names if (found := text(entry.get(name)))), "")


def _choices(value: object) -> tuple[str, ...]:
    """Read a list of choices: texts, or objects with a label, a title or a value."""
    labels = (
        _first(each, ("label", "title", "const", "value")) if isinstance(each, Mapping) else text(each)
        for each in _list(value)[:MOST_CHOICES]
    )
    return tuple(label for label in labels if label)

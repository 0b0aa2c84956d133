"""Attributes as JSON Schema 2020-12 and as one JSON catalogue, for machines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

from idp.protocol.oidc.attributes import ENTRIES
from idp.protocol.oidc.catalogue import CLAIMS, SCOPES, SOURCES, Claim, Kind

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
TYPES: Final[Mapping[Kind, Mapping[str, Any]]] = {
    Kind.TEXT: {"type": "string", "minLength": 1},
    Kind.BOOLEAN: {"type": "boolean"},
    Kind.DATE: {"type": "string", "pattern": "^([0-9]{4}(-[0-9]{2}-[0-9]{2})?)$"},
    Kind.TIME: {"type": "integer"},
    Kind.OBJECT: {"type": "object", "minProperties": 1},
    Kind.LIST: {"type": "array", "minItems": 1},
}


def json_schema(name: str) -> dict[str, Any]:
    """Describe the value of an attribute.

    Raises:
        KeyError: when it is not in the catalogue.
    """
    claim, entry = CLAIMS[name], ENTRIES[name]
    return {
        "$schema": DIALECT,
        "$id": claim.schema,
        "title": claim.label_en,
        "description": entry.meaning_en,
        **TYPES[claim.kind],
        **entry.schema,
        **({"enum": [code.value for code in entry.codes]} if entry.codes else {}),
        "examples": [entry.example],
    }


def described(name: str, published_by: Iterable[str] = ()) -> dict[str, Any]:
    """Describe an attribute in full.

    Raises:
        KeyError: when it is not in the catalogue.
    """
    claim, entry = CLAIMS[name], ENTRIES[name]
    return {
        "name": name,
        "schema": claim.schema,
        "label": both(claim),
        "meaning": {"id": entry.meaning_id, "en": entry.meaning_en},
        "owner": {"id": claim.source, "name": both(SOURCES[claim.source])},
        "published_by": list(published_by),
        "scope": claim.scope,
        "type": TYPES[claim.kind]["type"],
        "codes": [{"value": c.value, "id": c.label_id, "en": c.label_en} for c in entry.codes],
        "sensitivity": claim.sensitivity.value,
        "law": entry.law,
        "fresh_days": entry.fresh_days,
        "version": entry.version.number,
        "since": _day(entry.version.since),
        "versions": [
            {"version": v.number, "since": _day(v.since), "change": {"id": v.change_id, "en": v.change_en}}
            for v in entry.versions
        ],
    }


def catalogue(publishers: Mapping[str, Iterable[str]]) -> dict[str, Any]:
    """Describe every attribute; `publishers` name the agencies that publish it."""
    return {
        "catalogue": "gerbang",
        "edition": _day(max(entry.version.since for entry in ENTRIES.values())),
        "scopes": {name: both(scope) for name, scope in SCOPES.items()},
        "attributes": [described(name, publishers.get(name, ())) for name in CLAIMS],
    }


def both(labelled: Claim | Any) -> dict[str, str]:
    """Give a label in both languages."""
    return {"id": labelled.label_id, "en": labelled.label_en}


def _day(day: date) -> str:
    return day.isoformat()

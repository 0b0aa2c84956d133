"""What UserInfo says about the fields of a form: the values with their source, and why one did not come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from clients.prefill.form import Form

NOBODYS_FAULT: Final = frozenset({"declined", "unknown_to_publisher"})
"""Typed for these reasons a field was not asked again: the citizen chose to, or no public body knows the answer."""
NO_REASON: Final = "unknown"


@dataclass(frozen=True, slots=True)
class Known:
    """A value that came from Gerbang, with who vouches for it and since when; `stale` when it is older than agreed."""

    value: Any
    source: str | None = None
    verified_at: str | None = None
    stale: bool = False


def known_values(form: Form, claims: Mapping[str, Any]) -> dict[str, Known]:
    """Find the form's fields in the UserInfo claims; empty values count as absent."""
    provenance = _mapping(claims.get("claims_provenance"))
    found: dict[str, Known] = {}
    for field in form.fields:
        value = _claim(claims, field.claim) if field.claim else None
        if value in (None, "", [], {}):
            continue
        origin = _mapping(provenance.get(field.root))
        found[field.name] = Known(
            value, _text(origin.get("source")), _text(origin.get("verified_at")), origin.get("stale") is True
        )
    return found


def withheld(form: Form, claims: Mapping[str, Any]) -> dict[str, str]:
    """Say for each field of a claim that did not come why (`claims_withheld`); `unknown` where nobody said."""
    reasons = _mapping(claims.get("claims_withheld"))
    known = known_values(form, claims)
    return {
        field.name: _text(reasons.get(field.root)) or NO_REASON
        for field in form.fields
        if field.claim and field.name not in known
    }


def as_text(value: Any) -> str:
    """Write a value of any JSON type on one line; members and items in their order."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return ", ".join(as_text(member) for member in value.values() if member not in (None, "", [], {}))
    if isinstance(value, list | tuple):
        return "; ".join(as_text(item) for item in value)
    return "" if value is None else str(value)


def _claim(claims: Mapping[str, Any], path: str) -> Any:
    value: Any = claims
    for step in path.split("."):
        value = value.get(step) if isinstance(value, Mapping) else None
    return value


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None

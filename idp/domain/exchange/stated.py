"""What a publisher states about a citizen, read strictly: the person asked about, the names asked for, right types.

The form is that of `docs/reference/connector.md`, the same when it answers and when it pushes.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import orjson

from idp.protocol.oidc.catalogue import CLAIMS, Kind

MOST_BYTES: Final = 64 * 1024
LONGEST_TEXT: Final = 500
MOST_ITEMS: Final = 50
LONGEST_NAME: Final = 60
LARGEST_NUMBER: Final = 2**53 - 1
"""What every JSON reader holds exactly (RFC 8259 §6)."""
DEEPEST: Final = 4
LEVELS: Final = ("ial0", "ial1", "ial2", "ial3")
AHEAD: Final = timedelta(seconds=60)
"""How far a publisher's clock may be ahead of ours."""


class BadStatement(ValueError):
    """A publisher broke the rules; `reason` names which and no value."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Stated:
    """One value with what its owner says about it."""

    value: object = field(repr=False)
    verified_at: datetime
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    level: str = "ial1"


def read_answer(body: bytes, *, subject: str, asked: Collection[str], now: datetime) -> Mapping[str, Stated]:
    """Read the answer to a question about one citizen; names that are missing are unknown to the publisher.

    Raises:
        BadStatement: too large, no JSON object, about somebody else, more than was asked, a wrong type, no provenance.
    """
    if len(body) > MOST_BYTES:
        raise BadStatement("too_large")
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as exc:
        raise BadStatement("not_json") from exc
    if not isinstance(document, dict):
        raise BadStatement("wrong_shape")
    if document.get("sub") != subject:
        raise BadStatement("another_person")
    return read_attributes(document.get("attributes"), asked=asked, now=now)


def read_attributes(attributes: Any, *, asked: Collection[str], now: datetime) -> Mapping[str, Stated]:
    """Read the member `attributes` of an answer or a push.

    Raises:
        BadStatement: as `read_answer`.
    """
    if not isinstance(attributes, dict):
        raise BadStatement("wrong_shape")
    if not attributes.keys() <= set(asked):
        raise BadStatement("more_than_asked")
    return {name: _stated(name, member, now) for name, member in attributes.items()}


def _stated(name: str, member: Any, now: datetime) -> Stated:
    if not isinstance(member, dict) or "value" not in member:
        raise BadStatement("wrong_shape")
    verified_at = _moment(member.get("verified_at"))
    if verified_at is None:
        raise BadStatement("no_provenance")
    if verified_at > now + AHEAD:
        raise BadStatement("from_the_future")
    level = member.get("level", "ial1")
    if level not in LEVELS:
        raise BadStatement("unknown_level")
    _check(CLAIMS[name].kind, member["value"])
    return Stated(
        value=member["value"],
        verified_at=verified_at,
        valid_from=_moment(member.get("valid_from")),
        valid_until=_moment(member.get("valid_until")),
        level=level,
    )


def _check(kind: Kind, value: Any) -> None:
    """Hold a value against the type its claim has in the catalogue."""
    if kind is Kind.BOOLEAN:
        fits = isinstance(value, bool)
    elif kind is Kind.TIME:
        fits = isinstance(value, int) and not isinstance(value, bool)
    elif kind is Kind.OBJECT:
        fits = isinstance(value, dict) and bool(value)
    elif kind is Kind.LIST:
        fits = isinstance(value, list) and bool(value)
    else:
        fits = isinstance(value, str) and bool(value.strip())
    if not fits or not _plain(value, DEEPEST):
        raise BadStatement("wrong_type")


def _plain(value: Any, depth: int) -> bool:
    """Texts that can be shown, of bounded size, and not nested without end."""
    if isinstance(value, str):
        return len(value) <= LONGEST_TEXT and value.isprintable()
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, int):
        return abs(value) <= LARGEST_NUMBER
    if depth == 0:
        return False
    if isinstance(value, dict):
        small = len(value) <= MOST_ITEMS and all(map(_names, value))
        return small and all(_plain(item, depth - 1) for item in value.values())
    return isinstance(value, list) and len(value) <= MOST_ITEMS and all(_plain(v, depth - 1) for v in value)


def _names(key: Any) -> bool:
    return isinstance(key, str) and len(key) <= LONGEST_NAME and key.isprintable() and key.isascii()


def _moment(text: Any) -> datetime | None:
    """Read an RFC 3339 moment; None where there is none."""
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            raise BadStatement("wrong_type")
        return moment.astimezone(UTC)
    except (TypeError, ValueError, OverflowError) as exc:
        raise BadStatement("wrong_type") from exc

"""Rich authorization requests: exactly what is asked, as JSON objects of registered types (RFC 9396)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import orjson

from idp.protocol.oauth.client import Client
from idp.protocol.oauth.errors import InvalidAuthorizationDetails

MOST_DETAILS: Final = 10

Detail = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a type judges details by: who asks, of whom, and who serves which resource (RFC 8707)."""

    client: Client
    issuer: str
    serving: Callable[[str], Client | None]
    agreed: Callable[[str], Collection[str]]
    """The attributes of others that an agency may have, by its id."""


class DetailType(Protocol):
    """A type of authorization details (RFC 9396 §2.1, §5)."""

    @property
    def name(self) -> str:
        """The value of `type`."""
        ...

    @property
    def fields(self) -> Collection[str]:
        """The members such details may have beside `type`."""
        ...

    def canonical(self, given: Detail, known: Circumstances) -> dict[str, object]:
        """Check the members and return them with their defaults, always in one form.

        Raises:
            InvalidAuthorizationDetails: a member is missing, of a wrong kind, or names what does not exist.
        """
        ...

    def min_acr(self, detail: Detail) -> str:
        """The level of assurance this act needs, whatever its client is content with (features C13)."""
        ...

    def asks_each_time(self, detail: Detail) -> bool:
        """Tell whether an earlier consent never does for these details."""
        ...


def parse_details(
    text: str, known: Circumstances, types: Mapping[str, DetailType]
) -> tuple[dict[str, object], ...]:
    """Read `authorization_details`: a JSON array of objects, each of a type this client may use (RFC 9396 §2, §5).

    Raises:
        InvalidAuthorizationDetails: not such an array, an unknown type, an unknown or malformed member.
    """
    try:
        listed = orjson.loads(text)
    except orjson.JSONDecodeError as cause:
        raise _invalid("authorization_details is no JSON") from cause
    if not isinstance(listed, list) or not listed or not all(isinstance(item, dict) for item in listed):
        raise _invalid("authorization_details must be a JSON array of objects")
    if len(listed) > MOST_DETAILS:
        raise _invalid("too many authorization details")
    found = {stored((detail,)): detail for detail in (_read(item, known, types) for item in listed)}
    return tuple(found.values())


def stored(details: Sequence[Detail]) -> str:
    """Write details in the one form that is stored and compared."""
    return orjson.dumps(list(details), option=orjson.OPT_SORT_KEYS).decode()


def read_stored(text: str | None) -> tuple[dict[str, object], ...]:
    """Read back what `stored` wrote; not for input of others."""
    return tuple(orjson.loads(text)) if text else ()


def elements(text: str | None) -> frozenset[str]:
    """Return stored details one by one, for comparing what was granted with what is asked."""
    return frozenset(stored((detail,)) for detail in read_stored(text))


def narrowed(granted: str | None, asked: Sequence[Detail]) -> str:
    """Keep what a token request asks for of what was granted (RFC 9396 §6).

    Raises:
        InvalidAuthorizationDetails: more than was granted.
    """
    if not elements(granted).issuperset(stored((detail,)) for detail in asked):
        raise _invalid("more authorization details than were granted")
    return stored(asked)


def relevant(text: str | None, audience: str | None) -> tuple[dict[str, object], ...]:
    """Keep the details that concern one audience: its own, and those for no place in particular (RFC 9396 §9.1)."""
    details = read_stored(text)
    if audience is None:
        return details
    return tuple(d for d in details if not d.get("locations") or audience in _texts(d["locations"]))


def required_texts(given: Detail, name: str, most: int) -> tuple[str, ...]:
    """Return a list of texts that must be there, without doubles.

    Raises:
        InvalidAuthorizationDetails: it is missing, empty, too long or of another kind.
    """
    value = given.get(name)
    if not isinstance(value, list) or not value or len(value) > most:
        raise _invalid(f"{name} must be a list of 1 to {most} texts")
    if not all(isinstance(text, str) and text.isprintable() for text in value):
        raise _invalid(f"{name} must be a list of texts")
    return tuple(dict.fromkeys(value))


def _read(
    item: dict[str, object], known: Circumstances, types: Mapping[str, DetailType]
) -> dict[str, object]:
    name = item.get("type")
    found = types.get(name) if isinstance(name, str) else None
    if found is None or name not in known.client.authorization_details_types:
        raise _invalid("an authorization details type is not offered to this client")
    if not item.keys() <= {"type", *found.fields}:
        raise _invalid(f"authorization details of type {found.name} have an unknown member")
    return {"type": found.name, **found.canonical(item, known)}


def _texts(value: object) -> Collection[str]:
    return value if isinstance(value, list) else ()


def _invalid(description: str) -> InvalidAuthorizationDetails:
    return InvalidAuthorizationDetails(description, parameter="authorization_details")

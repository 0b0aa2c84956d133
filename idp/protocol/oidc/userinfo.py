"""Citizens' values as standard claims: right types, nothing null, nothing empty (OIDC Core §5.1, §5.3.2)."""

import re
from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Final

from idp.protocol.oauth.values import seconds
from idp.protocol.oidc.address import address_of
from idp.protocol.oidc.catalogue import CLAIMS, COMPANIONS, Kind, base

OLDEST_YEAR: Final = 1850
AGES: Final[Mapping[str, int]] = {"age_over_17": 17, "age_over_21": 21, "age_over_60": 60}
LIVES_IN: Final[Mapping[str, str]] = {
    "lives_in_regency": "regency_code",
    "lives_in_province": "province_code",
}
ABSENCE_IS_NO: Final = frozenset({"is_civil_servant"})
"""Questions that a register answers with no when it does not know a person."""
CIVIL_SERVANTS: Final = frozenset({"PNS", "PPPK"})

_BIRTHDATE = re.compile(r"([0-9]{4})(?:-[0-9]{2}-[0-9]{2})?")
_NOTHING: Final = object()


def assemble(
    subject: str, names: Collection[str], values: Mapping[str, object], *, today: date | None = None
) -> dict[str, object]:
    """A UserInfo answer: `sub`, and the named claims the citizen has values for (OIDC Core §5.3.2)."""
    return {"sub": subject, **citizen_claims(names, values, today=today)}


def citizen_claims(
    names: Collection[str], values: Mapping[str, object], *, today: date | None = None
) -> dict[str, object]:
    """The named claims in their standard types; unknown names and unusable values are left out.

    `values` holds plain Python values by claim name. `address`, the region codes and the yes-or-no answers are
    derived where the value itself is missing; ages need `today`.
    """
    claims: dict[str, object] = {}
    for name in names:
        claim = CLAIMS.get(name)
        if claim is None:
            continue
        value = typed(claim.kind, values.get(name, _NOTHING))
        if value is _NOTHING:
            value = typed(claim.kind, _derived(name, values, today))
        if value is not _NOTHING:
            claims[name] = value
    for name, companions in COMPANIONS.items():
        if name not in claims:
            for companion in companions:
                claims.pop(companion, None)
    return claims


def needed_values(names: Collection[str]) -> frozenset[str]:
    """The stored values to open for these claims, sources of derived ones included."""
    needed = {source for name in names for source in _SOURCE.get(base(name), ())}
    return frozenset(names) | needed


def typed(kind: Kind, value: object) -> object:
    """Convert one value to the claim's JSON type, or a marker for "leave out" (OIDC Core §5.1)."""
    if value is None or value is _NOTHING:
        return _NOTHING
    if kind is Kind.BOOLEAN:
        return value if isinstance(value, bool) else _NOTHING
    if kind is Kind.TIME:
        return _time(value)
    if kind is Kind.DATE:
        return _birthdate(value)
    if kind is Kind.TEXT:
        return _text(value)
    clean = _clean(value)
    wrong = not isinstance(clean, dict if kind is Kind.OBJECT else list)
    return _NOTHING if wrong else clean


def is_over(birthdate: date, years: int, today: date) -> bool:
    """Say whether a birthday has passed; people born on 29 February turn on 1 March."""
    return (today.year - birthdate.year) - (
        (today.month, today.day) < (birthdate.month, birthdate.day)
    ) >= years


_SOURCE: Final[Mapping[str, tuple[str, ...]]] = {
    "address": ("id_address",),
    "regency_code": ("id_address",),
    "province_code": ("id_address",),
    "lives_in_regency": ("id_address",),
    "lives_in_province": ("id_address",),
    **dict.fromkeys(AGES, ("birthdate",)),
    "is_civil_servant": ("employment_kind",),
}


def _derived(name: str, values: Mapping[str, object], today: date | None) -> object:
    if name in AGES:
        born = _as_date(values.get("birthdate"))
        return is_over(born, AGES[name], today) if born is not None and today is not None else _NOTHING
    if name == "is_civil_servant":
        kind = values.get("employment_kind")
        return kind in CIVIL_SERVANTS if isinstance(kind, str) else _NOTHING
    id_address = values.get("id_address")
    asked, _, places = name.partition(":")
    if asked in LIVES_IN:
        code = id_address.get(LIVES_IN[asked]) if isinstance(id_address, Mapping) else None
        return code in places.split("+") if isinstance(code, str) and places else _NOTHING
    if name not in _SOURCE or not isinstance(id_address, Mapping):
        return _NOTHING
    return address_of(id_address) if name == "address" else id_address.get(name)


def _text(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    text = value.strip() if isinstance(value, str) else ""
    return text if text and text != "null" else _NOTHING


def _time(value: object) -> object:
    """Seconds since the epoch (OIDC Core §5.1, updated_at)."""
    if isinstance(value, datetime):
        return seconds(value)
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) else _NOTHING


def _birthdate(value: object) -> object:
    """YYYY-MM-DD, YYYY or 0000-MM-DD (OIDC Core §5.1, birthdate)."""
    if isinstance(value, datetime):
        value = value.date()
    text = value.isoformat() if isinstance(value, date) else value
    match = _BIRTHDATE.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        return _NOTHING
    year = int(match[1])
    plausible = year >= OLDEST_YEAR or (year == 0 and len(match[0]) > len(match[1]))
    return match[0] if plausible else _NOTHING


def _as_date(value: object) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _clean(value: object) -> object:
    """Drop what is null or empty inside objects and lists; dates become text."""
    if isinstance(value, Mapping):
        members = {str(name): _clean(member) for name, member in value.items()}
        kept = {name: member for name, member in members.items() if member is not _NOTHING}
        return kept or _NOTHING
    if isinstance(value, list | tuple):
        items = [item for item in map(_clean, value) if item is not _NOTHING]
        return items or _NOTHING
    if isinstance(value, bool | int | float):
        return value
    return _text(value)

"""Whether two registers say the same of a person: titles, spelling and abbreviations are no conflict (features 7.5)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from contextlib import suppress
from types import MappingProxyType
from typing import Any, Final

from idp.domain.citizens.names import BadName, parse

SPELLINGS: Final[Mapping[str, str]] = MappingProxyType(
    {
        **dict.fromkeys(
            ("m", "md", "moh", "mohd", "muh", "muhd", "mhd", "mohamad", "mohammad", "muhamad", "mohamed"),
            "muhammad",
        ),
        **dict.fromkeys(("ach", "achmad", "akhmad", "ahmed"), "ahmad"),
        **dict.fromkeys(("abd", "abdoel"), "abdul"),
        **dict.fromkeys(("st", "sitti"), "siti"),
    }
)
"""How the commonest first words of names are written short in registers; of the first word only."""
NAMES: Final = frozenset(("name", "legal_name"))
CODES: Final = ("village_code", "district_code", "regency_code", "province_code")
"""The finest code both sides have decides: it contains the coarser ones."""
PLACES: Final = frozenset(("address", "id_address"))
NUMBERS: Final = frozenset(
    ("nik", "npwp", "npwp_branch", "nisn", "nip", "bpjs_number", "satusehat_ihs", "family_card_number")
)
NOISE: Final = re.compile(r"[\W_]+")


def same(attribute: str, one: Any, other: Any) -> bool:
    """Tell whether two values of an attribute mean the same."""
    if attribute in PLACES and isinstance(one, Mapping) and isinstance(other, Mapping):
        return _same_place(one, other)
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        shared = one.keys() & other.keys()
        return bool(shared) and all(same(name, one[name], other[name]) for name in shared)
    return bool(_plain(attribute, one) == _plain(attribute, other))


def _same_place(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    finest = next((code for code in CODES if one.get(code) and other.get(code)), None)
    if finest is None:
        return True
    if _digits(one[finest]) != _digits(other[finest]):
        return False
    return all(
        _digits(one[part]).lstrip("0") == _digits(other[part]).lstrip("0")
        for part in ("rw", "rt")
        if one.get(part) and other.get(part)
    )


def _plain(attribute: str, value: Any) -> Any:
    if isinstance(value, str):
        if attribute in NAMES:
            return _name(value)
        return _digits(value) if attribute in NUMBERS else " ".join(_words(value))
    if isinstance(value, Mapping):
        return {name: _plain(name, part) for name, part in value.items()}
    if isinstance(value, list):
        return sorted((_plain(attribute, part) for part in value), key=repr)
    return value


def _name(text: str) -> str:
    with suppress(BadName):
        text = parse(text).name
    words = _words(text)
    return " ".join((*(SPELLINGS.get(word, word) for word in words[:1]), *words[1:]))


def _words(text: str) -> list[str]:
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return NOISE.sub(" ", bare.replace("'", "").replace("’", "")).casefold().split()


def _digits(text: Any) -> str:
    return "".join(letter for letter in str(text) if letter.isalnum()).casefold()

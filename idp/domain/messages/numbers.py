"""Which telephone numbers a message may go to: mobiles of allowed countries (attacks O-102; features M2).

SMS pumping earns its money at premium numbers and at foreign operators that share the price, so both are refused
before anything is counted; what is left is counted by operator prefix.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberType

HOME: Final = "62"
OPERATOR_DIGITS: Final = 3
"""Indonesian mobiles: 812, 857, 895 … name the operator that got the block."""

_MOBILE: Final = frozenset({PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE})


class NumberRefusal(StrEnum):
    """Why no message goes to a number."""

    MALFORMED = "malformed"
    COUNTRY = "country"
    NOT_MOBILE = "not_mobile"


@dataclass(frozen=True, slots=True)
class Route:
    """Where a number leads: its country and the prefix its messages are counted under."""

    country: str
    prefix: str


def route(number: str, countries: Collection[str] = (HOME,)) -> Route | NumberRefusal:
    """Judge a number in E.164 form; premium, fixed and satellite numbers are no mobiles in any country."""
    try:
        parsed = phonenumbers.parse(number, None)
    except NumberParseException:
        return NumberRefusal.MALFORMED
    country, national = str(parsed.country_code), str(parsed.national_number)
    if country not in countries:
        return NumberRefusal.COUNTRY
    kind = phonenumbers.number_type(parsed)
    # Operators get new blocks before the library knows them; all Indonesian mobiles begin with 81 to 89.
    new_block = country == HOME and kind == PhoneNumberType.UNKNOWN and national[:2] in _HOME_BLOCKS
    if kind not in _MOBILE and not new_block:
        return NumberRefusal.NOT_MOBILE
    return Route(country, country + national[:OPERATOR_DIGITS] if country == HOME else country)


_HOME_BLOCKS: Final = frozenset(f"8{digit}" for digit in range(1, 10))

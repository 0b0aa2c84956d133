"""How many parts an SMS has, since each part costs: 160 characters alone, 153 in a row (3GPP TS 23.038, 23.040)."""

from __future__ import annotations

from typing import Final

_BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED: Final = frozenset("\f^{}\\[~]|€")
"""Characters that take two places."""


def is_plain(text: str) -> bool:
    """Tell whether a text fits the seven-bit alphabet of GSM."""
    return all(char in _BASIC or char in _EXTENDED for char in text)


def parts(text: str) -> int:
    """Count the parts an operator bills."""
    if is_plain(text):
        length, alone, in_a_row = sum(2 if char in _EXTENDED else 1 for char in text), 160, 153
    else:
        length, alone, in_a_row = len(text.encode("utf-16-be")) // 2, 70, 67
    return 1 if length <= alone else -(-length // in_a_row)

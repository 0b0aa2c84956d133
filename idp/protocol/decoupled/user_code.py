"""User codes: short enough to type, too many to guess (RFC 8628 §6.1)."""

import secrets
from typing import Final

ALPHABET: Final = "BCDFGHJKLMNPQRSTVWXZ"
"""Twenty consonants: no vowels, so no words; no digits, so none is taken for a letter."""
LENGTH: Final = 8
GROUP: Final = 4
LONGEST_TYPED: Final = 40


def new() -> str:
    """Make a code out of 20^8, some 34 bits (RFC 8628 §6.1)."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def parse(typed: str) -> str | None:
    """Read what somebody typed: case, spaces and signs between the letters do not matter (RFC 8628 §6.1)."""
    if len(typed) > LONGEST_TYPED:
        return None
    letters = "".join(char for char in typed.upper() if char.isalnum())
    return letters if len(letters) == LENGTH and set(letters) <= set(ALPHABET) else None


def shown(code: str) -> str:
    """Write a code for people: WDJB-MJHT."""
    return "-".join(code[start : start + GROUP] for start in range(0, LENGTH, GROUP))

"""The channels a citizen can be reached by, and how their addresses are shown on a page."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Channel(StrEnum):
    """How a message travels; the value is what the outbox, the counters and the audit log keep."""

    EMAIL = "email"
    SMS = "sms"
    WHATSAPP = "whatsapp"


TO_A_PHONE: Final = (Channel.SMS, Channel.WHATSAPP)
"""The channels that cost money and can be pumped; a gateway carries them."""

SHOWN_DIGITS: Final = 4
DOT: Final = "•"


def masked(address: str) -> str:
    """Show enough of an address for its owner to know it again, and no more: "+62 ••• •••• 1234", "s•••@contoh.id"."""
    if "@" in address:
        local, _, host = address.rpartition("@")
        return f"{local[:1]}{DOT * 3}@{host}"
    country = address[:3] if address.startswith("+62") else address[:2]
    return f"{country} {DOT * 3} {DOT * 4} {address[-SHOWN_DIGITS:]}"

"""What a letter is about decides where it goes: what guards the account to every address, the rest to one (T1).

A letter that is not named here is taken for a matter of security: told once too often rather than never.
"""

from __future__ import annotations

from typing import Final

ORDINARY: Final = frozenset(
    {
        "welcome",
        "consent_withdrawn",
        "request_waiting",
        "identity_checked",
        "data_case",
        "service_late",
        "releases_unusual",
        "conflicts_unusual",
    }
)
"""Letters that go to the preferred address only; all of them are in the inbox too."""

CODES: Final = frozenset({"email_code", "sign_in_code"})
"""Letters that carry a secret: to the one address it is for, never into the inbox."""

ASKED_BY_ANYBODY: Final = frozenset({"recover_password", "recover_identity", "registration_attempt"})
"""Letters a stranger can have written: they leave the better part of every budget to others."""


def is_security(template: str) -> bool:
    """Tell whether a letter goes to every confirmed address (ASVS 6.3.7)."""
    return template not in ORDINARY

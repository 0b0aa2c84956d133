"""The citizen's own pages: "Akun saya"."""

from idp.web.selfservice import (
    authenticators,
    changes,
    closing,
    contact,
    contacts,
    data,
    entrance,
    history,
    home,
    language,
    own_copy,
    passkeys,
    password,
    recovery_card,
    security,
    services,
    sessions,
)
from idp.web.selfservice.area import bp

__all__ = [
    "authenticators",
    "bp",
    "changes",
    "closing",
    "contact",
    "contacts",
    "data",
    "entrance",
    "history",
    "home",
    "language",
    "own_copy",
    "passkeys",
    "password",
    "recovery_card",
    "security",
    "services",
    "sessions",
]

"""The citizen's own pages: "Akun saya"."""

from idp.web.selfservice import (
    authenticators,
    changes,
    contact,
    contacts,
    data,
    entrance,
    history,
    home,
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
    "contact",
    "contacts",
    "data",
    "entrance",
    "history",
    "home",
    "passkeys",
    "password",
    "recovery_card",
    "security",
    "services",
    "sessions",
]

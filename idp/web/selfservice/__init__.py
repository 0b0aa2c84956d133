"""The citizen's own pages: "Akun saya"."""

from idp.web.selfservice import (
    authenticators,
    changes,
    data,
    entrance,
    history,
    home,
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
    "data",
    "entrance",
    "history",
    "home",
    "password",
    "recovery_card",
    "security",
    "services",
    "sessions",
]

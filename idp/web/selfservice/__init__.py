"""The citizen's own pages: "Akun saya"."""

from idp.web.selfservice import changes, data, entrance, history, home, security, services, sessions
from idp.web.selfservice.area import bp

__all__ = ["bp", "changes", "data", "entrance", "history", "home", "security", "services", "sessions"]

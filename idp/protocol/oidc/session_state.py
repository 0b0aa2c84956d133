"""The state of a browser's session as a client may watch it (OIDC Session Management 1.0 §2, §3)."""

import hashlib
import secrets
from functools import lru_cache
from urllib.parse import urlsplit
from uuid import UUID

from idp.protocol.oauth.mac import mac
from idp.protocol.oauth.values import b64url

SALT_BYTES = 12


def browser_state(session_id: UUID, salt: bytes) -> str:
    """Name a session so that our own script can read it; it opens nothing and ends with the session (§3.2)."""
    return b64url(mac(salt, f"browser-state|{session_id}")[:16])


def session_state(client_id: str, redirect_uri: str, state: str) -> str | None:
    """Tie a session to one client at one origin, freshly salted; None for an address that has no origin (§2)."""
    origin = origin_of(redirect_uri)
    if origin is None:
        return None
    salt = secrets.token_hex(SALT_BYTES)
    return f"{hashlib.sha256(f'{client_id} {origin} {state} {salt}'.encode()).hexdigest()}.{salt}"


@lru_cache(maxsize=4096)
def origin_of(uri: str) -> str | None:
    """Return the origin of a web address as browsers spell it (RFC 6454 §6.2)."""
    parts = urlsplit(uri)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return None
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    is_default = parts.port in (None, {"http": 80, "https": 443}[parts.scheme])
    return f"{parts.scheme}://{host}" + ("" if is_default else f":{parts.port}")

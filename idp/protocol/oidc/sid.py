"""The session id an RP sees: stable for one session at one client, unlinkable between clients (BCL §2.1)."""

from uuid import UUID

from idp.protocol.oauth.mac import mac
from idp.protocol.oauth.values import b64url


def sid(session_id: UUID, client_id: str, salt: bytes) -> str:
    """Derive the `sid` of a session for one client, so that clients cannot compare sessions."""
    return b64url(mac(salt, f"sid|{client_id}|{session_id}")[:16])

"""client_secret_basic and client_secret_post (RFC 6749 §2.3.1)."""

import hmac
from base64 import b64decode
from hashlib import sha256
from typing import Final
from urllib.parse import unquote_plus

from idp.protocol.oauth.client import Client
from idp.protocol.oauth.errors import InvalidClient
from idp.protocol.oauth.requests import Credentials

LONGEST_HEADER: Final = 2048

_METHODS: Final = frozenset({"client_secret_basic", "client_secret_post"})
_NOBODY: Final = sha256(b"no client has this digest").digest()


def secret_digest(secret: str) -> bytes:
    """What the registry keeps of a client secret; secrets are ours and random, so one hash is enough."""
    return sha256(secret.encode()).digest()


def verify_secret(client: Client | None, credentials: Credentials) -> None:
    """Compare digests in constant time, for unknown clients too (RFC 6819 §5.1.4.1.3)."""
    digest = client.secret_digest if client is not None else None
    same = hmac.compare_digest(secret_digest(credentials.secret or ""), digest or _NOBODY)
    allowed = client is not None and client.token_endpoint_auth_method == credentials.method
    if not (same and digest is not None and allowed and credentials.method in _METHODS):
        raise InvalidClient(scheme=credentials.scheme)


def read_basic(authorization: str) -> tuple[str, str]:
    """Read client id and secret, each form-decoded (RFC 6749 §2.3.1, Appendix B)."""
    scheme, _, encoded = authorization.strip().partition(" ")
    try:
        if scheme.lower() != "basic" or len(encoded) > LONGEST_HEADER:
            raise ValueError("no Basic credentials")
        client_id, colon, secret = b64decode(encoded.strip(), validate=True).decode().partition(":")
        if not colon or not client_id:
            raise ValueError("no client id")
        pair = (unquote_plus(client_id, errors="strict"), unquote_plus(secret, errors="strict"))
    except ValueError as cause:
        raise InvalidClient("the Authorization header is malformed", scheme="Basic") from cause
    if "\x00" in pair[0] or "\x00" in pair[1]:
        raise InvalidClient("the Authorization header is malformed", scheme="Basic")
    return pair

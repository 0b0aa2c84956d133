"""What an agency keeps secret: its key pair for `private_key_jwt` (RFC 7523) and its cookie key."""

from __future__ import annotations

import json
import secrets
from pathlib import Path

from joserfc.jwk import ECKey

from clients.deployment import write_private

ALGORITHM = "ES256"
PRIVATE_FILE = "private.jwk.json"
PUBLIC_FILE = "jwks.json"
COOKIE_FILE = "cookie.key"


def key_pair(folder: Path) -> ECKey:
    """Return the agency's key pair, made at the first call; the public half lies beside it as a JWK Set."""
    private = folder / PRIVATE_FILE
    if not private.exists():
        fresh = ECKey.generate_key("P-256", {"use": "sig", "alg": ALGORITHM}, private=True)
        fresh.ensure_kid()
        write_private(private, json.dumps(fresh.as_dict(private=True)))
    key = ECKey.import_key(json.loads(private.read_text(encoding="utf-8")))
    public = {"keys": [key.as_dict(private=False)]}
    write_private(folder / PUBLIC_FILE, json.dumps(public, indent=2) + "\n")
    return key


def cookie_key(folder: Path) -> str:
    """Return the key that signs the agency's own cookie, made at the first call."""
    path = folder / COOKIE_FILE
    if not path.exists():
        write_private(path, secrets.token_urlsafe(32))
    return path.read_text(encoding="utf-8")

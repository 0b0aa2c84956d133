"""Client secrets: random, shown once, kept as a digest (RFC 6749 §2.3.1, ASVS 13.3.1).

Only a client that computes a MAC with its secret (`client_secret_jwt`, OIDC Core §9) has it kept so that we can compute
the same: sealed by a key of the deployment, and without a digest.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from idp.domain.audit.events import ClientSecretIssued
from idp.domain.audit.record import record
from idp.domain.registry.models import ClientRegistration
from idp.domain.registry.policy import DIGEST_METHODS, MAC_METHOD, SECRET_METHODS
from idp.domain.store.database import Session
from idp.protocol.oauth.client import Client
from keys import DataKey, Place

SECRET_BYTES = 32
MAC_SECRET_BYTES = 64
"""As long as the longest MAC, which is what HS512 needs of its key (RFC 7518 §3.2)."""
TABLE, COLUMN = "client", "secret_sealed"


def uses_secret(metadata: Mapping[str, Any]) -> bool:
    """Tell whether a client of this registration authenticates with a secret."""
    return metadata.get("token_endpoint_auth_method") in SECRET_METHODS


def forget_unusable(row: ClientRegistration) -> None:
    """Drop what the registered method has no use for; a secret never changes from one form to the other."""
    method = row.client_metadata.get("token_endpoint_auth_method")
    if method not in DIGEST_METHODS:
        row.secret_digest = None
    if method != MAC_METHOD:
        row.secret_sealed = None


def issue(db: Session, row: ClientRegistration, *, seal: DataKey, by: str, now: datetime) -> str:
    """Make a new secret; the earlier one is void with this transaction. The caller shows it once."""
    forget_unusable(row)
    if row.client_metadata.get("token_endpoint_auth_method") == MAC_METHOD:
        secret = secrets.token_urlsafe(MAC_SECRET_BYTES)
        row.secret_sealed = seal.seal(secret.encode("ascii"), Place(TABLE, COLUMN, row.id))
    else:
        secret = secrets.token_urlsafe(SECRET_BYTES)
        row.secret_digest = hashlib.sha256(secret.encode("ascii")).digest()
    row.secret_issued_at = now
    record(db, ClientSecretIssued(client_id=row.id, actor=by), now)
    return secret


def unseal(seal: DataKey, client: Client) -> bytes | None:
    """Open the secret of a `client_secret_jwt` client; None where there is none yet."""
    sealed = client.secret_sealed
    return None if sealed is None else seal.unseal(sealed, Place(TABLE, COLUMN, client.client_id))


def matches(row: ClientRegistration, secret: object, *, seal: DataKey) -> bool:
    """Tell whether this is a client's secret of today (RFC 7592 §2.2)."""
    if not isinstance(secret, str):
        return False
    given = secret.encode("utf-8")
    if row.secret_sealed is not None:
        return hmac.compare_digest(seal.unseal(row.secret_sealed, Place(TABLE, COLUMN, row.id)), given)
    return hmac.compare_digest(row.secret_digest or b"", hashlib.sha256(given).digest())

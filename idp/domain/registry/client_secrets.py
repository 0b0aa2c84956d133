"""Client secrets: 256 random bits, shown once, kept as a digest (RFC 6749 §2.3.1, ASVS 13.3.1)."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from idp.domain.audit.events import ClientSecretIssued
from idp.domain.audit.record import record
from idp.domain.registry.models import ClientRegistration
from idp.domain.registry.policy import SECRET_METHODS
from idp.domain.store.database import Session

SECRET_BYTES = 32


def uses_secret(metadata: Mapping[str, Any]) -> bool:
    """Tell whether a client of this registration authenticates with a secret."""
    return metadata.get("token_endpoint_auth_method") in SECRET_METHODS


def issue(db: Session, row: ClientRegistration, *, by: str, now: datetime) -> str:
    """Make a new secret; the earlier one is void with this transaction. The caller shows it once."""
    secret = secrets.token_urlsafe(SECRET_BYTES)
    row.secret_digest = hashlib.sha256(secret.encode("ascii")).digest()
    row.secret_issued_at = now
    record(db, ClientSecretIssued(client_id=row.id, actor=by), now)
    return secret

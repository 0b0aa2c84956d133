"""Clients that register and manage themselves (RFC 7591 §3, RFC 7592 §2): the registry's acts, bounded by a token.

What only the registry decides, such as agency, environment, status and waivers, is never taken from a client.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from idp.domain.registry import changes, client_secrets, initial_tokens, registrations
from idp.domain.registry.changes import NotAllowed
from idp.domain.registry.initial_tokens import digest_of
from idp.domain.registry.models import ClientRegistration, InitialAccessToken
from idp.domain.registry.policy import Policy
from idp.domain.store.database import Session
from keys import DataKey

TOKEN_BYTES = 32
DECIDED = ("waivers",)
"""Members that say what the registry granted; a client cannot grant them to itself (attacks O-130)."""
OPEN = "registration:open"


@dataclass(frozen=True, slots=True)
class SelfRegistered:
    """A new registration with what is shown this once."""

    client: ClientRegistration
    token: str = field(repr=False)
    secret: str | None = field(default=None, repr=False)


def wanted(given: Mapping[str, Any], standing: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return what a client asks for, and of what the registry decides only what stands."""
    kept = {name: standing[name] for name in DECIDED if name in standing} if standing else {}
    return {name: value for name, value in given.items() if name not in DECIDED} | kept


def register(
    db: Session,
    given: Mapping[str, Any],
    permit: InitialAccessToken | None,
    *,
    agency_id: str,
    environment: str,
    now: datetime,
    seal: DataKey,
    policy: Policy,
) -> SelfRegistered:
    """Register a client; the caller spends the permit in this transaction.

    The administrator who made the permit counts as an author of the registration: somebody else approves it.

    Raises:
        BadRedirectUri, BadMetadata: with every violation.
    """
    by = f"registration:{permit.id}" if permit is not None else OPEN
    made = registrations.register(
        db,
        wanted(given),
        agency_id=agency_id,
        environment=environment,
        by=by,
        now=now,
        seal=seal,
        policy=policy,
    )
    token = secrets.token_urlsafe(TOKEN_BYTES)
    made.client.registration_digest = digest_of(token)
    made.client.registered_for = permit.created_by if permit is not None else None
    if permit is not None:
        initial_tokens.record_use(db, permit.id, made.client.id, now)
    return SelfRegistered(made.client, token, made.secret)


def holder(db: Session, client_id: str, token: str, *, lock: bool = False) -> ClientRegistration | None:
    """Return the client whose registration access token this is; none for any other, for stopped and closed ones."""
    row = db.get(ClientRegistration, client_id, with_for_update=lock)
    known = row.registration_digest if row is not None else None
    same = hmac.compare_digest(known or b"", digest_of(token))
    if row is None or not same or row.status in (registrations.SUSPENDED, registrations.RETIRED):
        return None
    return row


def replace(
    db: Session,
    row: ClientRegistration,
    given: Mapping[str, Any],
    *,
    now: datetime,
    seal: DataKey,
    policy: Policy,
) -> str | None:
    """Replace what a client registered (RFC 7592 §2.2); returns a new secret where it needs its first one.

    At a client in production this only proposes the change: what stands goes on until somebody approves.

    Raises:
        BadRedirectUri, BadMetadata: with every violation.
    """
    by = f"client:{row.id}"
    standing = registrations.full_metadata(row)
    try:
        change = registrations.amend(
            db,
            row.id,
            wanted(given, standing),
            base_revision=row.revision,
            by=by,
            now=now,
            policy=policy,
        )
    except NotAllowed as exc:
        if exc.reason != "nothing":
            raise
        return None
    in_force = change is None or change.kind != changes.AMEND
    has_secret = row.secret_digest is not None or row.secret_sealed is not None
    if in_force and not has_secret and client_secrets.uses_secret(row.client_metadata):
        return client_secrets.issue(db, row, seal=seal, by=by, now=now)
    return None


def information(row: ClientRegistration) -> dict[str, Any]:
    """Return the client's own view of its registration (RFC 7591 §3.2.1); nothing secret is shown again."""
    return {
        "client_id": row.id,
        "client_id_issued_at": int(row.created_at.timestamp()),
        **registrations.full_metadata(row),
    }

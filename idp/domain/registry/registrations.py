"""The life of a client registration: register, amend, approve, suspend, resume, retire; all audited.

Sandbox clients stand at once. What reaches production waits for a second person (features K2), except
stopping: anyone in charge may suspend at once.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from idp.domain.audit.events import (
    ClientAmended,
    ClientRegistered,
    ClientResumed,
    ClientRetired,
    ClientSuspended,
)
from idp.domain.audit.record import record
from idp.domain.registry import changes, client_secrets, logos
from idp.domain.registry.changes import ACTIVATE, AMEND, APPROVED, REFUSED, RESUME, NotAllowed
from idp.domain.registry.lookup import STAMP
from idp.domain.registry.metadata import accept
from idp.domain.registry.models import Agency, ClientChange, ClientRegistration
from idp.domain.registry.policy import Policy
from idp.domain.registry.served import require_unserved
from idp.domain.store.database import Session
from idp.domain.store.stamps import bump
from idp.protocol.oauth.client import Environment
from keys import DataKey

DRAFT, APPROVED_STATUS, SUSPENDED, RETIRED = "draft", "approved", "suspended", "retired"
SUSPENSIONS = ("security", "agency_request", "terms", "unused")
"""Why a client was stopped: words for the audit log, never free text."""
RANDOM_ID_BYTES = 16
_SLUG = re.compile(r"[a-z0-9][a-z0-9._-]{1,99}")


@dataclass(frozen=True, slots=True)
class Registered:
    """A new registration, with the secret that is never seen again."""

    client: ClientRegistration
    secret: str | None = field(default=None, repr=False)
    change: ClientChange | None = None


def register(
    db: Session,
    metadata: Mapping[str, Any],
    *,
    agency_id: str,
    environment: str,
    by: str,
    now: datetime,
    seal: DataKey,
    policy: Policy | None = None,
    client_id: str | None = None,
) -> Registered:
    """Make a registration (RFC 7591 §3.2.1); a production one is a draft until somebody else approves it.

    `seal` keeps the secret of a `client_secret_jwt` client.

    Raises:
        BadRedirectUri, BadMetadata: with every violation.
        NotAllowed: `unknown_agency`, `bad_id` or `taken_id`.
    """
    accepted = accept(metadata, judged(policy, environment, now))
    require_unserved(db, None, accepted)
    if db.get(Agency, agency_id) is None:
        raise NotAllowed("unknown_agency", f"there is no agency {agency_id}")
    chosen = _new_id(db, client_id)
    waits = environment == Environment.PRODUCTION
    row = ClientRegistration(
        id=chosen,
        agency_id=agency_id,
        environment=str(environment),
        profile=accepted.pop("profile"),
        status=DRAFT if waits else APPROVED_STATUS,
        client_metadata=accepted,
        secret_digest=None,
        secret_sealed=None,
        secret_issued_at=None,
        registration_digest=None,
        registered_for=None,
        logo_digest=None,
        revision=1,
        created_at=now,
        updated_at=now,
    )
    db.add(row)
    db.flush()
    logos.queue(db, row, None, now)
    record(db, ClientRegistered(client_id=row.id, actor=by, status=row.status), now)
    secret = (
        client_secrets.issue(db, row, seal=seal, by=by, now=now)
        if client_secrets.uses_secret(accepted)
        else None
    )
    change = changes.propose(db, row, ACTIVATE, by=by, now=now) if waits else None
    bump(db, STAMP)
    return Registered(row, secret, change)


def amend(
    db: Session,
    client_id: str,
    metadata: Mapping[str, Any],
    *,
    base_revision: int,
    by: str,
    now: datetime,
    policy: Policy | None = None,
) -> ClientChange | None:
    """Replace a registration's metadata; returns the change that waits, or None when it stands already.

    Raises:
        BadRedirectUri, BadMetadata: with every violation.
        NotAllowed: `stale` when somebody changed it meanwhile, `retired`, `nothing` when nothing differs.
    """
    row = _locked(db, client_id)
    _require_current(row, base_revision)
    if row.status == RETIRED:
        raise NotAllowed("retired", "a retired client does not change any more")
    accepted = accept(metadata, judged(policy, row.environment, now))
    require_unserved(db, client_id, accepted)
    if not differing(full_metadata(row), accepted):
        raise NotAllowed("nothing", "nothing differs from what is registered")
    if row.environment == Environment.PRODUCTION and row.status != DRAFT:
        return changes.propose(db, row, AMEND, by=by, now=now, proposal=accepted)
    _put(db, row, accepted, by=by, now=now)
    if row.status == DRAFT:
        return changes.propose(db, row, ACTIVATE, by=by, now=now)
    return None


def approve(
    db: Session, change_id: UUID, *, by: str, now: datetime, policy: Policy | None = None
) -> ClientRegistration:
    """Let a waiting change take effect; its author cannot, and it must still fit what is registered.

    Raises:
        NotAllowed: `same_person`, `decided`, `stale`, `retired` or `unknown_change`.
        BadRedirectUri, BadMetadata: when it breaks a rule by now, such as a waiver that ended.
    """
    change = changes.find(db, change_id)
    row = _locked(db, change.client_id)
    _require_current(row, change.base_revision)
    if row.status == RETIRED:
        raise NotAllowed("retired", "a retired client does not change any more")
    if row.registered_for == by:  # who let a client register itself is an author, too
        raise NotAllowed("same_person", "somebody other than the author must decide this change")
    wanted = change.proposal if change.proposal is not None else full_metadata(row)
    accepted = accept(wanted, judged(policy, row.environment, now))
    require_unserved(db, row.id, accepted)
    changes.decide(db, change, APPROVED, by=by, now=now)
    if change.kind == AMEND:
        _put(db, row, accepted, by=by, now=now)
    else:
        row.status, row.updated_at = APPROVED_STATUS, now
        if change.kind == RESUME:
            record(db, ClientResumed(client_id=row.id, actor=by), now)
    bump(db, STAMP)
    return row


def refuse(db: Session, change_id: UUID, *, by: str, now: datetime) -> ClientChange:
    """Turn a waiting change down; everything stays as it is.

    Raises:
        NotAllowed: `same_person`, `decided` or `unknown_change`.
    """
    change = changes.find(db, change_id)
    changes.decide(db, change, REFUSED, by=by, now=now)
    return change


def suspend(db: Session, client_id: str, reason: str, *, by: str, now: datetime) -> ClientRegistration:
    """Stop a client at once: nothing is issued to it any more, its tokens stop working.

    Raises:
        NotAllowed: `reason` for an unknown reason, `status` when it does not stand.
    """
    row = _locked(db, client_id)
    if reason not in SUSPENSIONS:
        raise NotAllowed("reason", f"the reason must be one of: {', '.join(SUSPENSIONS)}")
    if row.status != APPROVED_STATUS:
        raise NotAllowed("status", f"client {client_id} is {row.status}, not approved")
    row.status, row.updated_at = SUSPENDED, now
    record(db, ClientSuspended(client_id=row.id, actor=by, reason=reason), now)
    bump(db, STAMP)
    return row


def resume(db: Session, client_id: str, reason: str, *, by: str, now: datetime) -> ClientChange | None:
    """Let a suspended client work again; a production one waits for a second person: the change is returned.

    Raises:
        NotAllowed: `status` when it is not suspended.
    """
    row = _locked(db, client_id)
    if row.status != SUSPENDED:
        raise NotAllowed("status", f"client {client_id} is {row.status}, not suspended")
    if row.environment == Environment.PRODUCTION:
        return changes.propose(db, row, RESUME, by=by, now=now, reason=reason)
    row.status, row.updated_at = APPROVED_STATUS, now
    record(db, ClientResumed(client_id=row.id, actor=by), now)
    bump(db, STAMP)
    return None


def retire(db: Session, client_id: str, *, by: str, now: datetime) -> ClientRegistration:
    """End a client for good; its id is never given to another."""
    row = _locked(db, client_id)
    if row.status == RETIRED:
        raise NotAllowed("status", f"client {client_id} is retired already")
    row.status, row.updated_at = RETIRED, now
    row.secret_digest = row.secret_sealed = None
    row.registration_digest = None
    record(db, ClientRetired(client_id=row.id, actor=by), now)
    bump(db, STAMP)
    return row


def rotate_secret(db: Session, client_id: str, *, seal: DataKey, by: str, now: datetime) -> str:
    """Give a client a new secret, shown once; the old one is void.

    Raises:
        NotAllowed: `no_secret` when it does not authenticate with one, `retired`.
    """
    row = _locked(db, client_id)
    if row.status == RETIRED:
        raise NotAllowed("retired", "a retired client gets no secret")
    if not client_secrets.uses_secret(row.client_metadata):
        raise NotAllowed("no_secret", f"client {client_id} does not authenticate with a secret")
    secret = client_secrets.issue(db, row, seal=seal, by=by, now=now)
    row.updated_at = now
    bump(db, STAMP)
    return secret


def find(db: Session, client_id: str) -> ClientRegistration:
    """Return a registration.

    Raises:
        NotAllowed: `unknown_client`.
    """
    row = db.get(ClientRegistration, client_id)
    if row is None:
        raise NotAllowed("unknown_client", f"there is no client {client_id}")
    return row


def full_metadata(row: ClientRegistration) -> dict[str, Any]:
    """Return the metadata as it was accepted, with the profile among it."""
    return {**row.client_metadata, "profile": row.profile}


def response(row: ClientRegistration, secret: str | None = None) -> dict[str, Any]:
    """Return the client information response (RFC 7591 §3.2.1)."""
    answer: dict[str, Any] = {
        "client_id": row.id,
        "client_id_issued_at": int(row.created_at.timestamp()),
        **full_metadata(row),
        "agency_id": row.agency_id,
        "environment": row.environment,
        "status": row.status,
    }
    if secret is not None:
        answer |= {"client_secret": secret, "client_secret_expires_at": 0}
    return answer


def differing(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the names of the members that differ."""
    return tuple(sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name)))


def judged(policy: Policy | None, environment: str, now: datetime) -> Policy:
    """Return the policy for a client of this environment today."""
    return replace(policy or Policy(), environment=str(environment), today=now.date())


def _put(db: Session, row: ClientRegistration, accepted: dict[str, Any], *, by: str, now: datetime) -> None:
    members = differing(full_metadata(row), accepted)
    metadata = dict(accepted)
    earlier = row.client_metadata.get(logos.MEMBER)
    row.profile = metadata.pop("profile")
    row.client_metadata = metadata
    logos.queue(db, row, earlier, now)
    client_secrets.forget_unusable(row)
    row.revision += 1
    row.updated_at = now
    record(db, ClientAmended(client_id=row.id, actor=by, revision=row.revision, members=members), now)
    bump(db, STAMP)


def _locked(db: Session, client_id: str) -> ClientRegistration:
    """Return a registration that nobody else changes until this transaction ends."""
    row = db.get(ClientRegistration, client_id, with_for_update=True)
    if row is None:
        raise NotAllowed("unknown_client", f"there is no client {client_id}")
    return row


def _require_current(row: ClientRegistration, base_revision: int) -> None:
    if row.revision != base_revision:
        raise NotAllowed("stale", f"client {row.id} was changed meanwhile; look at it again")


def _new_id(db: Session, wanted: str | None) -> str:
    if wanted is None:
        return secrets.token_hex(RANDOM_ID_BYTES)
    if not _SLUG.fullmatch(wanted):
        raise NotAllowed("bad_id", "a client id is 2 to 100 lower-case letters, digits, dots, hyphens")
    if db.get(ClientRegistration, wanted) is not None:
        raise NotAllowed("taken_id", f"there is a client {wanted} already")
    return wanted

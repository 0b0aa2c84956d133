"""Initial access tokens: who may register clients, for whom, how often and until when (RFC 7591 §3; protocol R7).

A token names an agency and an environment; whoever holds it decides neither. It is kept as a digest, and spent by one
statement in the transaction that registers.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update

from idp.domain.audit.events import (
    InitialAccessTokenCreated,
    InitialAccessTokenRevoked,
    InitialAccessTokenUsed,
)
from idp.domain.audit.record import record
from idp.domain.registry.changes import NotAllowed
from idp.domain.registry.models import Agency, InitialAccessToken
from idp.domain.store.database import Session
from idp.protocol.oauth.client import Environment

TOKEN_BYTES = 32
MOST_USES = 1000
LONGEST_LIFE = timedelta(days=365)
LATEST = 200


@dataclass(frozen=True, slots=True)
class Minted:
    """A new token: the record, and the text that is shown this once."""

    token: InitialAccessToken
    text: str = field(repr=False)


def digest_of(text: str) -> bytes:
    """Return what is stored in place of a token; 256 random bits need no salt."""
    return hashlib.sha256(text.encode("utf-8")).digest()


def mint(
    db: Session,
    *,
    agency_id: str,
    environment: str,
    uses: int,
    life: timedelta,
    by: str,
    now: datetime,
    production: bool,
) -> Minted:
    """Make a token for one agency and environment.

    Raises:
        NotAllowed: `unknown_agency`, `environment`, `uses` or `life`.
    """
    if environment not in tuple(Environment) or (production and environment != Environment.PRODUCTION):
        raise NotAllowed("environment", "a production deployment holds production clients only")
    if not 1 <= uses <= MOST_USES:
        raise NotAllowed("uses", f"a token is good for 1 to {MOST_USES} registrations")
    if not timedelta(0) < life <= LONGEST_LIFE:
        raise NotAllowed("life", f"a token lives for 1 to {LONGEST_LIFE.days} days")
    if db.get(Agency, agency_id) is None:
        raise NotAllowed("unknown_agency", f"there is no agency {agency_id}")
    text = secrets.token_urlsafe(TOKEN_BYTES)
    row = InitialAccessToken(
        digest=digest_of(text),
        agency_id=agency_id,
        environment=str(environment),
        uses=uses,
        uses_left=uses,
        created_by=by,
        created_at=now,
        expires_at=now + life,
        revoked_at=None,
    )
    db.add(row)
    db.flush()
    event = InitialAccessTokenCreated(
        actor=by, token_id=row.id, agency_id=agency_id, environment=row.environment, uses=uses
    )
    record(db, event, now)
    return Minted(row, text)


def standing(db: Session, text: str, now: datetime) -> InitialAccessToken | None:
    """Return a token that is good at this moment; `spend` decides."""
    return db.scalar(
        select(InitialAccessToken).where(
            InitialAccessToken.digest == digest_of(text),
            InitialAccessToken.uses_left > 0,
            InitialAccessToken.revoked_at.is_(None),
            InitialAccessToken.expires_at > now,
        )
    )


def spend(db: Session, text: str, now: datetime) -> bool:
    """Use a token once, in one statement; False when it is not good any more."""
    spent = db.execute(
        update(InitialAccessToken)
        .where(
            InitialAccessToken.digest == digest_of(text),
            InitialAccessToken.uses_left > 0,
            InitialAccessToken.revoked_at.is_(None),
            InitialAccessToken.expires_at > now,
        )
        .values(uses_left=InitialAccessToken.uses_left - 1)
        .returning(InitialAccessToken.id)
        .execution_options(synchronize_session=False)
    )
    return spent.first() is not None


def record_use(db: Session, token_id: UUID, client_id: str, now: datetime) -> None:
    """Put on record which client a token made."""
    record(db, InitialAccessTokenUsed(client_id=client_id, token_id=token_id), now)


def revoke(db: Session, token_id: UUID, *, by: str, now: datetime) -> InitialAccessToken:
    """End a token at once; the clients it made stay.

    Raises:
        NotAllowed: `unknown_token`, or `status` when it is revoked already.
    """
    row = find(db, token_id)
    ended = db.execute(
        update(InitialAccessToken)
        .where(InitialAccessToken.id == token_id, InitialAccessToken.revoked_at.is_(None))
        .values(revoked_at=now)
        .returning(InitialAccessToken.id)
        .execution_options(synchronize_session=False)
    )
    if ended.first() is None:
        raise NotAllowed("status", "this token is revoked already")
    record(db, InitialAccessTokenRevoked(actor=by, token_id=token_id, agency_id=row.agency_id), now)
    db.refresh(row)
    return row


def find(db: Session, token_id: UUID) -> InitialAccessToken:
    """Return a token's record.

    Raises:
        NotAllowed: `unknown_token`.
    """
    row = db.get(InitialAccessToken, token_id)
    if row is None:
        raise NotAllowed("unknown_token", "there is no such token")
    return row


def latest(db: Session, agency_id: str | None = None) -> Sequence[InitialAccessToken]:
    """Return up to 200 tokens, the newest first; of one agency when it is named."""
    query = select(InitialAccessToken).order_by(InitialAccessToken.created_at.desc(), InitialAccessToken.id)
    if agency_id is not None:
        query = query.where(InitialAccessToken.agency_id == agency_id)
    return db.scalars(query.limit(LATEST)).all()


def state_of(token: InitialAccessToken, now: datetime) -> str:
    """Return `revoked`, `spent`, `expired` or `open`."""
    if token.revoked_at is not None:
        return "revoked"
    if token.uses_left == 0:
        return "spent"
    return "expired" if token.expires_at <= now else "open"

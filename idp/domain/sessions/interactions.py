"""Interactions: what a browser is in the middle of, kept by us and bound to that browser (protocol X2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import select, update

from idp.domain.sessions.models import Interaction
from idp.domain.store.database import Session
from idp.protocol.oauth.values import Handle, HandleKind
from keys import DataKey, Place

TABLE = "interaction"
MOST_MFA_TRIES = 10


@dataclass(frozen=True, slots=True)
class Waiting:
    """A live interaction together with the request it keeps."""

    row: Interaction
    request: Mapping[str, Any]


def start(
    db: Session,
    seal: DataKey,
    *,
    kind: str,
    browser: bytes,
    client_id: str | None,
    request: Mapping[str, object],
    language: str,
    lifetime: timedelta,
    now: datetime,
) -> Handle:
    """Keep a request until the citizen has answered; the handle is the `uid` in the address."""
    handle = Handle.mint(HandleKind.INTERACTION, now, browser)
    db.add(
        Interaction(
            day=handle.day,
            bucket=handle.bucket,
            digest=handle.digest,
            kind=kind,
            browser=browser,
            client_id=client_id,
            request=seal.seal(orjson.dumps(request), _place(handle)),
            language=language,
            started_at=now,
            expires_at=now + lifetime,
        )
    )
    return handle


def find(db: Session, seal: DataKey, uid: str, browser: bytes, now: datetime) -> Waiting | None:
    """Return a live interaction of this very browser; another browser's is as good as none."""
    handle = Handle.parse(uid, HandleKind.INTERACTION)
    if handle is None:
        return None
    row = db.scalars(
        select(Interaction).where(
            Interaction.day == handle.day,
            Interaction.bucket == handle.bucket,
            Interaction.digest == handle.digest,
            Interaction.browser == browser,
            Interaction.completed_at.is_(None),
            Interaction.expires_at > now,
        )
    ).one_or_none()
    if row is None:
        return None
    return Waiting(row, orjson.loads(seal.unseal(row.request, _place(handle))))


def complete(db: Session, row: Interaction, now: datetime) -> bool:
    """Spend an interaction once, whoever races us."""
    spent = db.execute(
        update(Interaction)
        .where(
            Interaction.day == row.day,
            Interaction.bucket == row.bucket,
            Interaction.digest == row.digest,
            Interaction.completed_at.is_(None),
        )
        .values(completed_at=now)
        .returning(Interaction.day)
        .execution_options(synchronize_session=False)
    )
    return spent.first() is not None


def count_mfa_try(db: Session, row: Interaction) -> bool:
    """Count a second-factor guess before it is judged; False when this sign-in has used them all."""
    counted = db.execute(
        update(Interaction)
        .where(
            Interaction.day == row.day,
            Interaction.bucket == row.bucket,
            Interaction.digest == row.digest,
            Interaction.mfa_tries < MOST_MFA_TRIES,
        )
        .values(mfa_tries=Interaction.mfa_tries + 1)
        .returning(Interaction.mfa_tries)
        .execution_options(synchronize_session=False)
    )
    return counted.first() is not None


def _place(handle: Handle) -> Place:
    return Place(TABLE, "request", handle.digest.hex())

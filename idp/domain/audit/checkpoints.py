"""Signed checkpoints: every 1,000 records or 60 seconds the chain's tip is signed (reliability 6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Self

from sqlalchemy import select

from idp.domain.audit import chain
from idp.domain.audit.models import AuditCheckpoint
from idp.domain.store.database import Database
from keys import BadSignature, Keyring, compact

TYP: Final = "audit-checkpoint+jwt"
ALG: Final = "ES256"
EVERY_RECORDS: Final = 1000
EVERY: Final = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a checkpoint says: the chain had this hash at this length."""

    seq: int
    row_hash: bytes

    @classmethod
    def of(cls, claims: Mapping[str, object]) -> Self | None:
        """Read verified claims; None when they are not a checkpoint's."""
        seq, text = claims.get("seq"), claims.get("row_hash")
        if not isinstance(seq, int) or not isinstance(text, str):
            return None
        try:
            return cls(seq, bytes.fromhex(text))
        except ValueError:
            return None


def sign_due(database: Database, keyring: Keyring, now: datetime, *, at_once: bool = False) -> bool:
    """Sign the tip when it has moved far or long enough; True when a checkpoint was written."""
    with database.unit_of_work() as db:
        last = db.execute(
            select(AuditCheckpoint.seq, AuditCheckpoint.at).order_by(AuditCheckpoint.seq.desc()).limit(1)
        ).one_or_none()
        seq, row_hash = chain.tip(db)
        signed = last.seq if last is not None else 0
        if seq <= signed:
            return False
        recent = last is not None and now - last.at < EVERY
        if recent and seq - signed < EVERY_RECORDS and not at_once:
            return False
        claims = {"seq": seq, "row_hash": row_hash.hex(), "iat": int(now.timestamp())}
        signature = compact(keyring.signer(ALG), claims, TYP)
        row = AuditCheckpoint(seq=seq, row_hash=row_hash, at=now, signature=signature)
        if db.get(AuditCheckpoint, seq) is None:
            db.add(row)
    return True


def opened(signature: str, keyring: Keyring) -> Checkpoint | None:
    """Return what a checkpoint says if we signed it, with a key of today or a retired one; else None."""
    try:
        claims = keyring.verify(signature, typ=TYP, include_retired=True)
    except BadSignature:
        return None
    return Checkpoint.of(claims)

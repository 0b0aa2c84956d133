"""Proof of work in place of a picture to read: a busy network pays a little for each try (features M4; attacks O-097).

A challenge is made of nothing stored: random bytes, its time and its difficulty under a MAC, bound to one browser. Who
has no script waits instead (decisions 32). It is good for one form; the mark of that is the only row.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy.dialects import postgresql, sqlite

from idp.domain.authenticators.models import SpentChallenge
from idp.domain.store.database import Session
from keys import KeyTree

LIFETIME: Final = timedelta(minutes=10)
WAIT: Final = timedelta(seconds=20)
"""What a form without script costs: less than a person minds once, more than a guesser can pay each time."""
LEAST_BITS, MOST_BITS = 13, 17
MOST_CHARS: Final = 200


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether a challenge was met; otherwise how long this one still has to wait, None where a new one is needed."""

    met: bool
    wait: timedelta | None = None


def make(tree: KeyTree, browser: bytes, now: datetime, bits: int = LEAST_BITS) -> str:
    """Make a challenge for a browser: `random.second.bits.mac`."""
    nonce = base64.urlsafe_b64encode(secrets.token_bytes(18)).decode("ascii")
    said = f"{nonce}.{int(now.timestamp())}.{min(max(bits, LEAST_BITS), MOST_BITS)}"
    return f"{said}.{_mac(tree, browser, said)}"


def bits_of(challenge: str) -> int:
    """Return the difficulty a challenge of ours names."""
    return int(challenge.split(".")[2])


def answer(db: Session, tree: KeyTree, browser: bytes, challenge: str, proof: str, now: datetime) -> Answer:
    """Judge a form's challenge, and spend it when it is met."""
    made_at = _made_at(tree, browser, challenge)
    if made_at is None or not timedelta(0) <= now - made_at < LIFETIME:
        return Answer(met=False)
    if not _solved(challenge, proof):
        waited = now - made_at
        if waited < WAIT:
            return Answer(met=False, wait=WAIT - waited)
    return Answer(met=_spend(db, challenge, made_at + LIFETIME))


def solves(challenge: str, proof: str, bits: int) -> bool:
    """Tell whether SHA-256 over challenge and proof begins with so many zero bits."""
    digest = hashlib.sha256(f"{challenge}.{proof}".encode()).digest()
    return int.from_bytes(digest) >> (len(digest) * 8 - bits) == 0


def _solved(challenge: str, proof: str) -> bool:
    usable = proof.isascii() and proof.isdecimal() and len(proof) <= 12
    return usable and solves(challenge, proof, bits_of(challenge))


def _made_at(tree: KeyTree, browser: bytes, challenge: str) -> datetime | None:
    if len(challenge) > MOST_CHARS or not challenge.isascii() or challenge.count(".") != 3:
        return None
    said, _dot, mac = challenge.rpartition(".")
    if not hmac.compare_digest(mac, _mac(tree, browser, said)):
        return None
    return datetime.fromtimestamp(int(said.split(".")[1]), UTC)


def _spend(db: Session, challenge: str, until: datetime) -> bool:
    insert = postgresql.insert if db.get_bind().dialect.name == "postgresql" else sqlite.insert
    digest = hashlib.sha256(challenge.encode()).digest()
    statement = insert(SpentChallenge).values(digest=digest, expires_at=until)
    spent = db.execute(statement.on_conflict_do_nothing().returning(SpentChallenge.digest))
    return spent.first() is not None


def _mac(tree: KeyTree, browser: bytes, said: str) -> str:
    return tree.mac("challenge", browser + said.encode("ascii")).hex()

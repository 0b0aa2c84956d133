"""Challenges of passkeys: for one browser, purpose and holder; spent before the answer is judged (attacks O-106)."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import update

from idp.domain.authenticators.passkey_models import PasskeyChallenge
from idp.domain.store.database import Session

BYTES: Final = 32
LIFETIME: Final = timedelta(minutes=5)
ANYBODY: Final = b""


class Purpose(StrEnum):
    """What an answer is for; an answer for one opens no other."""

    SIGN_IN = "sign_in"
    SECOND_FACTOR = "second_factor"
    ADD = "add"
    REGISTER = "register"
    RENEW = "renew"
    CONSOLE_SIGN_IN = "console_sign_in"
    CONSOLE_ADD = "console_add"


def issue(db: Session, purpose: Purpose, browser: bytes, holder: bytes, now: datetime) -> bytes:
    """Make a challenge; only its digest is kept."""
    challenge = secrets.token_bytes(BYTES)
    db.add(
        PasskeyChallenge(
            digest=_digest(challenge),
            purpose=purpose.value,
            browser=browser,
            holder=holder,
            created_at=now,
            expires_at=now + LIFETIME,
        )
    )
    db.flush()
    return challenge


def spend(
    db: Session, challenge: bytes, purpose: Purpose, browser: bytes, holder: bytes, now: datetime
) -> bool:
    """Spend a challenge, once, whoever races us, and commit: whatever the answer is worth, it had its try."""
    spent = db.execute(
        update(PasskeyChallenge)
        .where(
            PasskeyChallenge.digest == _digest(challenge),
            PasskeyChallenge.purpose == purpose.value,
            PasskeyChallenge.browser == browser,
            PasskeyChallenge.holder == holder,
            PasskeyChallenge.used_at.is_(None),
            PasskeyChallenge.expires_at > now,
        )
        .values(used_at=now)
        .returning(PasskeyChallenge.digest)
        .execution_options(synchronize_session=False)
    ).first()
    db.commit()
    return spent is not None


def _digest(challenge: bytes) -> bytes:
    return hashlib.sha256(challenge).digest()

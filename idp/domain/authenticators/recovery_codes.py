"""The recovery card: ten codes of 80 bits, shown once, each spent once (NIST SP 800-63B-4 §3.1.2, ASVS 6.5.2)."""

from __future__ import annotations

import secrets
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import func, select, update

from idp.domain.audit.events import RecoveryCardIssued
from idp.domain.audit.record import record
from idp.domain.authenticators.models import RecoveryCode
from idp.domain.citizens.models import Account
from idp.domain.store.database import Session
from keys import KeyTree

CODES = 10
CHARS = 16  # 16 x 5 bits
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: no I, L, O, U
_MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1"})


def new_codes() -> tuple[str, ...]:
    """Make the ten codes of a card, as they are printed: XXXX-XXXX-XXXX-XXXX."""
    return tuple(_grouped("".join(secrets.choice(ALPHABET) for _ in range(CHARS))) for _ in range(CODES))


def issue(
    db: Session,
    tree: KeyTree,
    account_id: UUID,
    codes: tuple[str, ...],
    now: datetime,
    *,
    citizen_id: UUID | None = None,
    actor: str | None = None,
) -> None:
    """Put a card into force; the earlier one is void. Of two at once one waits for the other."""
    db.execute(select(Account.id).where(Account.id == account_id).with_for_update(key_share=True))
    db.execute(
        update(RecoveryCode)
        .where(RecoveryCode.account_id == account_id, RecoveryCode.retired_at.is_(None))
        .values(retired_at=now)
    )
    db.add_all(
        RecoveryCode(
            id=uuid4(),
            account_id=account_id,
            digest=_digest(tree, account_id, canonical(code)),
            created_at=now,
        )
        for code in codes
    )
    db.flush()
    record(db, RecoveryCardIssued(account_id=account_id, citizen_id=citizen_id, actor=actor), now)


def claim(db: Session, tree: KeyTree, account_id: UUID, code: str, now: datetime) -> bool:
    """Spend a code of the card in force, once, whoever races us."""
    text = canonical(code)
    if len(text) != CHARS:
        return False
    spent = db.execute(
        update(RecoveryCode)
        .where(
            RecoveryCode.account_id == account_id,
            RecoveryCode.digest == _digest(tree, account_id, text),
            RecoveryCode.used_at.is_(None),
            RecoveryCode.retired_at.is_(None),
        )
        .values(used_at=now)
        .returning(RecoveryCode.id)
        .execution_options(synchronize_session=False)
    )
    return spent.first() is not None


def left(db: Session, account_id: UUID) -> int:
    """Count the codes that are still good."""
    return (
        db.scalar(
            select(func.count())
            .select_from(RecoveryCode)
            .where(
                RecoveryCode.account_id == account_id,
                RecoveryCode.used_at.is_(None),
                RecoveryCode.retired_at.is_(None),
            )
        )
        or 0
    )


def canonical(code: str) -> str:
    """Read a code as people copy it: any case, any hyphens and spaces, O for 0, I and L for 1."""
    if len(code) > 4 * CHARS:
        return ""
    return "".join(code.replace("-", "").split()).upper().translate(_MISREAD)


def _grouped(text: str) -> str:
    return "-".join(text[start : start + 4] for start in range(0, len(text), 4))


def _digest(tree: KeyTree, account_id: UUID, text: str) -> bytes:
    return tree.pepper(b"recovery|" + account_id.bytes + b"|" + text.encode("utf-8"))

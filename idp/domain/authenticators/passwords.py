"""What may be a password, and how one is set (NIST SP 800-63B-4 §3.1.1.2; ASVS 6.2).

Length and rarity count, composition does not. Nothing is trimmed or cut off; 8 to 256 characters, any of them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from pathlib import Path
from uuid import UUID

from sqlalchemy import update

from idp.domain.audit.events import PasswordSet
from idp.domain.audit.record import record
from idp.domain.authenticators.hashing import Hashes, HashPool
from idp.domain.citizens.models import Account
from idp.domain.store.database import Session

MIN_CHARS = 8
RECOMMENDED_CHARS = 12
MAX_CHARS = 256
SERVICE_NAMES = ("gerbang", "gerbangnasional")
LEAST_OWN_CHARS = 4
SHORTEST_NAME_PART = 3
SIMPLE_UP_TO = 32
LISTS = Path(__file__).with_name("breached")
RUNS = ("0123456789", "9876543210", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm")


class Weakness(StrEnum):
    """Why a password is refused; a page has words for each."""

    SHORT = "short"
    LONG = "long"
    CHARACTERS = "characters"
    BREACHED = "breached"
    SIMPLE = "simple"
    PERSONAL = "personal"


@dataclass(frozen=True, slots=True)
class Owner:
    """What is known about the owner and must not be their password."""

    name: str = ""
    nik: str = ""
    birthdate: date | None = None
    email: str = ""
    phone_number: str = ""


def prepared(password: str) -> str:
    """Return the form that is hashed: one spelling of composed letters, nothing else changed."""
    return unicodedata.normalize("NFC", password)


def possible(password: str) -> bool:
    """Tell whether this can be anybody's password at all; what cannot is never hashed (decisions 37)."""
    return 0 < len(password) <= MAX_CHARS and "\x00" not in password


def weakness(password: str, owner: Owner | None = None) -> Weakness | None:
    """Return why a password may not be used, or None when it may."""
    password = prepared(password)
    if "\x00" in password or any("\ud800" <= letter <= "\udfff" for letter in password):
        return Weakness.CHARACTERS
    if len(password) > MAX_CHARS:
        return Weakness.LONG
    if len(password) < MIN_CHARS:
        return Weakness.SHORT
    if _breached(password):
        return Weakness.BREACHED
    if _simple(password):
        return Weakness.SIMPLE
    return Weakness.PERSONAL if _personal(password, owner or Owner()) else None


def hashed(hasher: HashPool, password: str) -> str:
    """Hash a password that was found good; do it outside of transactions.

    Raises:
        TemporarilyUnavailable: when too many are being hashed.
    """
    with hasher.place() as hashes:
        return hashes.hash(prepared(password))


def is_right(hashes: Hashes, stored: str | None, password: str) -> bool:
    """Check a password against a stored hash; where there is none, it costs the same and is wrong."""
    return possible(password) and hashes.verify(stored, prepared(password))


def store(
    db: Session, account_id: UUID, password_hash: str, now: datetime, citizen_id: UUID | None = None
) -> None:
    """Give an account a new password; ending its other sessions is up to the caller."""
    db.execute(
        update(Account)
        .where(Account.id == account_id)
        .values(password_hash=password_hash, password_changed_at=now)
    )
    record(db, PasswordSet(account_id=account_id, citizen_id=citizen_id), now)


def _breached(password: str) -> bool:
    folded = password.casefold()
    base = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", folded)
    return folded in _common() or folded.strip() in _common() or base in _words() or base in _common()


def _simple(password: str) -> bool:
    """Tell repetition and counting; in a long password even they take too long to guess."""
    folded = password.casefold()
    if len(folded) > SIMPLE_UP_TO:
        return False
    if len(set(folded)) <= 3:
        return True
    half = len(folded) // 2
    if any(folded == (folded[:size] * len(folded))[: len(folded)] for size in range(1, min(half, 4) + 1)):
        return True
    return any(folded in run * 4 for run in RUNS)


def _personal(password: str, owner: Owner) -> bool:
    """Tell a password that is made of what others know about its owner (ASVS 6.2.11)."""
    letters = re.sub(r"[\W_]+", "", password.casefold())
    whole = [re.sub(r"[\W_]+", "", owner.name.casefold()), owner.nik, owner.phone_number.lstrip("+")]
    whole += [owner.phone_number.replace("+62", "0"), *_dates(owner.birthdate)]
    if any(part and len(part) >= LEAST_OWN_CHARS and part in letters for part in whole):
        return True
    parts = {part for part in re.split(r"[\W_]+", owner.name.casefold()) if len(part) >= SHORTEST_NAME_PART}
    parts |= {part for part in re.split(r"[\W_\d]+", owner.email.casefold()) if len(part) >= LEAST_OWN_CHARS}
    rest = letters
    for part in sorted(parts | set(SERVICE_NAMES), key=len, reverse=True):
        rest = rest.replace(part, "")
    return rest != letters and len(re.sub(r"\d", "", rest)) < LEAST_OWN_CHARS


def _dates(day: date | None) -> Iterable[str]:
    if day is None:
        return ()
    return (f"{day:%d%m%Y}", f"{day:%Y%m%d}", f"{day.day}{day.month}{day.year}", f"{day:%m%d%Y}")


@cache
def _common() -> frozenset[str]:
    return frozenset((LISTS / "passwords.txt").read_text(encoding="ascii").split("\n")) - {""}


@cache
def _words() -> frozenset[str]:
    return frozenset((LISTS / "words.txt").read_text(encoding="ascii").split())

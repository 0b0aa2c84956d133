"""What people are found by, in one spelling each: NIK, e-mail, phone, username, NIP (features C14, O7).

Stored only as keyed digests. Operators have a space of their own, so that an administrator's e-mail never
meets a citizen's.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select

from idp.domain.citizens.models import Identifier
from idp.domain.store.database import Session
from keys import BlindIndex

MOST_CHARS = 254  # RFC 5321 §4.5.3.1.3
MOST_LOCAL_CHARS = 64
NIK_DIGITS, NIP_DIGITS = 16, 18

_FILLERS = re.compile(r"[\s.\-\u2010-\u2015\u2212()/\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+")
"""What people, address books and chats put between digits: blanks, dashes of every length, invisible marks."""
_LOCAL = re.compile(r"[^\s@\"(),:;<>\[\\\]\x00-\x1f\x7f]+")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_USERNAME = re.compile(r"(?=.*[a-z])[a-z0-9][a-z0-9._-]{2,63}")
_MOBILE = re.compile(r"[1-9][0-9]{7,12}")
_FOREIGN = re.compile(r"[1-9][0-9]{6,14}")


class Kind(StrEnum):
    """What an identifier is; the value is `identifier.kind`."""

    NIK = "nik"
    EMAIL = "email"
    PHONE = "phone"
    USERNAME = "username"
    NIP = "nip"


class Malformed(ValueError):
    """Something that can be no identifier of its kind; `reason` is a word for the page to translate."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Canonical:
    """An identifier in its one spelling."""

    kind: Kind
    value: str


def nik(text: str) -> str:
    """Return the 16 digits of a NIK; nothing but length and digits is judged (features 7.1).

    Raises:
        Malformed: `digits` or `length`.
    """
    return _digits(text, NIK_DIGITS)


def nip(text: str) -> str:
    """Return the 18 digits of a NIP or NI PPPK, unjudged otherwise (features 7.9)."""
    return _digits(text, NIP_DIGITS)


def email(text: str) -> str:
    """Return an address with its domain in lower case and A-labels (RFC 5321 §2.4, RFC 5890).

    Raises:
        Malformed: `address` or `length`.
    """
    text = _clean(text)
    if len(text) > MOST_CHARS:
        raise Malformed("length")
    local, at, domain = text.rpartition("@")
    if not at or not local or len(local) > MOST_LOCAL_CHARS or not _LOCAL.fullmatch(local):
        raise Malformed("address")
    if local.startswith(".") or local.endswith(".") or ".." in local:
        raise Malformed("address")
    try:
        ascii_domain = domain.lower().encode("idna").decode("ascii")
    except UnicodeError as exc:
        raise Malformed("address") from exc
    labels = ascii_domain.split(".")
    if len(labels) < 2 or not all(_LABEL.fullmatch(label) for label in labels) or labels[-1].isdecimal():
        raise Malformed("address")
    return f"{local}@{ascii_domain}"


def phone(text: str) -> str:
    """Return a number as E.164: 08…, 62… and +62… are the same number (features O7).

    Raises:
        Malformed: `digits` or `length`.
    """
    compact = _FILLERS.sub("", _clean(text))
    plus, digits = compact.startswith("+"), compact.removeprefix("+")
    if not digits.isascii() or not digits.isdecimal():
        raise Malformed("digits")
    if plus and not digits.startswith("62"):
        if not _FOREIGN.fullmatch(digits):
            raise Malformed("length")
        return f"+{digits}"
    if not plus and digits.startswith("00"):
        return phone(f"+{digits[2:]}")
    national = digits.removeprefix("62").removeprefix("0") if plus or digits.startswith("62") else digits[1:]
    if not plus and not digits.startswith(("0", "62")):
        if not digits.startswith("8"):
            raise Malformed("digits")
        national = digits
    if not _MOBILE.fullmatch(national):
        raise Malformed("length")
    return f"+62{national}"


def username(text: str) -> str:
    """Return a user name in lower case.

    Raises:
        Malformed: `username`.
    """
    lowered = _clean(text).lower()
    if not _USERNAME.fullmatch(lowered):
        raise Malformed("username")
    return lowered


def classify(text: str) -> Canonical | None:
    """Recognise what somebody typed into the one sign-in field; None when it can be nothing of ours."""
    if len(text) > MOST_CHARS or "\x00" in text:
        return None
    kinds = (Kind.EMAIL,) if "@" in text else (Kind.NIK, Kind.NIP, Kind.PHONE, Kind.USERNAME)
    for kind in kinds:
        try:
            return Canonical(kind, canonical(kind, text))
        except Malformed:
            continue
    return None


def canonical(kind: Kind, text: str) -> str:
    """Bring an identifier of a known kind to its one spelling.

    Raises:
        Malformed: with the reason.
    """
    return {Kind.NIK: nik, Kind.NIP: nip, Kind.EMAIL: email, Kind.PHONE: phone, Kind.USERNAME: username}[
        kind
    ](text)


def digest(index: BlindIndex, kind: Kind, value: str, *, operator: bool = False) -> bytes:
    """Digest a canonical identifier for its table; e-mail is compared without regard to case."""
    space = "operator" if operator else "identifier"
    return index.digest(f"{space}.{kind}", value.lower() if kind is Kind.EMAIL else value)


def account_of(db: Session, kind: Kind, key: bytes) -> UUID | None:
    """Return the one account that may sign in with a digest."""
    return db.scalars(
        select(Identifier.account_id).where(
            Identifier.kind == kind.value, Identifier.digest == key, Identifier.login
        )
    ).one_or_none()


def _digits(text: str, length: int) -> str:
    compact = _FILLERS.sub("", _clean(text))
    if not compact.isascii() or not compact.isdecimal():
        raise Malformed("digits")
    if len(compact) != length:
        raise Malformed("length")
    return compact


def _clean(text: str) -> str:
    if "\x00" in text:
        raise Malformed("characters")
    return unicodedata.normalize("NFKC", text).strip()

"""What a NIK seems to say, as soft flags with reasons; never a ground to refuse a person (features E3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from idp.protocol.oidc.provinces import PROVINCES

SYNTHETIC_PREFIX = "99"
WOMAN_DAYS = 40
EAST_TIMOR = "54"
"""Once a province; its numbers hold for life like all others."""


class Oddity(StrEnum):
    """Why a number looks unusual; all of these occur in genuine ones."""

    REGION = "region"
    DATE = "date"
    BIRTHDATE = "birthdate"
    GENDER = "gender"
    SERIAL = "serial"


@dataclass(frozen=True, slots=True)
class Reading:
    """What the digits seem to say; never a source of claims."""

    day: int
    month: int
    year: int
    woman: bool
    province: str
    serial: str


def read(nik: str) -> Reading:
    """Take a canonical NIK apart: six of region, DDMMYY with 40 added for women, four of serial."""
    day = int(nik[6:8])
    woman = day > WOMAN_DAYS
    return Reading(
        day - WOMAN_DAYS if woman else day, int(nik[8:10]), int(nik[10:12]), woman, nik[:2], nik[12:]
    )


def oddities(nik: str, birthdate: date | None = None, gender: str | None = None) -> tuple[Oddity, ...]:
    """List what does not fit; the number keeps its first region and first recorded date for life."""
    said = read(nik)
    found = []
    if said.province not in (*PROVINCES, EAST_TIMOR) and not is_synthetic(nik):
        found.append(Oddity.REGION)
    if not 1 <= said.day <= 31 or not 1 <= said.month <= 12:
        found.append(Oddity.DATE)
    elif birthdate is not None and (said.day, said.month, said.year) != (
        birthdate.day,
        birthdate.month,
        birthdate.year % 100,
    ):
        found.append(Oddity.BIRTHDATE)
    if gender is not None and said.woman != (gender == "female"):
        found.append(Oddity.GENDER)
    if said.serial == "0000":
        found.append(Oddity.SERIAL)
    return tuple(found)


def is_synthetic(nik: str) -> bool:
    """Tell a sandbox number (contract section 7): no real region starts with 99."""
    return nik.startswith(SYNTHETIC_PREFIX)


def masked(nik: str) -> str:
    """Show a NIK without its middle: 3374••••••••0001."""
    return f"{nik[:4]}••••••••{nik[-4:]}"

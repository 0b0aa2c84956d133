"""Who walks the journeys: people of the population registry, and what they hold and know."""

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyotp

PEOPLE = Path(__file__).resolve().parents[2] / "clients" / "population_registry" / "people.json"
SECONDS = 30


class Authenticator:
    """An authenticator application: a new code each time, because a code opens nothing twice."""

    def __init__(self, secret: str) -> None:
        self._totp = pyotp.TOTP("".join(secret.split()))
        self._step = 0

    def code(self) -> str:
        """Give the next code; waits only when it is not in force yet (RFC 6238 section 5.2)."""
        self._step = max(self._step + 1, int(time.time()) // SECONDS)
        while self._step > int(time.time()) // SECONDS + 1:
            time.sleep(0.2)
        return self._totp.generate_otp(self._step)


@dataclass(frozen=True)
class Person:
    """A record of the population registry, as its owner would tell it."""

    key: str
    nik: str
    name: str
    birthdate: str
    record: dict[str, Any]

    @property
    def birth_numbers(self) -> tuple[str, str, str]:
        """Day, month and year as people write them."""
        year, month, day = self.birthdate.split("-")
        return str(int(day)), str(int(month)), year

    @property
    def email(self) -> str:
        return f"{self.key}@contoh.id"


@dataclass(frozen=True)
class Account:
    """What opens an account."""

    identifier: str
    password: str
    authenticator: Authenticator


def person(key: str) -> Person:
    """Find a person of the registry by the name of the persona."""
    found = next(entry for entry in json.loads(PEOPLE.read_text("utf-8")) if entry["key"] == key)
    return Person(key, found["nik"], found["name"], found["birthdate"], found)

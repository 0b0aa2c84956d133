"""The fixed people of the sandbox: who they are, how they sign in, what is special about each (contract section 7)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("personas.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Persona:
    """A synthetic person with an account; secrets are fixed so that scripts can sign in."""

    key: str
    nik: str
    name: str
    birthdate: str
    password: str = field(repr=False)
    totp_secret: str = field(repr=False)
    special: str
    email: str | None = None
    phone_number: str | None = None
    locale: str = "id"
    zoneinfo: str = "Asia/Jakarta"
    asn: Mapping[str, str] | None = None
    valid_until: str | None = None

    @property
    def identifier(self) -> str:
        """What this person signs in with."""
        return self.nik


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxOperator:
    """An administrator of the sandbox."""

    identifier: str
    name: str
    role: str
    password: str = field(repr=False)
    totp_secret: str = field(repr=False)
    agency_id: str | None = None


OPERATORS = (
    SandboxOperator(
        identifier="rina@gerbang.contoh.id",
        name="Rina Hartati",
        role="super",
        password="Pintu-Utara-4821",  # noqa: S106 - a fixed persona of the sandbox
        totp_secret="JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",  # noqa: S106
    ),
    SandboxOperator(
        identifier="dimas@gerbang.contoh.id",
        name="Dimas Prabowo",
        role="super",
        password="Pintu-Selatan-7316",  # noqa: S106
        totp_secret="KRSXG5CTMVRXEZLUKRSXG5CTMVRXEZLU",  # noqa: S106
    ),
    SandboxOperator(
        identifier="ayu@pajak.contoh.id",
        name="Ayu Paramita",
        role="agency",
        password="Pintu-Timur-5094",  # noqa: S106
        totp_secret="MFRGGZDFMZTWQ2LKMFRGGZDFMZTWQ2LK",  # noqa: S106
        agency_id="tax",
    ),
    SandboxOperator(
        identifier="yoga@pajak.contoh.id",
        name="Yoga Mahendra",
        role="agency",
        password="Pintu-Ladang-4462",  # noqa: S106
        totp_secret="OFSXE5DZOVUW64DBONSGMZ3IOFSXE5DZ",  # noqa: S106
        agency_id="tax",
    ),
    SandboxOperator(
        identifier="hadi@pendidikan.contoh.id",
        name="Hadi Gunawan",
        role="agency",
        password="Pintu-Taman-2783",  # noqa: S106
        totp_secret="GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJR",  # noqa: S106
        agency_id="education",
    ),
    SandboxOperator(
        identifier="nila@kesehatan.contoh.id",
        name="Nila Kusuma",
        role="agency",
        password="Pintu-Kebun-6401",  # noqa: S106
        totp_secret="NRQXGZLTOQQHI2DFEB3G64TEMVZCA43F",  # noqa: S106
        agency_id="health",
    ),
    SandboxOperator(
        identifier="wahyu@perizinan.contoh.id",
        name="Wahyu Saputra",
        role="agency",
        password="Pintu-Pasar-3590",  # noqa: S106
        totp_secret="OBUW45DVEBYGC43BOIQHO2DZOUQHGYLQ",  # noqa: S106
        agency_id="business_licence",
    ),
    SandboxOperator(
        identifier="intan@kepegawaian.contoh.id",
        name="Intan Maharani",
        role="agency",
        password="Pintu-Balai-8127",  # noqa: S106
        totp_secret="NFXHIYLOEBWWC2DBOJQW42JAN5YGK4TB",  # noqa: S106
        agency_id="civil_service",
    ),
    SandboxOperator(
        identifier="laras@loket.contoh.id",
        name="Laras Setyawati",
        role="officer",
        password="Pintu-Barat-6238",  # noqa: S106
        totp_secret="NBSWY3DPO5XXE3DENBSWY3DPO5XXE3DE",  # noqa: S106
        agency_id="tax",
    ),
    SandboxOperator(
        identifier="bayu@loket.contoh.id",
        name="Bayu Nugraha",
        role="officer",
        password="Pintu-Tengah-9157",  # noqa: S106
        totp_secret="ORSXG5DTMVRXEZLUORSXG5DTMVRXEZLU",  # noqa: S106
        agency_id="tax",
    ),
)


@cache
def personas() -> tuple[Persona, ...]:
    """Read the personas; a test keeps them in step with the registry simulator's people."""
    return tuple(Persona(**entry) for entry in json.loads(FILE.read_text(encoding="utf-8")))


def find(key: str) -> Persona | None:
    """Return a persona by its key."""
    return next((persona for persona in personas() if persona.key == key), None)

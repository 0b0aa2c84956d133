"""From sealed values to claims: what is stored, what is derived, and who vouches for each (features.md section 8)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from idp.protocol.oauth.client import Client
from idp.protocol.oauth.mac import mac
from idp.protocol.oauth.values import b64url
from idp.protocol.oidc.catalogue import base
from idp.protocol.oidc.userinfo import needed_values
from keys import DataKey, Place

STORED_AS: Mapping[str, str] = {
    "nik_ref": "nik",
    "email_verified": "email",
    "phone_number_verified": "phone_number",
    "address": "id_address",
    "regency_code": "id_address",
    "province_code": "id_address",
    "age_over_17": "birthdate",
    "age_over_21": "birthdate",
    "age_over_60": "birthdate",
    "lives_in_regency": "id_address",
    "lives_in_province": "id_address",
    "is_civil_servant": "employment_kind",
}
"""Claims that are read out of an attribute of another name."""


def stored_as(name: str) -> str:
    """Return the attribute a claim or question is read from."""
    return STORED_AS.get(base(name), name)


@dataclass(frozen=True, slots=True)
class SealedValue:
    """One attribute as the statement read it."""

    id: UUID
    name: str
    sealed: bytes
    source: str
    level: str
    verified_at: datetime | None
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    case_number: str | None = None
    case_outcome: str | None = None
    table: str = "attribute_value"

    @classmethod
    def of_contact(cls, id: UUID, name: str, sealed: bytes, verified_at: datetime | None) -> SealedValue:
        """Return a contact that is not the primary one, as if it were the attribute `name`."""
        return cls(id, name, sealed, "account", "ial0", verified_at, table="contact")


def with_chosen(values: Iterable[SealedValue], chosen: Iterable[SealedValue]) -> tuple[SealedValue, ...]:
    """Put the contacts a citizen chose for a client in the place of the primary ones."""
    instead = {value.name: value for value in chosen}
    return tuple(instead.get(value.name, value) for value in values)


@dataclass(frozen=True, slots=True)
class Provenance:
    """Who vouches for a value, since when and until when; the case its owner has decided about it (features F12)."""

    source: str
    level: str
    verified_at: datetime | None
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    case_number: str | None = None
    case_outcome: str | None = None

    def to_dict(self) -> dict[str, object]:
        """The form it has on the wire, next to the claims."""
        members: dict[str, object] = {"source": self.source, "level": self.level}
        for name in ("verified_at", "valid_from", "valid_until"):
            moment = getattr(self, name)
            if moment is not None:
                members[name] = moment.isoformat(timespec="seconds")
        if self.case_number is not None:
            members["case"] = {"number": self.case_number, "outcome": self.case_outcome}
        return members


@dataclass(frozen=True, slots=True)
class Person:
    """What the account itself knows of a citizen, besides sealed values."""

    account_id: UUID
    locale: str
    zoneinfo: str
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Opened:
    """Values by claim name, and where each comes from."""

    values: Mapping[str, Any]
    provenance: Mapping[str, Provenance]


def attributes_for(claims: Iterable[str]) -> frozenset[str]:
    """Return the attributes that these claims are read from."""
    return frozenset(stored_as(name) for name in needed_values(tuple(claims)))


def open_values(
    claims: Iterable[str],
    sealed: Iterable[SealedValue],
    data_key: DataKey,
    person: Person,
    client: Client,
    salt: bytes,
) -> Opened:
    """Open what the claims need and nothing else."""
    names = tuple(claims)
    wanted = attributes_for(names)
    stored: dict[str, Any] = {}
    origin: dict[str, Provenance] = {}
    for value in sealed:
        if value.name in wanted:
            place = Place(value.table, "sealed", value.id.hex)
            stored[value.name] = orjson.loads(data_key.unseal(value.sealed, place))
            origin[value.name] = Provenance(
                value.source,
                value.level,
                value.verified_at,
                value.valid_from,
                value.valid_until,
                value.case_number,
                value.case_outcome,
            )
    values = {
        **stored,
        "locale": person.locale,
        "zoneinfo": person.zoneinfo,
        "updated_at": person.updated_at,
    }
    for claim, companion in (("email", "email_verified"), ("phone_number", "phone_number_verified")):
        if claim in stored:
            values[companion] = origin[claim].verified_at is not None
    if "nik" in stored and "nik_ref" in names:
        values["nik_ref"] = nik_ref(stored["nik"], client, salt)
    if "nik" not in names:
        values.pop("nik", None)
    account = Provenance("account", "ial0", None)
    provenance = {name: origin.get(stored_as(name), account) for name in names if name in values}
    for name in names:
        source = origin.get(stored_as(name))
        if source is not None:
            provenance[name] = source
    return Opened(values, provenance)


def nik_ref(nik: str, client: Client, salt: bytes) -> str:
    """A reference to a NIK that only this agency can use: the same person, no number (features.md G2)."""
    return b64url(mac(salt, f"nik|{client.agency_id}|{nik}"))[:24]

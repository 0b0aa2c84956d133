"""The population registry, as a client sees it: match per field first, the record only after a match (features 7.3).

Every call has two seconds. Whatever keeps an answer away is `RegistryUnavailable`: sign-in and registration go on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Any

import orjson
import structlog

from idp.outbound import Outbound, OutboundFailed, OutboundRefused

log = structlog.get_logger()

SECONDS = 2.0
NAME_THRESHOLD = 0.85
NEAR = 0.6
OK = 200


class RegistryUnavailable(Exception):
    """No usable answer; trying again later is right."""


class Match(StrEnum):
    """What the registry says about one field; it never gives its own value away."""

    MATCH = "match"
    NEAR = "near"
    MISMATCH = "mismatch"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Claims:
    """What somebody says about themselves."""

    nik: str
    name: str = field(repr=False)
    birthdate: date = field(repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """The registry's answer; `reference` opens the record, once, when everything matched."""

    exists: bool
    active: bool
    fields: Mapping[str, Match]
    reference: str | None = field(repr=False)

    @property
    def matched(self) -> bool:
        """Tell whether this is the person."""
        return self.exists and self.active and self.reference is not None

    @property
    def mismatched(self) -> tuple[str, ...]:
        """Return the names of the fields that do not agree."""
        return tuple(name for name, state in self.fields.items() if state is not Match.MATCH)


class PopulationRegistry:
    """Asks the registry over HTTP."""

    def __init__(self, outbound: Outbound, base_url: str, key: str | None) -> None:
        self._outbound = outbound
        self._base = base_url.rstrip("/")
        self._headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if key:
            self._headers["Authorization"] = f"Bearer {key}"

    def verify(self, claims: Claims) -> Answer:
        """Ask whether the registry knows this person by these fields.

        Raises:
            RegistryUnavailable: on outage, delay, quota, or an answer that makes no sense.
        """
        said = self._post(
            "/v1/verify",
            {
                "nik": claims.nik,
                "name": claims.name,
                "birthdate": claims.birthdate.isoformat(),
                "threshold": NAME_THRESHOLD,
            },
        )
        try:
            exists, active = bool(said["nik_exists"]), bool(said["active"])
            fields = {name: _state(said["fields"].get(name)) for name in ("name", "birthdate")}
            reference = said["reference"]
        except (KeyError, TypeError, AttributeError) as exc:
            raise RegistryUnavailable("the answer makes no sense") from exc
        fields = {"nik": Match.MATCH if exists else Match.MISMATCH, **fields}
        return Answer(exists, active, MappingProxyType(fields), str(reference) if reference else None)

    def record(self, reference: str) -> Mapping[str, Any]:
        """Fetch the record of a person who was just matched.

        Raises:
            RegistryUnavailable: as above, also when the reference is spent.
        """
        return self._post("/v1/records", {"reference": reference})

    def _post(self, path: str, body: Mapping[str, object]) -> Mapping[str, Any]:
        try:
            answer = self._outbound.post(self._base + path, orjson.dumps(body), self._headers, total=SECONDS)
        except (OutboundFailed, OutboundRefused) as exc:
            log.warning("population_registry_away", reason=str(exc))
            raise RegistryUnavailable("no answer") from exc
        if answer.status != OK:
            log.warning("population_registry_away", status=answer.status)
            raise RegistryUnavailable(f"status {answer.status}")
        try:
            said = orjson.loads(answer.body)
        except orjson.JSONDecodeError as exc:
            raise RegistryUnavailable("the answer is not JSON") from exc
        if not isinstance(said, dict):
            raise RegistryUnavailable("the answer is not an object")
        return said


def _state(said: Mapping[str, Any] | None) -> Match:
    if said is None:
        return Match.UNKNOWN
    if said["match"] is True:
        return Match.MATCH
    return Match.NEAR if float(said.get("similarity", 0)) >= NEAR else Match.MISMATCH

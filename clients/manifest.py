"""An agency's registration as text: RFC 7591 metadata, and why each claim is asked (`client.toml`)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

GROUNDS = ("consent", "contract", "law", "vital_interest", "public_duty", "legitimate_interest")
"""The grounds for processing of UU PDP article 20."""
SUBJECTS = ("nik", "sub")
"""How a publisher finds a person: by NIK, or by the pairwise `sub` its own client knows."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One claim the agency asks for, with its purpose in every language."""

    claim: str
    required: bool
    purpose: Mapping[str, str]
    legal_basis: str


@dataclass(frozen=True, slots=True)
class Publishing:
    """What the agency publishes about citizens, by which client, and where it answers; None: it only pushes."""

    client_id: str
    endpoint: str | None
    subject: str
    max_age_days: Mapping[str, int]

    @property
    def names(self) -> tuple[str, ...]:
        """The claims it publishes."""
        return tuple(self.max_age_days)


@dataclass(frozen=True, slots=True)
class Manifest:
    """One client of a manifest, its `{base}` filled in."""

    base: str
    agency_names: Mapping[str, str]
    client_id: str
    client_names: Mapping[str, str]
    scope: str
    min_acr: str | None
    required_role: str | None
    asks: tuple[Ask, ...]
    metadata: Mapping[str, Any]
    publishing: Publishing | None = None

    def claims_request(self) -> dict[str, Any]:
        """Return the `claims` parameter: exactly what is registered, no more (OIDC Core §5.5)."""
        return {"userinfo": {ask.claim: {"essential": True} if ask.required else None for ask in self.asks}}


def read(path: Path, base: str | None = None) -> Manifest:
    """Read the first client of a manifest for one public address, by default the manifest's own."""
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    base = (base or document["base"]).rstrip("/")
    client = _with_base(document["client"][0], base)
    asks = tuple(
        Ask(name, claim["required"], claim["purpose"], claim["legal_basis"])
        for name, claim in client["claims"].items()
    )
    for ask in asks:
        if ask.legal_basis not in GROUNDS:
            raise ValueError(f"{path}: {ask.claim}: legal_basis must be one of {', '.join(GROUNDS)}")
    return Manifest(
        base=base,
        agency_names=document["agency"]["name"],
        client_id=client["client_id"],
        client_names=client["client_name"],
        scope=client["scope"],
        min_acr=client.get("min_acr"),
        required_role=client.get("required_role"),
        asks=asks,
        metadata=client,
        publishing=_publishing(path, _with_base(document.get("publisher"), base)),
    )


def _publishing(path: Path, section: Mapping[str, Any] | None) -> Publishing | None:
    if section is None:
        return None
    if section["subject"] not in SUBJECTS:
        raise ValueError(f"{path}: publisher: subject must be one of {', '.join(SUBJECTS)}")
    ages = {name: attribute["max_age_days"] for name, attribute in section["attributes"].items()}
    for name, days in ages.items():
        if type(days) is not int or days < 1:
            raise ValueError(f"{path}: publisher: {name}: max_age_days must be a whole number of days")
    return Publishing(section["client_id"], section.get("endpoint"), section["subject"], ages)


def _with_base(value: Any, base: str) -> Any:
    if isinstance(value, str):
        return value.replace("{base}", base)
    if isinstance(value, list):
        return [_with_base(item, base) for item in value]
    if isinstance(value, dict):
        return {name: _with_base(item, base) for name, item in value.items()}
    return value

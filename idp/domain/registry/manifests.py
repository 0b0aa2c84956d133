"""Registrations as text: `clients/*/client.toml`, planned and applied (features J14; architecture 3.1)."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from idp.domain.registry import agencies, changes, registrations
from idp.domain.registry.changes import AMEND, NotAllowed
from idp.domain.registry.metadata import accept
from idp.domain.registry.models import Agency, ClientRegistration
from idp.domain.registry.policy import Policy
from idp.domain.registry.registrations import RETIRED, differing, full_metadata
from idp.domain.store.database import Session
from idp.protocol.oauth.client import Environment
from keys import DataKey

CREATE, CHANGE, SAME = "create", "change", "same"


class BadManifest(ValueError):
    """A manifest that cannot be read; the message says what to change."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One client of a manifest, its `{base}` and keys filled in."""

    client_id: str
    environment: str
    metadata: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Manifest:
    """One agency with its clients."""

    agency_id: str
    name_id: str
    name_en: str
    clients: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """What applying would do to one client; `members` are (name, old, new)."""

    client_id: str
    action: str
    members: tuple[tuple[str, Any, Any], ...] = ()
    waits: bool = False
    """Whether a second person must approve before it takes effect."""
    secret: str | None = None


def read(path: Path, data_dir: Path, base: str | None = None) -> Manifest:
    """Read a manifest for one public address, by default its own; `jwks_file` lies in the data directory.

    Raises:
        BadManifest: when it is no TOML, lacks a part, or names a key file that is not there.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as exc:
        raise BadManifest(f"{path}: there is no such file") from exc
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as exc:
        raise BadManifest(f"{path}: {exc}") from exc
    try:
        agency = document["agency"]
        filled = _with_base(document["client"], (base or document.get("base", "")).rstrip("/"))
        return Manifest(
            agency_id=str(agency["id"]),
            name_id=str(agency["name"]["id"]),
            name_en=str(agency["name"]["en"]),
            clients=tuple(_entry(path, dict(client), data_dir) for client in filled),
        )
    except (KeyError, TypeError, AttributeError) as exc:
        raise BadManifest(f"{path}: {exc} is missing or has another shape") from exc


def plan(db: Session, manifest: Manifest, policy: Policy, now: datetime) -> tuple[Difference, ...]:
    """Compare a manifest with what is registered; nothing is written.

    Raises:
        BadRedirectUri, BadMetadata: with every violation.
    """
    return tuple(_difference(db, manifest, entry, policy, now) for entry in manifest.clients)


def apply(
    db: Session, manifest: Manifest, policy: Policy, *, seal: DataKey, by: str, now: datetime
) -> tuple[Difference, ...]:
    """Bring the registry to what a manifest says; applying it again changes nothing.

    Raises:
        BadRedirectUri, BadMetadata: with every violation; nothing was changed.
        NotAllowed, BadAgency: when an id cannot be used.
    """
    agencies.put(db, manifest.agency_id, manifest.name_id, manifest.name_en, by=by, now=now)
    return tuple(_applied(db, manifest, entry, policy, seal, by, now) for entry in manifest.clients)


def _applied(
    db: Session,
    manifest: Manifest,
    entry: Entry,
    policy: Policy,
    seal: DataKey,
    by: str,
    now: datetime,
) -> Difference:
    found = _difference(db, manifest, entry, policy, now)
    if found.action == CREATE:
        made = registrations.register(
            db,
            entry.metadata,
            agency_id=manifest.agency_id,
            environment=entry.environment,
            by=by,
            now=now,
            seal=seal,
            policy=policy,
            client_id=entry.client_id,
        )
        return Difference(found.client_id, CREATE, found.members, made.change is not None, made.secret)
    if found.action == CHANGE:
        row = registrations.find(db, entry.client_id)
        change = registrations.amend(
            db, row.id, entry.metadata, base_revision=row.revision, by=by, now=now, policy=policy
        )
        return Difference(found.client_id, CHANGE, found.members, change is not None)
    return found


def _difference(db: Session, manifest: Manifest, entry: Entry, policy: Policy, now: datetime) -> Difference:
    wanted = accept(entry.metadata, registrations.judged(policy, entry.environment, now))
    row = db.get(ClientRegistration, entry.client_id)
    if row is None:
        members = tuple((name, None, wanted[name]) for name in sorted(wanted))
        return Difference(entry.client_id, CREATE, members, entry.environment == Environment.PRODUCTION)
    if (row.agency_id, row.environment) != (manifest.agency_id, entry.environment) or row.status == RETIRED:
        raise NotAllowed(
            "taken_id", f"client {entry.client_id} is retired, or of another agency or environment"
        )
    waiting = next((c.proposal for c in changes.open_of(db, row.id) if c.kind == AMEND), None)
    standing = full_metadata(row)
    if wanted in (standing, waiting):
        return Difference(entry.client_id, SAME, waits=wanted != standing)
    members = tuple((n, standing.get(n), wanted.get(n)) for n in differing(standing, wanted))
    return Difference(entry.client_id, CHANGE, members, row.environment == Environment.PRODUCTION)


def agency_changes(db: Session, manifest: Manifest) -> Iterator[tuple[str, Any, Any]]:
    """Yield what applying would change about the agency itself."""
    row = db.get(Agency, manifest.agency_id)
    for name in ("name_id", "name_en"):
        old, new = getattr(row, name, None), getattr(manifest, name)
        if old != new:
            yield name, old, new


def _entry(path: Path, client: dict[str, Any], data_dir: Path) -> Entry:
    key_file = client.pop("jwks_file", None)
    if key_file is not None:
        client["jwks"] = _keys(path, data_dir / str(key_file))
    return Entry(
        client_id=str(client.pop("client_id")),
        environment=str(client.pop("environment", Environment.SANDBOX.value)),
        metadata=client,
    )


def _keys(path: Path, key_file: Path) -> Any:
    try:
        return json.loads(key_file.read_text(encoding="utf-8"))
    except FileNotFoundError as exc:
        raise BadManifest(f"{path}: {key_file} is not there; start the agency once") from exc
    except (OSError, ValueError) as exc:
        raise BadManifest(f"{path}: {key_file} holds no JWK Set") from exc


def _with_base(value: Any, base: str) -> Any:
    if isinstance(value, str):
        return value.replace("{base}", base)
    if isinstance(value, list):
        return [_with_base(item, base) for item in value]
    if isinstance(value, dict):
        return {name: _with_base(item, base) for name, item in value.items()}
    return value

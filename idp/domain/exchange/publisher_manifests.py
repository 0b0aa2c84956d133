"""What an agency publishes, as its manifest says it: `[publisher]` in `client.toml` (docs/reference/connector.md)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from idp.domain.exchange import publishers
from idp.domain.registry.manifests import BadManifest
from idp.domain.store.database import Session


@dataclass(frozen=True, slots=True)
class Declared:
    """The `[publisher]` of a manifest, its `{base}` filled in."""

    agency_id: str
    client_id: str
    endpoint: str | None
    subject: str
    attributes: Mapping[str, timedelta]


def read(path: Path, base: str | None = None) -> Declared | None:
    """Read what a manifest publishes; None where it publishes nothing.

    Raises:
        BadManifest: a part is missing or has another shape.
    """
    try:
        document: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
        section = document.get("publisher")
        if section is None:
            return None
        address = (base or document.get("base", "")).rstrip("/")
        endpoint = section.get("endpoint")
        return Declared(
            agency_id=str(document["agency"]["id"]),
            client_id=str(section["client_id"]),
            endpoint=str(endpoint).replace("{base}", address) if endpoint is not None else None,
            subject=str(section.get("subject", "sub")),
            attributes={
                str(name): timedelta(days=int(given["max_age_days"]))
                for name, given in section["attributes"].items()
            },
        )
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as exc:
        raise BadManifest(f"{path}: {exc}") from exc
    except (KeyError, TypeError, AttributeError, ValueError, OverflowError) as exc:
        raise BadManifest(f"{path}: [publisher]: {exc} is missing or has another shape") from exc


def apply(db: Session, declared: Declared, *, by: str, now: datetime) -> bool:
    """Bring the register of publishers to what a manifest says; False when nothing changed.

    Raises:
        BadPublisher: what it says cannot be.
    """
    return publishers.put(
        db,
        agency_id=declared.agency_id,
        client_id=declared.client_id,
        endpoint=declared.endpoint,
        subject=declared.subject,
        attributes=declared.attributes,
        by=by,
        now=now,
    )

"""Agencies: the public bodies that own clients and agency operators (decision 1)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from idp.domain.audit.events import AgencyRegistered, AgencyRenamed
from idp.domain.audit.record import record
from idp.domain.registry.models import Agency
from idp.domain.store.database import Session

DEFAULT = "gerbang"
DEFAULT_NAMES = ("Penyelenggara Gerbang", "Gerbang operator")
LONGEST_NAME = 120
_SLUG = re.compile(r"[a-z][a-z0-9_-]{1,59}")


class BadAgency(ValueError):
    """An agency id or name that cannot be."""


def put(db: Session, agency_id: str, name_id: str, name_en: str, *, by: str, now: datetime) -> bool:
    """Register an agency or bring its names up to date; True when anything changed.

    Raises:
        BadAgency: when the id is no slug or a name is empty or too long.
    """
    names = name_id.strip(), name_en.strip()
    if not _SLUG.fullmatch(agency_id):
        raise BadAgency("an agency id is 2 to 60 lower-case letters, digits, hyphens and underscores")
    if not all(names) or max(map(len, names)) > LONGEST_NAME or not all(map(str.isprintable, names)):
        raise BadAgency("an agency needs a name in Indonesian and in English, of at most 120 characters")
    row = db.get(Agency, agency_id)
    if row is None:
        db.add(Agency(id=agency_id, name_id=names[0], name_en=names[1], created_at=now))
        db.flush()
        record(db, AgencyRegistered(agency_id=agency_id, actor=by), now)
        return True
    if (row.name_id, row.name_en) == names:
        return False
    row.name_id, row.name_en = names
    record(db, AgencyRenamed(agency_id=agency_id, actor=by), now)
    return True


def ensure_default(db: Session, *, by: str, now: datetime) -> str:
    """Return the agency that owns clients made without one: whoever operates this deployment."""
    if db.get(Agency, DEFAULT) is None:
        put(db, DEFAULT, *DEFAULT_NAMES, by=by, now=now)
    return DEFAULT


def every(db: Session) -> Sequence[Agency]:
    """Return all agencies by their Indonesian name."""
    return db.scalars(select(Agency).order_by(Agency.name_id, Agency.id)).all()

"""Whether the database is there, at this code's schema, and agrees with us about the time (decisions 15)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from idp.domain.store.database import Database, Session

CLOCK = {
    "postgresql": "SELECT EXTRACT(EPOCH FROM clock_timestamp())",
    "sqlite": "SELECT (julianday('now') - 2440587.5) * 86400.0",
}
REVISION = text("SELECT version_num FROM alembic_version")


@dataclass(frozen=True, slots=True)
class Condition:
    """What a database says about itself."""

    revision: str | None
    skew: timedelta


def examine(db: Session, database: Database, now: datetime) -> Condition:
    """Ask for the schema's revision and the database's time of day."""
    told = db.scalar(text(CLOCK[database.dialect]))
    skew = abs(datetime.fromtimestamp(float(told), UTC) - now) if told is not None else timedelta.max
    return Condition(db.scalar(REVISION), skew)

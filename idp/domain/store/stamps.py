"""Version stamps: cheap numbers by which every node notices that a cached set changed."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from idp.domain.store.base import Base, Name
from idp.domain.store.database import Session


class Stamp(Base):
    """A number that grows with every change of a cached set, such as `registry` or `keys`."""

    __tablename__ = "stamp"

    name: Mapped[Name] = mapped_column(primary_key=True)
    value: Mapped[int]


def bump(db: Session, name: str) -> None:
    """Grow a stamp in the caller's transaction."""
    insert = postgresql.insert if db.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = insert(Stamp).values(name=name, value=1)
    db.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"value": Stamp.value + 1}))


def read(db: Session) -> dict[str, int]:
    """Return all stamps."""
    return {row.name: row.value for row in db.scalars(select(Stamp))}

"""Ids in forms."""

from __future__ import annotations

from uuid import UUID


def uuid_of(text: str | None) -> UUID | None:
    """Read an id out of a form; None for anything else."""
    try:
        return UUID(text or "")
    except ValueError:
        return None

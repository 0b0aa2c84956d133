"""Wrapped keys as rows. What opens them is never in the database (decisions 16)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON
from sqlalchemy.orm import Mapped, mapped_column

from idp.domain.store.base import Base, Moment, Name, SealedBytes, Small


class WrappedKek(Base):
    """A purpose key, wrapped by the root key."""

    __tablename__ = "kek"

    purpose: Mapped[Name] = mapped_column(primary_key=True)
    version: Mapped[Small] = mapped_column(primary_key=True)
    wrapped: Mapped[SealedBytes]
    root_id: Mapped[Name]
    created_at: Mapped[Moment]


class WrappedSigningKey(Base):
    """A signing key and its state: pending, active, retiring or retired."""

    __tablename__ = "signing_key"

    kid: Mapped[Name] = mapped_column(primary_key=True)
    alg: Mapped[Name]
    state: Mapped[Name]
    public_jwk: Mapped[dict[str, Any]] = mapped_column(JSON)
    wrapped: Mapped[SealedBytes]
    created_at: Mapped[Moment]
    activated_at: Mapped[Moment | None]
    retiring_at: Mapped[Moment | None]
    retired_at: Mapped[Moment | None]

"""The two audit tables: what acts write, and what the sequencer seals."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import BigInteger, Identity, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from idp.domain.store.base import Base, Digest, Moment, Name, Words

BigKey = BigInteger().with_variant(Integer, "sqlite")


class AuditPending(Base):
    """An event as its own transaction wrote it; only the sequencer takes rows out (decisions 17)."""

    __tablename__ = "audit_pending"

    id: Mapped[int] = mapped_column(BigKey, Identity(always=False), primary_key=True)
    at: Mapped[Moment]
    event: Mapped[Name]
    actor: Mapped[Name | None]
    citizen_id: Mapped[UUID | None]
    client_id: Mapped[Name | None]
    trace_id: Mapped[Name | None]
    detail: Mapped[Words]


class AuditRecord(Base):
    """One link of the chain: gapless `seq`, hash over the row and its predecessor's hash."""

    __tablename__ = "audit_log"
    __table_args__ = (
        Index("ix_audit_log_citizen", "citizen_id", "seq"),
        Index("ix_audit_log_event", "event", "seq"),
        Index("ix_audit_log_client", "client_id", "seq"),
        Index("ix_audit_log_trace", "trace_id"),
    )

    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[Moment]
    event: Mapped[Name]
    actor: Mapped[Name | None]
    citizen_id: Mapped[UUID | None]
    client_id: Mapped[Name | None]
    trace_id: Mapped[Name | None]
    detail: Mapped[Words]
    salt: Mapped[Digest]
    prev_hash: Mapped[Digest]
    row_hash: Mapped[Digest]


class AuditCheckpoint(Base):
    """A signed statement that the chain reached `seq` with `row_hash`: what was sealed cannot be cut off unseen."""

    __tablename__ = "audit_checkpoint"

    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    row_hash: Mapped[Digest]
    at: Mapped[Moment]
    signature: Mapped[Words]

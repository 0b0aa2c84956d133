"""Authorization codes, families, and the marks that make things happen once.

No foreign keys here: these are the hot tables, written by single statements that join what must stand.
"""

from __future__ import annotations

from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, Index, Integer, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from idp.domain.store.base import Base, Digest, Moment, Name, SealedBytes, Small, Words


class AuthorizationCode(Base):
    """A code, as its digest. `used_at` stays, because replay detection needs the row (decisions 18)."""

    __tablename__ = "authorization_code"
    __table_args__ = (CheckConstraint("expires_at > issued_at", name="lifetime"),)

    day: Mapped[Small] = mapped_column(primary_key=True)
    bucket: Mapped[Small] = mapped_column(primary_key=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    client_id: Mapped[Name]
    account_id: Mapped[UUID]
    citizen_id: Mapped[UUID]
    authorization_id: Mapped[UUID]
    session_id: Mapped[UUID]
    redirect_uri: Mapped[Words]
    code_challenge: Mapped[Name | None]
    dpop_jkt: Mapped[Name | None]
    nonce: Mapped[Words | None]
    scope: Mapped[Words]
    release: Mapped[Words]
    id_token_claims: Mapped[Words]
    resource: Mapped[Words | None]
    authorization_details: Mapped[Words | None]
    acr: Mapped[Name]
    amr: Mapped[Name]
    auth_time: Mapped[Moment]
    send_auth_time: Mapped[bool]
    issued_at: Mapped[Moment]
    expires_at: Mapped[Moment]
    used_at: Mapped[Moment | None]
    family_id: Mapped[UUID | None]


class Family(Base):
    """What one redemption started. A refresh token is its current generation (RFC 9700 §4.14)."""

    __tablename__ = "family"
    __table_args__ = (
        CheckConstraint("expires_at > started_at", name="lifetime"),
        UniqueConstraint("refresh_key"),
        Index("ix_family_session", "session_id"),
        Index("ix_family_authorization", "authorization_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    client_id: Mapped[Name]
    account_id: Mapped[UUID]
    citizen_id: Mapped[UUID]
    authorization_id: Mapped[UUID]
    session_id: Mapped[UUID]
    scope: Mapped[Words]
    release: Mapped[Words]
    resource: Mapped[Words | None]
    authorization_details: Mapped[Words | None]
    acr: Mapped[Name]
    amr: Mapped[Name]
    auth_time: Mapped[Moment]
    offline: Mapped[bool]
    refresh_binding: Mapped[Name | None]
    refresh_key: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    generation: Mapped[int] = mapped_column(Integer, default=0)
    refresh_digest: Mapped[Digest | None]
    started_at: Mapped[Moment]
    refreshed_at: Mapped[Moment]
    expires_at: Mapped[Moment]
    revoked_at: Mapped[Moment | None]
    revoke_reason: Mapped[Name | None]


class PushedRequest(Base):
    """An authorization request that came by the back channel (RFC 9126 §2), kept until a code is issued for it.

    `request` is a validated request, sealed because login hints name people.
    """

    __tablename__ = "pushed_request"
    __table_args__ = (CheckConstraint("expires_at > pushed_at", name="lifetime"),)

    day: Mapped[Small] = mapped_column(primary_key=True)
    bucket: Mapped[Small] = mapped_column(primary_key=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    client_id: Mapped[Name]
    request: Mapped[SealedBytes]
    pushed_at: Mapped[Moment]
    expires_at: Mapped[Moment]
    used_at: Mapped[Moment | None]


class DecoupledRequest(Base):
    """A request that waits for a citizen at another screen and is polled for (RFC 8628, CIBA Core 1.0).

    The client holds the handle, the row its digest. `id` is what our own pages name it by; `user_code` is a keyed
    digest of what the citizen types. `citizen_id` is whom a CIBA request asks, else who decided. What was approved
    stands beside it until it is redeemed; `session_id` is no browser's: what is given here does not end with one.
    """

    __tablename__ = "decoupled_request"
    __table_args__ = (
        CheckConstraint("kind in ('device', 'ciba')", name="kind"),
        CheckConstraint("decision in ('approved', 'denied')", name="decision"),
        CheckConstraint("expires_at > started_at", name="lifetime"),
        UniqueConstraint("id"),
        UniqueConstraint("user_code"),
        Index("ix_decoupled_request_citizen", "citizen_id", "started_at"),
    )

    day: Mapped[Small] = mapped_column(primary_key=True)
    bucket: Mapped[Small] = mapped_column(primary_key=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    id: Mapped[UUID] = mapped_column(default=uuid4)
    kind: Mapped[Name]
    client_id: Mapped[Name]
    user_code: Mapped[Digest | None]
    citizen_id: Mapped[UUID | None]
    request: Mapped[SealedBytes]
    device: Mapped[Name]
    network: Mapped[Name]
    poll_interval: Mapped[Small]
    polls: Mapped[Small] = mapped_column(default=0)
    next_poll_at: Mapped[Moment]
    started_at: Mapped[Moment]
    expires_at: Mapped[Moment]
    decision: Mapped[Name | None]
    decided_at: Mapped[Moment | None]
    account_id: Mapped[UUID | None]
    authorization_id: Mapped[UUID | None]
    session_id: Mapped[UUID | None]
    scope: Mapped[Words | None]
    release: Mapped[Words | None]
    id_token_claims: Mapped[Words | None]
    resource: Mapped[Words | None]
    authorization_details: Mapped[Words | None]
    acr: Mapped[Name | None]
    amr: Mapped[Name | None]
    auth_time: Mapped[Moment | None]
    send_auth_time: Mapped[bool | None]
    redeemed_at: Mapped[Moment | None]
    family_id: Mapped[UUID | None]


class RevokedToken(Base):
    """One access token revoked by itself (RFC 7009); kept until it would have expired."""

    __tablename__ = "revoked_token"

    exp_day: Mapped[Small] = mapped_column(primary_key=True)
    jti: Mapped[Name] = mapped_column(primary_key=True)


class JtiMark(Base):
    """The first use of a `jti` (RFC 7523 §3, RFC 9101 §10); inserting is the check. `jti` begins with its kind."""

    __tablename__ = "jti_mark"

    exp_day: Mapped[Small] = mapped_column(primary_key=True)
    client_id: Mapped[Name] = mapped_column(primary_key=True)
    jti: Mapped[Words] = mapped_column(primary_key=True)


class ProofMark(Base):
    """The first use of a DPoP proof (RFC 9449 §11.1): its key and `jti`, hashed; a store of its own (decision 35)."""

    __tablename__ = "proof_mark"

    exp_day: Mapped[Small] = mapped_column(primary_key=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)

"""Passkeys: what a credential is, who its holder is to authenticators, and the challenges that wait."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from idp.domain.store.base import Base, Digest, Moment, Name


class Passkey(Base):
    """One WebAuthn credential; name, use and end are its `factor`, whose `secret` is the sealed public key.

    Sealing keeps whoever can write to the database from putting a key of their own here. `model` is the AAGUID,
    `attestation` is `none`, `self` or `certified` (by a maker we trust).
    """

    __tablename__ = "passkey"
    __table_args__ = (UniqueConstraint("credential_id"),)

    factor_id: Mapped[UUID] = mapped_column(ForeignKey("factor.id"), primary_key=True)
    credential_id: Mapped[bytes] = mapped_column(LargeBinary(1023))
    sign_count: Mapped[int] = mapped_column(BigInteger)
    model: Mapped[Name]
    transports: Mapped[Name]
    backup_eligible: Mapped[bool]
    backed_up: Mapped[bool]
    attestation: Mapped[Name]


class UserHandle(Base):
    """What authenticators know an account by: 64 random bytes, derived from nothing (WebAuthn L3 §14.6.1)."""

    __tablename__ = "user_handle"
    __table_args__ = (UniqueConstraint("handle"),)

    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), primary_key=True)
    handle: Mapped[bytes] = mapped_column(LargeBinary(64))


class PasskeyChallenge(Base):
    """A challenge given to one browser for one purpose: five minutes, one try (WebAuthn L3 §13.4.3).

    `holder` is the account or registration it is for, empty where anybody may answer.
    """

    __tablename__ = "passkey_challenge"

    digest: Mapped[Digest] = mapped_column(primary_key=True)
    purpose: Mapped[Name]
    browser: Mapped[Digest]
    holder: Mapped[Digest]
    created_at: Mapped[Moment]
    expires_at: Mapped[Moment]
    used_at: Mapped[Moment | None]

"""Second factors, recovery codes, one-time codes and the counters that guard them."""

from __future__ import annotations

from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from idp.domain.store.base import Base, Digest, Moment, Name, SealedBytes

LIVE = text("used_at IS NULL AND retired_at IS NULL")


class Factor(Base):
    """Something an account proves itself with beside the password.

    `kind` is the method it stands for (`protocol/oidc/acr.py`): `totp`, `passkey`, `security_key`, `message_code`.
    `secret` is what its kind keeps sealed. `last_step` only grows, so one TOTP step opens one door (RFC 6238 §5.2).
    """

    __tablename__ = "factor"
    __table_args__ = (Index("ix_factor_account", "account_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    kind: Mapped[Name]
    name: Mapped[Name]
    secret: Mapped[SealedBytes]
    last_step: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[Moment]
    last_used_at: Mapped[Moment | None]
    removed_at: Mapped[Moment | None]


class RecoveryCode(Base):
    """One line of the recovery card: a peppered digest, spent once; a new card retires the old one."""

    __tablename__ = "recovery_code"
    __table_args__ = (UniqueConstraint("account_id", "digest"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    digest: Mapped[Digest]
    created_at: Mapped[Moment]
    used_at: Mapped[Moment | None]
    retired_at: Mapped[Moment | None]


class OneTimeCode(Base):
    """A code sent to an address, bound to a purpose and a holder; a newer one retires the older."""

    __tablename__ = "one_time_code"
    __table_args__ = (
        Index("ix_one_time_code_holder", "purpose", "holder"),
        Index(
            "uq_one_time_code_live",
            "purpose",
            "holder",
            unique=True,
            sqlite_where=LIVE,
            postgresql_where=LIVE,
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    purpose: Mapped[Name]
    holder: Mapped[Digest]
    digest: Mapped[Digest]
    tries: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[Moment]
    expires_at: Mapped[Moment]
    used_at: Mapped[Moment | None]
    retired_at: Mapped[Moment | None]


class Attempts(Base):
    """A counter that moves before a guess is judged (reliability 5.4). `key` is a keyed digest, never a name."""

    __tablename__ = "attempts"

    kind: Mapped[Name] = mapped_column(primary_key=True)
    key: Mapped[Digest] = mapped_column(primary_key=True)
    failures: Mapped[int]
    window_started_at: Mapped[Moment]
    blocked_until: Mapped[Moment | None]


class SpentChallenge(Base):
    """A challenge that was met: it opens no second form."""

    __tablename__ = "spent_challenge"

    digest: Mapped[Digest] = mapped_column(primary_key=True)
    expires_at: Mapped[Moment]


class BrowserUse(Base):
    """Somebody signed in from a browser: enough to notice one that many people are signed in from (features M5).

    Both are keyed digests; the row goes after thirty days.
    """

    __tablename__ = "browser_use"

    browser: Mapped[Digest] = mapped_column(primary_key=True)
    account: Mapped[Digest] = mapped_column(primary_key=True)
    last_at: Mapped[Moment]


class KnownBrowser(Base):
    """A browser an account has completely signed in from, as the digest of its random token."""

    __tablename__ = "known_browser"
    __table_args__ = (Index("ix_known_browser_browser", "browser"),)

    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), primary_key=True)
    browser: Mapped[Digest] = mapped_column(primary_key=True)
    first_at: Mapped[Moment]
    last_at: Mapped[Moment]


class RememberedDevice(Base):
    """A browser that an account need not prove a second factor in for a while (features C12).

    The browser holds a random token in a cookie of its own; the row holds its digest, the account and the browser it
    was given to, and dies by `ended_at`.
    """

    __tablename__ = "remembered_device"
    __table_args__ = (
        UniqueConstraint("digest"),
        Index("ix_remembered_device_account", "account_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    digest: Mapped[Digest]
    browser: Mapped[Digest]
    device: Mapped[Name]
    network: Mapped[Name]
    created_at: Mapped[Moment]
    last_used_at: Mapped[Moment]
    expires_at: Mapped[Moment]
    ended_at: Mapped[Moment | None]
    end_reason: Mapped[Name | None]

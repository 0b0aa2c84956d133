"""Browser sessions and the interactions that wait in them."""

from __future__ import annotations

from uuid import UUID, uuid4

from sqlalchemy import Index, LargeBinary, false
from sqlalchemy.orm import Mapped, mapped_column

from idp.domain.store.base import Base, Digest, Moment, Name, SealedBytes, Small


class BrowserSession(Base):
    """A signed-in browser. The cookie holds an opaque handle; the row holds its digest (decisions 8, 21).

    `methods` are the names of `protocol/oidc/acr.py` for what was done, from which `acr` and `amr` follow; `shared` is
    true on a phone of several people. The handle changes at every rise of assurance, the `id` (which becomes `sid`)
    does not. No foreign keys: hot
    tables may be partitioned later, and every statement joins what must stand.
    """

    __tablename__ = "browser_session"
    __table_args__ = (Index("ix_browser_session_id", "id"), Index("ix_browser_session_account", "account_id"))

    day: Mapped[Small] = mapped_column(primary_key=True)
    bucket: Mapped[Small] = mapped_column(primary_key=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    id: Mapped[UUID] = mapped_column(default=uuid4)
    account_id: Mapped[UUID]
    citizen_id: Mapped[UUID | None]
    acr: Mapped[Name]
    amr: Mapped[Name]
    methods: Mapped[Name] = mapped_column(default="", server_default="")
    shared: Mapped[bool] = mapped_column(default=False, server_default=false())
    auth_time: Mapped[Moment]
    started_at: Mapped[Moment]
    seen_at: Mapped[Moment]
    idle_expires_at: Mapped[Moment]
    expires_at: Mapped[Moment]
    ended_at: Mapped[Moment | None]
    end_reason: Mapped[Name | None]
    device: Mapped[Name]
    network: Mapped[Name]


class Interaction(Base):
    """Something a browser is in the middle of: an authorization request, a sign-in to the account pages, a logout.

    From here on nothing is read from the URL again; `request` is sealed because login hints name people.
    """

    __tablename__ = "interaction"

    day: Mapped[Small] = mapped_column(primary_key=True)
    bucket: Mapped[Small] = mapped_column(primary_key=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    kind: Mapped[Name]
    browser: Mapped[Digest]
    client_id: Mapped[Name | None]
    request: Mapped[SealedBytes]
    language: Mapped[Name]
    started_at: Mapped[Moment]
    expires_at: Mapped[Moment]
    completed_at: Mapped[Moment | None]
    mfa_tries: Mapped[Small] = mapped_column(default=0)
    chosen_account: Mapped[UUID | None]
    expected_account: Mapped[UUID | None]
    """Whom the account chooser picked before anybody has proved anything; it decides nothing."""


class CrossDeviceRequest(Base):
    """A sign-in that a computer shows as a QR code and a signed-in phone approves (features C8).

    Bound to the interaction and the browser that show it. `code` is sealed because the page shows the same picture
    until it is renewed. The first account that opens it owns it; `decision` and `collected_at` are set once.
    """

    __tablename__ = "cross_device_request"
    __table_args__ = (Index("ix_cross_device_request_interaction", "interaction"),)

    day: Mapped[Small] = mapped_column(primary_key=True)
    bucket: Mapped[Small] = mapped_column(primary_key=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    interaction: Mapped[Digest]
    browser: Mapped[Digest]
    client_id: Mapped[Name | None]
    device: Mapped[Name]
    network: Mapped[Name]
    code: Mapped[SealedBytes]
    number: Mapped[Small]
    choices: Mapped[Name]
    started_at: Mapped[Moment]
    expires_at: Mapped[Moment]
    opened_at: Mapped[Moment | None]
    account_id: Mapped[UUID | None]
    session_id: Mapped[UUID | None]
    decision: Mapped[Name | None]
    shared: Mapped[bool] = mapped_column(default=False, server_default=false())
    decided_at: Mapped[Moment | None]
    collected_at: Mapped[Moment | None]

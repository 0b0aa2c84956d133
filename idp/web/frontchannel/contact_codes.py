"""Codes that prove an address or number: sent to it, typed back, good once (attacks O-102, O-103)."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from idp.domain.authenticators import one_time_codes
from idp.domain.citizens.identifiers import Kind
from idp.domain.messages.channels import Channel
from idp.domain.store.database import Session
from idp.web.context import services
from idp.web.frontchannel import codes

PURPOSE: Final = "contact"


def send(
    db: Session,
    account_id: UUID,
    kind: Kind,
    value: str,
    about: str,
    *,
    name: str,
    citizen_id: UUID,
    channel: str = "",
    proved: bool = False,
) -> codes.Sent:
    """Send a code to a value; `about` binds it to what it is typed for. Limits may say to wait instead.

    `proved` tells that the account has confirmed this value before.
    """
    code = codes.Code(
        PURPOSE,
        _holder(account_id, kind, value, about),
        Channel.EMAIL if kind is Kind.EMAIL else Channel(channel or Channel.SMS),
        value,
        template="email_code",
        name=name,
        account_id=account_id,
        citizen_id=citizen_id,
        proved=proved,
    )
    return codes.send(db, code)


def right(db: Session, account_id: UUID, kind: Kind, value: str, about: str, code: str) -> bool:
    """Spend a code; every try is counted and committed first."""
    holder = _holder(account_id, kind, value, about)
    return one_time_codes.claim(db, services().tree, PURPOSE, holder, code, services().clock())


def _holder(account_id: UUID, kind: Kind, value: str, about: str) -> bytes:
    parts = (account_id.bytes, kind.value.encode(), value.lower().encode(), about.encode())
    return one_time_codes.holder(services().tree, *parts)

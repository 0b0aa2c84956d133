"""Codes that prove an address or number: sent to it, typed back, good once (attacks O-102, O-103)."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from idp.domain.authenticators import one_time_codes
from idp.domain.authenticators.one_time_codes import Sending
from idp.domain.citizens.identifiers import Kind
from idp.domain.messages.channels import Channel
from idp.domain.messages.send import Message, queue
from idp.domain.store.database import Session
from idp.web import locale
from idp.web.context import place, services
from idp.web.frontchannel.signed_in import throttle_policy

PURPOSE: Final = "contact"


def send(
    db: Session, account_id: UUID, kind: Kind, value: str, about: str, *, name: str, channel: str = ""
) -> Sending:
    """Send a code to a value; `about` binds it to what it is typed for. Limits may say to wait instead."""
    deployment = services()
    now = deployment.clock()
    sending = one_time_codes.issue(
        db,
        deployment.tree,
        PURPOSE,
        _holder(account_id, kind, value, about),
        address=value,
        network=place().network,
        policy=throttle_policy(),
        now=now,
        account=account_id.bytes,
    )
    if sending.code is not None:
        message = Message(
            to=value,
            template="email_code",
            channel=Channel.EMAIL if kind is Kind.EMAIL else Channel(channel or Channel.SMS),
            language=locale.language(),
            context={
                "name": name,
                "help_url": f"{deployment.settings.issuer}/help",
                "code": f"{sending.code[:3]} {sending.code[3:]}",
                "valid_minutes": int(one_time_codes.LIFETIME.total_seconds() // 60),
            },
            until=now + one_time_codes.LIFETIME,
        )
        queue(db, deployment.tree.vault.system("pii"), message, now)
    return sending


def right(db: Session, account_id: UUID, kind: Kind, value: str, about: str, code: str) -> bool:
    """Spend a code; every try is counted and committed first."""
    holder = _holder(account_id, kind, value, about)
    return one_time_codes.claim(db, services().tree, PURPOSE, holder, code, services().clock())


def _holder(account_id: UUID, kind: Kind, value: str, about: str) -> bytes:
    parts = (account_id.bytes, kind.value.encode(), value.lower().encode(), about.encode())
    return one_time_codes.holder(services().tree, *parts)

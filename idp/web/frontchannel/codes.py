"""Sending a code: which numbers get one, how many there may be, and what it says (attacks O-102, O-103).

Everything is counted, in the database and in one transaction, before a message is queued: account, address and network
first, then the budgets of the prefix and of the deployment.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from flask_babel import gettext as _

from idp.channels.post_office import budgets_of, channels_of
from idp.domain.audit.message_events import MessageCodeSent, MessageRefused
from idp.domain.audit.record import record
from idp.domain.authenticators import one_time_codes
from idp.domain.messages import budgets
from idp.domain.messages.budgets import Refused
from idp.domain.messages.channels import Channel
from idp.domain.messages.send import Message, queue
from idp.domain.store.database import Session
from idp.web import locale
from idp.web.context import place, services
from idp.web.frontchannel.signed_in import throttle_policy

VALID_MINUTES: Final = int(one_time_codes.LIFETIME.total_seconds() // 60)


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of asking for a code: on its way, too soon, or not to this number and not now."""

    on_its_way: bool
    wait: timedelta = timedelta(0)
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Code:
    """A code somebody asks for: why, for whom, and where it goes."""

    purpose: str
    holder: bytes
    channel: Channel
    address: str
    template: str = "sign_in_code"
    name: str = ""
    account_id: UUID | None = None
    citizen_id: UUID | None = None
    proved: bool = False
    """The account has confirmed this address before: nobody else can use up what it may be sent."""


def available(channel: Channel) -> bool:
    """Tell whether this deployment can send on a channel."""
    return channel in channels_of(services().settings)


def send(db: Session, code: Code) -> Sent:
    """Count, make and queue a code; commits when a limit says no, so that asking stays counted."""
    deployment = services()
    now, limits = deployment.clock(), budgets_of(deployment.settings)
    refused = budgets.judge(code.channel, code.address, limits)
    if refused is not None or not available(code.channel):
        return _refuse(db, code, refused or Refused(budgets.Refusal.NUMBER, "no_gateway"))
    made = one_time_codes.issue(
        db,
        deployment.tree,
        code.purpose,
        code.holder,
        address=code.address,
        network=place().network,
        policy=throttle_policy(),
        now=now,
        account=code.account_id.bytes if code.account_id is not None else b"",
        proved=code.proved,
    )
    if made.code is None:
        return Sent(False, made.wait)
    refused = budgets.spend(db, code.channel, code.address, limits, now, reserved=code.proved)
    if refused is not None:
        one_time_codes.retire(db, code.purpose, code.holder, now)
        return _refuse(db, code, refused)
    message = Message(
        to=code.address,
        template=code.template,
        language=locale.language(),
        context={
            "name": code.name,
            "help_url": f"{deployment.settings.issuer}/help",
            "code": f"{made.code[:3]} {made.code[3:]}",
            "valid_minutes": VALID_MINUTES,
        },
        channel=code.channel,
        citizen_id=code.citizen_id,
        until=now + one_time_codes.LIFETIME,
        counted=True,
    )
    queue(db, deployment.tree.vault.system("pii"), message, now)
    record(
        db,
        MessageCodeSent(account_id=code.account_id, citizen_id=code.citizen_id, channel=code.channel.value),
        now,
    )
    return Sent(True, one_time_codes.RESEND_AFTER)


def channel_name(channel: Channel) -> str:
    """Name a channel as people do."""
    return {Channel.EMAIL: str(_("Email")), Channel.SMS: "SMS", Channel.WHATSAPP: "WhatsApp"}[channel]


def _refuse(db: Session, code: Code, refused: Refused) -> Sent:
    record(
        db,
        MessageRefused(
            account_id=code.account_id,
            citizen_id=code.citizen_id,
            channel=code.channel.value,
            reason=refused.refusal.value,
            scope=refused.scope,
        ),
        services().clock(),
    )
    db.commit()
    return Sent(False, refused.wait, refused=True)

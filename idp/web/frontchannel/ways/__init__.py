"""The ways to prove a second factor: one module each, in the order in which they are offered.

A new way is a module here, a line in `WAYS`, a page and a template.
"""

from __future__ import annotations

from typing import Final

from idp.domain.store.database import Session
from idp.web.frontchannel.ways.authenticator import AUTHENTICATOR
from idp.web.frontchannel.ways.message_code import SMS, WHATSAPP
from idp.web.frontchannel.ways.passkey import PASSKEY, is_step_up, passkey_kinds
from idp.web.frontchannel.ways.recovery_card import RECOVERY_CARD
from idp.web.frontchannel.ways.way import Asking, Way

__all__ = [
    "AUTHENTICATOR",
    "PASSKEY",
    "RECOVERY_CARD",
    "SMS",
    "WAYS",
    "WHATSAPP",
    "Asking",
    "Way",
    "chosen",
    "is_step_up",
    "open_to",
    "passkey_kinds",
]

WAYS: Final[tuple[Way, ...]] = (PASSKEY, AUTHENTICATOR, SMS, WHATSAPP, RECOVERY_CARD)


def open_to(db: Session, asking: Asking) -> tuple[Way, ...]:
    """Return the ways this account has, in the order in which they are offered; only hardware steps up from two."""
    ways = (PASSKEY,) if is_step_up(asking.session) else WAYS
    return tuple(way for way in ways if way.is_open(db, asking))


def chosen(db: Session, asking: Asking, name: str | None) -> Way:
    """Return the way that was asked for where the account has it, else the first it has; one asks in any case."""
    ways = open_to(db, asking) or ((PASSKEY,) if is_step_up(asking.session) else (AUTHENTICATOR,))
    return next((way for way in ways if way.name == name), ways[0])

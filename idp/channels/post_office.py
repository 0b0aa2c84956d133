"""Which gateway carries a message: the budget first, then one gateway after the other until one takes it (C5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog

from idp.channels import writing
from idp.channels.gateway import Gateway, Handed, HttpGateway
from idp.channels.parts import parts
from idp.channels.smtp import Postman
from idp.domain.authenticators import throttle
from idp.domain.authenticators.throttle import DAY, windowed
from idp.domain.citizens.contact_changes import PHONE_HOLD
from idp.domain.events import outbox
from idp.domain.events.outbox import DONE, PATIENCE, Delivery, Outcome, later, never, skipped
from idp.domain.messages import budgets, kinds, letters, tally
from idp.domain.messages.budgets import Allowance, Budgets, Refusal, Refused
from idp.domain.messages.channels import TO_A_PHONE, Channel
from idp.domain.messages.letters import Letter
from idp.domain.messages.send import RECEIPT, Message, queue
from idp.domain.store.database import Database, Session
from idp.outbound import Outbound, OutboundFailed
from idp.settings import Settings
from keys import DataKey, KeyTree

log = structlog.get_logger()

AWAY_FOR: Final = timedelta(seconds=30)
ASK_AFTER: Final = timedelta(seconds=15)
OF_USE_FOR: Final = PHONE_HOLD
"""How long a notice that could not go out is still worth sending: as long as the slowest change can be called off."""
NOTICES, LETTERS = windowed(60, DAY), windowed(20, DAY)
"""What one telephone gets in a day: notices about its account, and what strangers can have written to it."""
NOBODY: Final = "-"
"""The gateway of messages that none was asked to carry."""


def budgets_of(settings: Settings) -> Budgets:
    """Return the limits a deployment has set for messages to telephones."""
    return Budgets(
        prefix=Allowance(settings.message_prefix_per_hour, settings.message_prefix_per_day),
        everywhere=Allowance(settings.message_total_per_hour, settings.message_total_per_day),
        countries=settings.message_countries,
    )


def channels_of(settings: Settings) -> frozenset[Channel]:
    """Return the channels this deployment can use; a sandbox has all of them, into its outbox page."""
    urls = {Channel.SMS: settings.sms_gateway_url, Channel.WHATSAPP: settings.whatsapp_gateway_url}
    return frozenset({Channel.EMAIL, *(c for c, given in urls.items() if given or not settings.production)})


class Mailbox:
    """The sandbox's own mailbox, in place of a gateway nobody has configured."""

    name = "outbox"

    def __init__(self, database: Database, seal: DataKey, channel: Channel, cost: int) -> None:
        self._database, self._seal, self._channel, self._cost = database, seal, channel, cost

    def send(self, letter: Letter, delivery_id: UUID, now: datetime) -> Handed:
        """Keep one message for the outbox page."""
        with self._database.unit_of_work() as db:
            letters.keep(db, self._seal, letter, channel=self._channel, delivery_id=delivery_id, now=now)
        return Handed(DONE, self._cost * (parts(letter.text) if self._channel is Channel.SMS else 1))


class PostOffice:
    """Carries messages out of the outbox to the gateways of their channel."""

    def __init__(self, settings: Settings, database: Database, outbound: Outbound, tree: KeyTree) -> None:
        self._settings = settings
        self._database = database
        self._tree = tree
        self._seal = seal = tree.vault.system("pii")
        self._budgets = budgets_of(settings)
        self._routes = _routes(settings, database, outbound, seal)
        self._away: dict[str, datetime] = {}

    def deliver(self, delivery: Delivery, now: datetime) -> Outcome:
        """Make one attempt at a message: count it, write it, offer it to each gateway in turn."""
        message = Message.of(delivery.payload)
        if message.until is not None and message.until <= now:
            return never("too_late")
        gateways = self._in_order(message, now)
        if not gateways:
            return skipped("no_gateway") if message.channel in TO_A_PHONE else later("no_mail_server")
        if not message.counted and delivery.attempts == 1:
            refused = self._spend(message, delivery, now)
            if refused is not None:
                return skipped(refused)
        letter = writing.render(message)
        outcome = never("no_gateway")
        for gateway in gateways:
            handed = gateway.send(letter, delivery.id, now)
            self._note(message, gateway, handed, delivery, now)
            if handed.outcome.done:
                return DONE
            if not handed.outcome.final:
                self._away[gateway.name] = now + AWAY_FOR
            if outcome.final:
                outcome = handed.outcome
        return outcome

    def ask(self, delivery: Delivery, now: datetime) -> Outcome:
        """Ask a gateway what became of a message; one that failed goes out again by another gateway.

        What is not known when patience ends stays as it is: handed over, not confirmed.
        """
        if delivery.attempts >= PATIENCE[RECEIPT].attempts:
            return skipped("unknown")
        payload = delivery.payload
        message = Message.of(payload["message"])
        gateway = next(
            (each for each in self._routes.get(message.channel, ()) if each.name == payload["gateway"]), None
        )
        if not isinstance(gateway, HttpGateway):
            return skipped("no_gateway")
        try:
            arrived = gateway.delivered(str(payload["reference"]))
        except OutboundFailed as exc:
            return later(str(exc))
        if arrived is None:
            return later("pending")
        with self._database.unit_of_work() as db:
            if arrived:
                tally.note(db, message.channel, gateway.name, now, delivered=1)
                return DONE
            tally.note(db, message.channel, gateway.name, now, failed=1)
            avoid = (*message.avoid, gateway.name)
            others = [each for each in self._routes[message.channel] if each.name not in avoid]
            if others and (message.until is None or message.until > now):
                queue(db, self._seal, message.avoiding(gateway.name), now)
        return DONE

    def _in_order(self, message: Message, now: datetime) -> Sequence[Gateway]:
        """Return the gateways of a channel in the operator's order, those that were just away at the end."""
        known = [each for each in self._routes.get(message.channel, ()) if each.name not in message.avoid]
        return sorted(known, key=lambda each: self._away.get(each.name, now) > now)

    def _spend(self, message: Message, delivery: Delivery, now: datetime) -> str | None:
        """Count a message; one that is too many now goes out when it may, as long as it is of use then."""
        with self._database.unit_of_work() as db:
            refused = self._to_one_number(db, message, now) or budgets.spend(
                db,
                message.channel,
                message.to,
                self._budgets,
                now,
                reserved=message.template not in kinds.ASKED_BY_ANYBODY,
            )
            if refused is None:
                return None
            tally.note(db, message.channel, NOBODY, now, refused=1)
            until = message.until or now + OF_USE_FOR
            if refused.wait and now + refused.wait < until:
                again = replace(message, until=until, citizen_id=delivery.citizen_id)
                queue(db, self._seal, again, now, not_before=now + refused.wait)
        log.warning("message_refused", channel=message.channel, reason=refused.refusal, scope=refused.scope)
        return refused.refusal.value

    def _to_one_number(self, db: Session, message: Message, now: datetime) -> Refused | None:
        """Bound what one telephone is told in a day, so that no account spends the budget of its neighbours."""
        if message.channel not in TO_A_PHONE:
            return None
        by_anybody = message.template in kinds.ASKED_BY_ANYBODY
        kind, ladder = ("send.letters", LETTERS) if by_anybody else ("send.notices", NOTICES)
        verdict = throttle.count(db, kind, throttle.key(self._tree, message.to.encode()), ladder, now)
        return None if verdict.allowed else Refused(Refusal.BUDGET, "number", verdict.wait)

    def _note(
        self, message: Message, gateway: Gateway, handed: Handed, delivery: Delivery, now: datetime
    ) -> None:
        done = handed.outcome.done
        if not done:
            log.warning(
                "gateway_failed",
                channel=message.channel,
                gateway=gateway.name,
                delivery=delivery.id.hex,
                error=handed.outcome.error,
            )
        with self._database.unit_of_work() as db:
            tally.note(
                db,
                message.channel,
                gateway.name,
                now,
                sent=int(done),
                failed=int(not done),
                cost=handed.cost if done else 0,
            )
            if done and handed.reference:
                about = {
                    "gateway": gateway.name,
                    "reference": handed.reference,
                    "message": dict(delivery.payload),
                }
                outbox.add(db, self._seal, RECEIPT, about, now, not_before=now + ASK_AFTER)


def _routes(
    settings: Settings, database: Database, outbound: Outbound, seal: DataKey
) -> dict[str, tuple[Gateway, ...]]:
    routes: dict[str, tuple[Gateway, ...]] = {}
    if settings.smtp_url is not None:
        routes[Channel.EMAIL] = (Postman(settings.smtp_url, settings.mail_from),)
    offered = (
        (
            Channel.SMS,
            settings.sms_gateway_url,
            settings.sms_gateway_key,
            settings.sms_sender,
            settings.sms_cost,
        ),
        (
            Channel.WHATSAPP,
            settings.whatsapp_gateway_url,
            settings.whatsapp_gateway_key,
            settings.whatsapp_sender,
            settings.whatsapp_cost,
        ),
    )
    for channel, urls, keys, sender, costs in offered:
        each = costs if len(costs) == len(urls) else costs * len(urls)
        routes[channel] = tuple(
            HttpGateway(outbound, channel, url, keys[at] if keys else None, sender, each[at])
            for at, url in enumerate(urls)
        )
    if not settings.production:
        prices = {Channel.SMS: settings.sms_cost[0], Channel.WHATSAPP: settings.whatsapp_cost[0]}
        for channel in Channel:
            if not routes.get(channel):
                routes[channel] = (Mailbox(database, seal, channel, prices.get(channel, 0)),)
    return routes

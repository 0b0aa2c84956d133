"""Carrying out what waits in the outbox: one delivery at a time by its kind, or many side by side."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import structlog

from idp.channels.post_office import PostOffice
from idp.domain.events import announcements, outbox
from idp.domain.events.outbox import Delivery, Outcome, later, never
from idp.domain.exchange import fetching, telling
from idp.domain.exchange.changes import tell_changed
from idp.domain.grants import ping
from idp.domain.messages.send import RECEIPT
from idp.domain.proofing import resume
from idp.domain.proofing.population import PopulationRegistry
from idp.domain.registry import logos
from idp.domain.sessions import backchannel
from idp.outbound import OutboundFailed, OutboundRefused
from idp.pictures import NoPicture, small_png
from idp.services import Services

log = structlog.get_logger()

SLOTS: Final = {
    "event": 6,
    "fetch": 2,
    "logo": 1,
    "logout": 6,
    "message": 4,
    "ping": 4,
    "proofing": 1,
    "receipt": 1,
}
"""How many of a kind are under way at once: a slow mail server holds up no logout, nor the other way round."""

FORM: Final = {"Content-Type": "application/x-www-form-urlencoded", "Cache-Control": "no-store"}


class Deliveries:
    """Takes deliveries out of the outbox and carries them out."""

    def __init__(self, services: Services) -> None:
        self._services = services
        settings = services.settings
        self._post_office = PostOffice(settings, services.database, services.outbound, services.tree)
        self._registry = (
            PopulationRegistry(
                services.outbound, settings.population_registry_url, settings.population_registry_key
            )
            if settings.population_registry_url
            else None
        )

    def take(self, busy: set[str], kinds: set[str]) -> Delivery | None:
        """Claim the delivery whose turn it is among `kinds`, leaving `busy` clients alone."""
        services = self._services
        with services.database.unit_of_work() as db:
            return outbox.claim(db, services.tree.vault.system("pii"), services.clock(), busy, kinds)

    def carry_out(self, delivery: Delivery) -> outbox.State | None:
        """Make one attempt and write down what became of it; None when the claim had passed to another."""
        try:
            outcome = self._attempt(delivery)
        except Exception as exc:
            log.exception("delivery_broke", kind=delivery.kind, delivery=delivery.id.hex)
            outcome = later(type(exc).__name__)
        now = self._services.clock()
        with self._services.database.unit_of_work() as db:
            state = outbox.settle(db, delivery, outcome, now)
            if delivery.kind == "logout" and state is not None:
                backchannel.note(db, delivery, state, now)
            if delivery.kind == ping.KIND and state is not None:
                ping.note(db, delivery, state, now)
            if delivery.kind == announcements.KIND and state is not None:
                telling.note(db, delivery, outcome, state, now)
        if not outcome.done:
            log.warning(
                "delivery_failed",
                kind=delivery.kind,
                delivery=delivery.id.hex,
                client_id=delivery.client_id,
                attempts=delivery.attempts,
                state=state,
                error=outcome.error,
            )
        return state

    def drain(self) -> int:
        """Make one attempt at everything that is due, one after the other; return how many."""
        count = 0
        while (delivery := self.take(set(), set(SLOTS))) is not None:
            self.carry_out(delivery)
            count += 1
        return count

    def _attempt(self, delivery: Delivery) -> Outcome:
        services = self._services
        if delivery.kind == "message":
            return self._post_office.deliver(delivery, services.clock())
        if delivery.kind == RECEIPT:
            return self._post_office.ask(delivery, services.clock())
        if delivery.kind == "proofing":
            help_url = f"{services.settings.issuer}/help"
            return resume.retry(
                services.database,
                services.tree,
                self._registry,
                delivery.payload,
                services.clock(),
                help_url=help_url,
                tell_changed=tell_changed,
            )
        if delivery.kind == fetching.KIND:
            return services.publishing.deliver(delivery)
        if delivery.kind == logos.KIND:
            return logos.deliver(services.database, self._picture, delivery, services.clock())
        if delivery.kind == ping.KIND:
            return ping.deliver(services.database, self._call, delivery, services.clock())
        if delivery.kind == announcements.KIND:
            return telling.deliver(services.database, self._transmitter(), self._ask, delivery)
        return backchannel.deliver(
            services.database,
            services.keyring,
            services.tree.sector_salt,
            services.settings.issuer,
            self._post,
            services.recipients.seal,
            delivery,
            services.clock(),
        )

    def _picture(self, address: str) -> bytes | Outcome:
        try:
            return small_png(self._services.outbound.document(address))
        except OutboundFailed as exc:
            return later(str(exc))
        except (OutboundRefused, NoPicture) as exc:
            return never(str(exc))

    def _post(self, address: str, body: bytes) -> int | None:
        return self._call(address, body, FORM)

    def _transmitter(self) -> telling.Transmitter:
        services = self._services
        return telling.Transmitter(
            services.settings.issuer,
            services.keyring,
            services.tree.sector_salt,
            services.tree.vault.system("pii"),
        )

    def _call(self, address: str, body: bytes, headers: Mapping[str, str]) -> int | None:
        answer = self._ask(address, body, headers)
        return answer[0] if answer is not None else None

    def _ask(self, address: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes] | None:
        try:
            answer = self._services.outbound.post(address, body, headers)
            return answer.status, answer.body
        except (OutboundFailed, OutboundRefused) as exc:
            log.info("call_unanswered", reason=str(exc))
            return None


class Dispatcher:
    """Carries out many deliveries side by side, at most one per client, so that a hanging one blocks nobody."""

    def __init__(self, deliveries: Deliveries) -> None:
        self._deliveries = deliveries
        self._pool = ThreadPoolExecutor(sum(SLOTS.values()), thread_name_prefix="delivery")
        self._lock = threading.Lock()
        self._busy: set[str] = set()
        self._under_way = dict.fromkeys(SLOTS, 0)
        self._freed = threading.Event()

    def dispatch(self) -> bool:
        """Start one delivery; False when nothing is due or no slot is free."""
        with self._lock:
            busy = set(self._busy)
            kinds = {kind for kind, most in SLOTS.items() if self._under_way[kind] < most}
        if not kinds:
            return False
        delivery = self._deliveries.take(busy, kinds)
        if delivery is None:
            return False
        with self._lock:
            self._under_way[delivery.kind] += 1
            if delivery.client_id is not None:
                self._busy.add(delivery.client_id)
        self._pool.submit(self._run, delivery)
        return True

    def wait(self, seconds: float) -> None:
        """Pause until a slot is free again, or for so long."""
        self._freed.wait(seconds)
        self._freed.clear()

    def close(self) -> None:
        """Finish what is under way."""
        self._pool.shutdown(wait=True)

    def _run(self, delivery: Delivery) -> None:
        try:
            self._deliveries.carry_out(delivery)
        except Exception as exc:
            # The claim runs out and the delivery is made again, under the same id.
            log.warning("delivery_not_settled", delivery=delivery.id.hex, error=type(exc).__name__)
        finally:
            with self._lock:
                self._under_way[delivery.kind] -= 1
                if delivery.client_id is not None:
                    self._busy.discard(delivery.client_id)
            self._freed.set()

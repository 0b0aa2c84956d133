"""Parallel token requests, with a ledger of every request and every 200."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count

from tests.faults.deployment import LOST, REFUSED, Channel, Deployment, Reply, code_of, family_of
from tests.support.processes import wait_until

THREADS = 6
DOUBLED_EVERY = 5
Report = Callable[[str, object], None]
"""What the fixture `record_property` gives; the last lines of `make test` repeat what is reported as "figures"."""
WORDS = {LOST.status: "lost", REFUSED.status: "refused"}


@dataclass
class Line:
    """What one code came to, as its client knows it."""

    doubled: bool
    acknowledged: int = 0
    """How many of the requests with this code were answered 200."""
    uncertain_redemptions: int = 0
    """How many may have been committed although no answer said so."""
    family: str = ""
    access_token: str = field(default="", repr=False)
    refresh_token: str = field(default="", repr=False)
    generation: int = 0
    uncertain_refresh: bool = False


class Ledger:
    """Everything the clients saw."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.statuses: Counter[str] = Counter()
        self.unexpected: list[str] = []
        self._lock = threading.Lock()

    def note(self, what: str, reply: Reply, *expected: int) -> None:
        """Count an answer, and keep one that nobody should see."""
        with self._lock:
            self.statuses[f"{what} {WORDS.get(reply.status, reply.status)}"] += 1
            if reply.status not in (*WORDS, *expected):
                self.unexpected.append(f"{what}: {reply.status} {reply.body[:200]!r}")

    def add(self, line: Line) -> None:
        """Keep the line of one code."""
        with self._lock:
            self.lines.append(line)

    @property
    def answered(self) -> int:
        """How many token requests were answered 200 so far."""
        return sum(n for key, n in self.statuses.items() if key in ("redeem 200", "refresh 200"))

    def wait_for(self, more: int, *, seconds: float = 30) -> None:
        """Wait until so many token requests more are answered 200."""
        wanted = self.answered + more
        answering = wait_until(lambda: self.answered >= wanted, seconds=seconds, step=0.01)
        assert answering, f"no answers any more: {dict(self.statuses)}"

    @property
    def lost(self) -> int:
        """How many token requests never got an answer."""
        return sum(n for key, n in self.statuses.items() if key in ("redeem lost", "refresh lost"))


class Load:
    """Clients that sign on, redeem, refresh; every fifth code is redeemed twice at once.

    `tolerated` names the statuses besides 200 that are no surprise, such as 503 while the database is away.
    """

    def __init__(
        self, deployment: Deployment, *, tolerated: tuple[int, ...] = (), pause: float = 0.0
    ) -> None:
        self.deployment = deployment
        self.ledger = Ledger()
        self.stop = threading.Event()
        self._tolerated = tolerated
        self._pause = pause
        self._number = count(1)
        self._threads = [threading.Thread(target=self._work, name=f"client-{n}") for n in range(THREADS)]

    @contextmanager
    def running(self) -> Iterator[Ledger]:
        """Keep up the load while the block runs, then let every client finish what it began."""
        for thread in self._threads:
            thread.start()
        try:
            yield self.ledger
        finally:
            self.stop.set()
            for thread in self._threads:
                thread.join()

    def _work(self) -> None:
        channel = self.deployment.channel()
        while not self.stop.is_set():
            reply = self.deployment.authorize(channel)
            self.ledger.note("authorize", reply, 303, *self._tolerated)
            code = code_of(reply)
            if code is None:
                time.sleep(0.05)
            elif next(self._number) % DOUBLED_EVERY == 0:
                self._twice(channel, code)
            else:
                self._once(channel, code)
            if self._pause:
                self.stop.wait(self._pause)

    def _once(self, channel: Channel, code: str) -> None:
        line = Line(doubled=False)
        self._redeem(channel, code, line)
        self.ledger.add(line)
        if line.acknowledged:
            self._refresh(channel, line)

    def _twice(self, channel: Channel, code: str) -> None:
        line = Line(doubled=True)
        together = threading.Barrier(2)

        def other() -> None:
            together.wait()
            self._redeem(self.deployment.channel(), code, line)

        thread = threading.Thread(target=other)
        thread.start()
        together.wait()
        self._redeem(channel, code, line)
        thread.join()
        self.ledger.add(line)

    def _redeem(self, channel: Channel, code: str, line: Line) -> None:
        reply = self.deployment.redeem(channel, code)
        refused = (400,) if line.doubled else ()
        self.ledger.note("redeem twice" if line.doubled else "redeem", reply, 200, *refused, *self._tolerated)
        if reply.status == 200:
            line.acknowledged += 1
            _remember(line, reply)
        elif reply.lost or reply.status == 503:
            line.uncertain_redemptions += 1

    def _refresh(self, channel: Channel, line: Line) -> None:
        reply = self.deployment.refresh(channel, line.refresh_token)
        self.ledger.note("refresh", reply, 200, *self._tolerated)
        if reply.status == 200:
            line.generation += 1
            _remember(line, reply)
        elif reply.lost or reply.status == 503:
            line.uncertain_refresh = True


def _remember(line: Line, reply: Reply) -> None:
    tokens = reply.json
    line.family = family_of(tokens["access_token"])
    line.access_token, line.refresh_token = tokens["access_token"], tokens["refresh_token"]

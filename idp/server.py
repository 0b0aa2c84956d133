"""The server process of `idp serve`: Granian, with workers that come back however often they fall (decision 24).

Granian alone stops everything when one worker falls twice within 5.5 seconds, can miss a worker that falls while
another is being replaced, and makes every new worker import the code anew. Here the parent imports the code once and
opens nothing, so that a forked worker serves within a moment; a worker that cannot start, because the database is
away, is tried again after a pause.
"""

from __future__ import annotations

import gc
import importlib
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from granian import _signals
from granian._granian import WorkerSignal
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server.mp import MPServer, WorkerProcess

from idp.web import draining

ROOT = Path(__file__).resolve().parent.parent
TARGET = "wsgi:app"
CODE = "idp.app"
STOP_SECONDS = (
    12  # longer than any request of ours; Granian waits so long for idle keep-alive connections too
)
DRAIN_SECONDS = 1.0
SWITCH_SECONDS = 0.02  # requests are short and wait for the database anyway; fewer forced switches cost less
ASK_AGAIN_SECONDS = 0.5
YOUNG_SECONDS = 2.0
FIRST_PAUSE_SECONDS = 0.25
LONGEST_PAUSE_SECONDS = 2.0


class Server(MPServer):
    """Granian's multi-process server; what happens after a worker fell, and how it stops, differ."""

    _pause = 0.0

    def _stop_workers(self) -> None:
        """Let clients finish on the connections they hold, then stop as Granian does."""
        draining.begin()
        time.sleep(DRAIN_SECONDS)
        threading.Thread(target=self._insist, name="insist", daemon=True).start()
        super()._stop_workers()  # type: ignore[no-untyped-call]  # Granian has no types

    def _insist(self) -> None:
        """Ask again until every worker has gone: a signal that meets a busy moment can go unheard."""
        while living := [worker for worker in self.wrks if worker.inner.is_alive()]:
            time.sleep(ASK_AGAIN_SECONDS)
            for worker in living:
                worker.terminate()  # type: ignore[no-untyped-call]

    def _respawn_workers(
        self,
        workers: Sequence[int],
        spawn_target: Callable[..., Any],
        target_loader: Callable[..., Any],
        delay: float = 0,
    ) -> None:
        failing = any(_failed_to_start(self.wrks[index]) for index in workers)
        self._pause = (
            min(LONGEST_PAUSE_SECONDS, max(FIRST_PAUSE_SECONDS, self._pause * 2)) if failing else 0.0
        )
        if self._pause:
            time.sleep(self._pause)
        if self.interrupt_signal:
            return
        super()._respawn_workers(workers, spawn_target, target_loader, delay)
        self.respawned_wrks.clear()
        self._notice_the_fallen()

    def _notice_the_fallen(self) -> None:
        """Look again for workers whose end came while others were being replaced."""
        for worker in self.wrks:
            if not worker.inner.is_alive() and worker.idx not in self.interrupt_children:
                self.interrupt_children.append(worker.idx)
        if self.interrupt_children:
            self.main_loop_interrupt.set()


def _heard_once() -> WorkerSignal:
    """Make a worker's stop signal that may come twice; Granian's own gives up what it is doing at the second."""
    signalled = WorkerSignal()
    heard = False

    def hear(*_: object) -> None:
        nonlocal heard
        if not heard:
            heard = True
            signalled.set()

    _signals.set_main_signals(hear)  # type: ignore[no-untyped-call]
    return signalled


def _failed_to_start(worker: WorkerProcess) -> bool:
    """Tell a worker that gave up by itself soon after its birth from one that was killed."""
    return time.monotonic() - worker.birth < YOUNG_SECONDS and (worker.inner.exitcode or 0) > 0


def command(host: str, port: int, workers: int, threads: int) -> list[str]:
    """Return the command line that runs this module."""
    return [sys.executable, "-m", "idp.server", host, str(port), str(workers), str(threads)]


def run(host: str, port: int, workers: int, threads: int) -> None:
    """Serve until SIGTERM; requests in flight are finished first."""
    importlib.import_module(CODE)
    _signals.set_sync_signals = _heard_once
    gc.freeze()
    sys.setswitchinterval(SWITCH_SECONDS)
    Server(
        TARGET,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=threads,
        websockets=False,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_SECONDS,
        working_dir=ROOT,
    ).serve()


if __name__ == "__main__":
    run(sys.argv[1], *(int(number) for number in sys.argv[2:5]))

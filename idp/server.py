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
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server.mp import MPServer, WorkerProcess

ROOT = Path(__file__).resolve().parent.parent
TARGET = "wsgi:app"
CODE = "idp.app"
STOP_SECONDS = (
    12  # longer than any request of ours; Granian waits so long for idle keep-alive connections too
)
YOUNG_SECONDS = 2.0
FIRST_PAUSE_SECONDS = 0.25
LONGEST_PAUSE_SECONDS = 2.0


class Server(MPServer):
    """Granian's multi-process server; only what happens after a worker fell differs."""

    _pause = 0.0

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


def _failed_to_start(worker: WorkerProcess) -> bool:
    """Tell a worker that gave up by itself soon after its birth from one that was killed."""
    return time.monotonic() - worker.birth < YOUNG_SECONDS and (worker.inner.exitcode or 0) > 0


def command(host: str, port: int, workers: int, threads: int) -> list[str]:
    """Return the command line that runs this module."""
    return [sys.executable, "-m", "idp.server", host, str(port), str(workers), str(threads)]


def run(host: str, port: int, workers: int, threads: int) -> None:
    """Serve until SIGTERM; requests in flight are finished first."""
    importlib.import_module(CODE)
    gc.freeze()
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

"""`idp worker`: what happens without a request. Several may run beside each other (reliability 8)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final

import structlog

from idp import changes, correcting, late, recovering, sweeper, watching
from idp.deliveries import Deliveries, Dispatcher
from idp.domain.audit import chain, checkpoints
from idp.domain.audit.events import KeysRotated
from idp.domain.audit.record import record
from idp.services import Services
from keys import rotate
from keys.rotation import Generate, Transition

log = structlog.get_logger()

LOOK_SECONDS: Final = 0.25
SEAL_SECONDS: Final = 0.25
CHECKPOINT_SECONDS: Final = 5.0
SWEEP_SECONDS: Final = 60.0
CHANGES_SECONDS: Final = 2.0
RECOVER_SECONDS: Final = 1.0
CASES_SECONDS: Final = 2.0
LATE_SECONDS: Final = 30.0
WATCH_SECONDS: Final = 60.0
ROTATE_SECONDS: Final = 600.0
LONGEST_PAUSE_SECONDS: Final = 5.0


def run(services: Services, stop: threading.Event) -> None:
    """Work until `stop` is set, then finish what is under way; a database that is away is waited for."""
    jobs = (
        ("deliver", LOOK_SECONDS, _deliver(services, stop)),
        ("seal", SEAL_SECONDS, lambda: chain.seal_all(services.database)),
        ("checkpoint", CHECKPOINT_SECONDS, lambda: _checkpoint(services)),
        ("changes", CHANGES_SECONDS, lambda: changes.apply_due(services)),
        ("recover", RECOVER_SECONDS, lambda: recovering.write_letters(services)),
        ("cases", CASES_SECONDS, lambda: correcting.tell(services)),
        ("late", LATE_SECONDS, lambda: late.note_late(services)),
        ("watch", WATCH_SECONDS, lambda: watching.look(services)),
        ("sweep", SWEEP_SECONDS, lambda: _sweep(services, stop)),
        ("rotate", ROTATE_SECONDS, lambda: rotate_keys(services)),
    )
    threads = [
        threading.Thread(target=_repeat, args=(name, seconds, job, stop), name=f"worker-{name}")
        for name, seconds, job in jobs
    ]
    log.info("worker_started")
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    _last(services)
    log.info("worker_stopped")


def rotate_keys(services: Services) -> int:
    """Move the signing keys that are due and record it; return how many moved."""
    now = services.clock()
    moves = rotate(services.keystore, services.tree, now)
    if moves:
        with services.database.unit_of_work() as db:
            record(db, KeysRotated(actor="worker", moves=tuple(map(_in_words, moves))), now)
        services.keys.reload()
    return len(moves)


def _repeat(name: str, seconds: float, job: Callable[[], object], stop: threading.Event) -> None:
    """Do a job again and again; after a failure the pause grows up to five seconds, then work goes on."""
    failures = 0
    while not stop.is_set():
        try:
            job()
            failures = 0
        except Exception as exc:
            failures += 1
            log.warning("worker_job_failed", job=name, failures=failures, error=type(exc).__name__)
        pause = min(LONGEST_PAUSE_SECONDS, 0.25 * 2 ** min(failures, 10)) if failures else seconds
        stop.wait(pause)


def _deliver(services: Services, stop: threading.Event) -> Callable[[], None]:
    deliveries = Deliveries(services)

    def job() -> None:
        dispatcher = Dispatcher(deliveries)
        try:
            while not stop.is_set():
                if not dispatcher.dispatch():
                    dispatcher.wait(LOOK_SECONDS)
        finally:
            dispatcher.close()

    return job


def _checkpoint(services: Services) -> None:
    if checkpoints.sign_due(services.database, services.keyring, services.clock()):
        log.debug("audit_checkpoint_signed")


def _sweep(services: Services, stop: threading.Event) -> None:
    replay = max(services.settings.refresh_lifetime, services.session_limits.longest) + sweeper.DAY
    removed = sweeper.sweep(
        services.database,
        services.clock(),
        lambda: not stop.is_set(),
        replay,
        services.settings.case_retention,
    )
    if removed:
        log.info("swept", rows=removed)


def _last(services: Services) -> None:
    try:
        chain.seal_all(services.database)
        checkpoints.sign_due(services.database, services.keyring, services.clock(), at_once=True)
    except Exception as exc:
        log.warning("worker_job_failed", job="last", error=type(exc).__name__)


def _in_words(step: Transition) -> str:
    return f"new {step.alg} {step.state}" if isinstance(step, Generate) else f"{step.kid} {step.new}"

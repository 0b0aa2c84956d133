"""`idp serve` and `idp worker`: the two kinds of process a deployment runs."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import threading
from pathlib import Path

import click

from idp import logs, server, worker as outbox_worker
from idp.cli import deployment
from idp.metrics import MULTIPROCESS

ROOT = Path(__file__).resolve().parents[2]


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="Port.")
@click.option(
    "--workers",
    default=lambda: os.cpu_count() or 1,
    show_default="one per core",
    type=click.IntRange(1, 256),
    help="Worker processes.",
)
@click.option(
    "--threads", default=8, show_default=True, type=click.IntRange(1, 64), help="Threads per worker process."
)
def serve(host: str, port: int, workers: int, threads: int) -> None:
    """Serve the provider (WSGI); SIGTERM stops it after the requests in flight.

    Put a proxy that terminates TLS in front of it and name its network in IDP_TRUSTED_PROXIES.

    Example: idp serve --host 0.0.0.0 --port 8000 --workers 4
    """
    settings = deployment.settings()
    deployment.with_schema(settings)
    environment = _server_environment(settings.data_dir.resolve() / "metrics" / str(port))
    os.execve(sys.executable, server.command(host, port, workers, threads), environment)  # noqa: S606


@click.command()
def worker() -> None:
    """Deliver logout tokens and messages, retry identity checks, seal the audit log, clean up.

    Several may run; each delivery is claimed by one. SIGTERM stops after the work at hand.

    Example: idp worker
    """
    with deployment.open_services() as services:
        logs.configure(services.settings.log_format)
        services.refresher.start()
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        outbox_worker.run(services, stop)


def _server_environment(counts: Path) -> dict[str, str]:
    """Return the server's environment; `counts` is where its processes keep what `/metrics` adds up."""
    path = os.pathsep.join(part for part in (str(ROOT), os.environ.get("PYTHONPATH", "")) if part)
    environment = {**os.environ, "PYTHONPATH": path}
    if MULTIPROCESS in environment:
        return environment
    shutil.rmtree(counts, ignore_errors=True)
    try:
        counts.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError:
        return environment  # a read-only disk: every process tells its own counts
    return environment | {MULTIPROCESS: str(counts)}

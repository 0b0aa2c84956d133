"""The population registry's simulator on a free port of this machine, with its faults at hand."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from werkzeug.serving import make_server

from clients.population_registry.app import SANDBOX_KEY, make_registry


class RegistrySimulator:
    """A running simulator."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.key = SANDBOX_KEY

    def faults(self, **members: object) -> None:
        """Break something: `outage=True`, `latency_ms=5000`, `quota=0`; nothing mends all."""
        headers = {"Authorization": f"Bearer {self.key}"}
        if members:
            httpx.post(f"{self.url}/v1/_faults", json=members, headers=headers).raise_for_status()
        else:
            httpx.delete(f"{self.url}/v1/_faults", headers=headers).raise_for_status()


@contextmanager
def running() -> Iterator[RegistrySimulator]:
    """Serve the bundled people until the block ends."""
    server = make_server("127.0.0.1", 0, make_registry(), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield RegistrySimulator(f"http://127.0.0.1:{server.server_port}")
    finally:
        server.shutdown()
        thread.join(timeout=5)
        server.server_close()

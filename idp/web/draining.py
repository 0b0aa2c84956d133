"""Letting a stopping server finish: every answer closes its connection, so that none is cut off later.

The flag lies in memory that the server process shares with the workers it forks. Without it a client that keeps sending
on one connection keeps a stopping worker busy until it is killed, and loses the answer of that moment.
"""

from __future__ import annotations

import mmap
from collections.abc import Callable, Iterable
from typing import Any

WsgiApp = Callable[[dict[str, Any], Any], Iterable[bytes]]

_FLAG = mmap.mmap(-1, 1)


def begin() -> None:
    """Tell all workers of this server that it is about to stop."""
    _FLAG[0] = 1


def is_draining() -> bool:
    """Tell whether the server is about to stop."""
    return _FLAG[0] == 1


class Draining:
    """Adds `Connection: close` to what is answered while the server stops (RFC 9112 §9.6)."""

    def __init__(self, app: WsgiApp) -> None:
        self._app = app

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Serve one request."""
        if not is_draining():
            return self._app(environ, start_response)

        def closing(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            headers = [*headers, ("Connection", "close")]
            return start_response(status, headers, exc_info) if exc_info else start_response(status, headers)

        return self._app(environ, closing)

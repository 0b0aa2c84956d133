"""Names to addresses within a time: the resolver of the system knows no deadline, so it works in threads of its own."""

from __future__ import annotations

import queue
import socket
import threading
import time

MOST_AT_ONCE = 32
"""Names looked up at a time; whoever comes beyond that waits for a place, within their own time."""


class NotResolved(Exception):
    """The name has no address, or none came in time."""


class Resolver:
    """Looks names up; safe to share between threads."""

    def __init__(self, most: int = MOST_AT_ONCE) -> None:
        self._places = threading.BoundedSemaphore(most)

    def addresses(self, host: str, port: int, seconds: float) -> list[str]:
        """Return the addresses of a host.

        A lookup that hangs keeps its thread and its place until the system gives up, not its caller.

        Raises:
            NotResolved: when there are none, or none after so many seconds.
        """
        until = time.monotonic() + seconds
        if seconds <= 0 or not self._places.acquire(timeout=seconds):
            raise NotResolved("too many names are being looked up")
        found: queue.SimpleQueue[list[str] | None] = queue.SimpleQueue()
        try:
            threading.Thread(
                target=self._look_up, args=(host, port, found), name="resolver", daemon=True
            ).start()
        except RuntimeError as exc:  # the machine has no thread left
            self._places.release()
            raise NotResolved("the name cannot be looked up now") from exc
        try:
            addresses = found.get(timeout=max(0.0, until - time.monotonic()))
        except queue.Empty:
            raise NotResolved("the name was not resolved in time") from None
        if not addresses:
            raise NotResolved("the name does not resolve")
        return addresses

    def _look_up(self, host: str, port: int, found: queue.SimpleQueue[list[str] | None]) -> None:
        try:
            entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found.put(list(dict.fromkeys(str(entry[4][0]) for entry in entries)))
        except (OSError, UnicodeError):  # the latter for labels that no name can have
            found.put(None)
        finally:
            self._places.release()

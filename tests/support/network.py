"""Close the network: a test that reaches beyond this machine fails where it does."""

import ipaddress
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager

LOCAL_NAMES = {None, "", b"", "localhost", b"localhost", "testserver"}


class NetworkClosed(OSError):
    """Something in a test wanted to talk to the outside."""


class Guard:
    """An audit hook: nothing in the process can go around it or forget to undo it."""

    def __init__(self) -> None:
        self.closed = False
        sys.addaudithook(self._event)

    def close(self) -> None:
        """From here on only this machine can be reached."""
        self.closed = True

    @contextmanager
    def opened(self) -> Iterator[None]:
        """Let the network through for a moment."""
        before, self.closed = self.closed, False
        try:
            yield
        finally:
            self.closed = before

    def _event(self, event: str, arguments: tuple[object, ...]) -> None:
        if not self.closed:
            return
        if event == "socket.connect":
            address = arguments[1]
            if isinstance(address, tuple) and not is_local(address[0]):
                raise NetworkClosed(f"tests may not connect to {address[0]}")
        elif event == "socket.getaddrinfo" and not is_local(arguments[0]):
            raise socket.gaierror(socket.EAI_NONAME, "tests may not look up names")


def is_local(host: object) -> bool:
    """Tell whether a host is this machine; an address that is not a name needs no look-up."""
    if host in LOCAL_NAMES:
        return True
    text = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)
    if text.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(text.split("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


GUARD = Guard()

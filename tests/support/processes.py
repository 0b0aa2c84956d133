"""Start programs, wait until they are ready, keep what they print, stop them for certain."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

ROOT = Path(__file__).resolve().parent.parent.parent
DIRECT = build_opener(ProxyHandler({}))  # loopback never goes through a proxy


class NotReady(Exception):
    """A program ended, or stayed silent, before it was ready; the text holds what it printed."""


def free_port() -> int:
    """Give a TCP port on 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def answers_tcp(port: int) -> Callable[[], bool]:
    """Make a readiness question: does somebody accept connections on this port?"""

    def ask() -> bool:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            return False
        return True

    return ask


def answers_http(url: str) -> Callable[[], bool]:
    """Make a readiness question: does this address answer with a success?"""

    def ask() -> bool:
        try:
            with DIRECT.open(url, timeout=2) as answer:
                return bool(answer.status < 400)
        except (URLError, OSError):
            return False

    return ask


def wait_until(ready: Callable[[], bool], *, seconds: float = 20, step: float = 0.05) -> bool:
    """Ask again and again until the answer is yes or the time is over."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if ready():
            return True
        time.sleep(step)
    return ready()


class Program:
    """A running program in a process group of its own; what it prints goes to `log`."""

    def __init__(
        self,
        command: Sequence[str],
        log: Path,
        *,
        env: Mapping[str, str] | None = None,
        cwd: Path = ROOT,
        user: str | None = None,
    ) -> None:
        self.command = list(command)
        self.log = log
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=None if env is None else dict(env),
                cwd=cwd,
                start_new_session=True,
                user=user,
                group=None if user is None else _group_of(user),
                extra_groups=None if user is None else [],
            )

    @property
    def pid(self) -> int:
        """The process id."""
        return self.process.pid

    @property
    def running(self) -> bool:
        """Whether it is still alive."""
        return self.process.poll() is None

    def output(self) -> str:
        """Give everything printed so far."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def wait_ready(self, ready: Callable[[], bool], *, seconds: float = 30) -> "Program":
        """Return itself once ready; raise with the output when it ends or stays silent."""
        if not wait_until(lambda: not self.running or ready(), seconds=seconds) or not self.running:
            self.stop()
            raise NotReady(f"{' '.join(self.command)}\n{self.output()[-4000:]}")
        return self

    def send(self, number: int) -> None:
        """Send a signal to the program alone, not to its children."""
        if self.running:
            self.process.send_signal(number)

    def kill(self) -> None:
        """End the program and its children at once, as a power cut would."""
        self._group(signal.SIGKILL)
        self.process.wait()

    def stop(self, *, number: int = signal.SIGTERM, seconds: float = 15) -> int:
        """Ask it to end, insist when it does not, and give its exit code."""
        self.send(number)
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(seconds)
        self._group(signal.SIGKILL)
        return self.process.wait()

    def _group(self, number: int) -> None:
        try:
            os.killpg(self.process.pid, number)
        except (ProcessLookupError, PermissionError):
            return


def clean_environment(**extra: str) -> dict[str, str]:
    """Give the environment for a program of ours: none of the caller's IDP_* settings, and `extra`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("IDP_")}
    return {**kept, "PYTHONPATH": str(ROOT), **extra}


def _group_of(user: str) -> int:
    import pwd

    return pwd.getpwnam(user).pw_gid

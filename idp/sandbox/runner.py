"""Starting a whole sandbox as processes of their own, and stopping all of them together (decisions 30)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
AGENCIES = ("education", "health", "tax", "business_licence", "civil_service")
REGISTRY = "population_registry"
READY_SECONDS = 40.0
STOP_SECONDS = 15.0
REGISTRY_KEY = "sandbox-registry-key"


class StartFailed(Exception):
    """A part of the sandbox did not come up; the message names it and its log."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where everything listens; agencies use another host name than the provider, so cookies do not mix."""

    port: int
    agencies_from: int
    registry_port: int

    @property
    def issuer(self) -> str:
        """The provider."""
        return f"http://localhost:{self.port}"

    @property
    def registry(self) -> str:
        """The population registry simulator."""
        return f"http://127.0.0.1:{self.registry_port}"

    def agency(self, name: str) -> str:
        """One agency."""
        return f"http://127.0.0.1:{self.agencies_from + AGENCIES.index(name)}"


@dataclass(slots=True)
class Processes:
    """The children of one sandbox."""

    logs: Path
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, name: str, arguments: list[str], env: Mapping[str, str]) -> None:
        """Start one child; what it prints goes to its log."""
        self.logs.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self.logs / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(  # noqa: S603 - our own modules
                [sys.executable, *arguments],
                cwd=ROOT,
                env=dict(env),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def wait_for(self, name: str, url: str) -> None:
        """Wait until a child answers.

        Raises:
            StartFailed: when it ends or stays silent.
        """
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            if self.running[name].poll() is not None:
                break
            try:
                with urllib.request.urlopen(url, timeout=2):  # noqa: S310 - loopback
                    return
            except urllib.error.HTTPError:
                return
            except OSError:
                time.sleep(0.1)
        raise StartFailed(f"{name} did not start; see {self.logs / f'{name}.log'}")

    def ended(self) -> str | None:
        """Name a child that has ended by itself."""
        return next((name for name, child in self.running.items() if child.poll() is not None), None)

    def stop(self) -> None:
        """Ask every child to finish, then insist."""
        for child in self.running.values():
            if child.poll() is None:
                child.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        for child in self.running.values():
            try:
                child.wait(timeout=max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


def wait_until_stopped(processes: Processes) -> str | None:
    """Sleep until a signal comes or a child ends; return that child's name."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    while not stop.wait(0.5):
        ended = processes.ended()
        if ended is not None:
            return ended
    return None


def environment(extra: Mapping[str, str]) -> dict[str, str]:
    """Return this process's environment with the sandbox's settings."""
    path = os.pathsep.join(part for part in (str(ROOT), os.environ.get("PYTHONPATH", "")) if part)
    return {**os.environ, "PYTHONPATH": path, **extra}

"""A throw-away Redis on a free loopback port."""

import shutil
import tempfile
from pathlib import Path

from tests.support.processes import Program, answers_tcp, free_port

HINT = "Redis is not installed (Debian: apt-get install redis-server)"


def binary() -> str | None:
    """Find Redis or its sibling Valkey."""
    return shutil.which("redis-server") or shutil.which("valkey-server")


class RedisServer:
    """One server that keeps nothing on disk."""

    def __init__(self) -> None:
        self.port = free_port()
        self.home = Path(tempfile.mkdtemp(prefix="gerbang-redis-"))
        self.program: Program | None = None

    @property
    def url(self) -> str:
        """The address as IDP_REDIS_URL takes it."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start and wait until it accepts connections."""
        found = binary()
        if found is None:
            raise RuntimeError(HINT)
        command = [found, "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.home)]
        command += ["--save", "", "--appendonly", "no"]
        self.program = Program(command, self.home / "log", cwd=self.home)
        self.program.wait_ready(answers_tcp(self.port))

    def stop(self) -> None:
        """Stop; the data is gone with it."""
        if self.program is not None:
            self.program.stop()
            self.program = None

    def destroy(self) -> None:
        """Stop and remove the folder."""
        self.stop()
        shutil.rmtree(self.home, ignore_errors=True)

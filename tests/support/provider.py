"""The provider as an operator runs it: `idp serve` in processes of its own, configured by the environment."""

import base64
import secrets
import subprocess
import sys
from pathlib import Path

from tests.support.processes import ROOT, Program, answers_http, clean_environment, free_port

COMMAND = [sys.executable, "-c", "from idp.cli.main import main; main(prog_name='idp')"]


class Provider:
    """One deployment over a migrated database: serve, work, run commands."""

    def __init__(self, folder: Path, database_url: str, **settings: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.issuer = f"http://127.0.0.1:{self.port}"
        self.programs: list[Program] = []
        master_key = base64.urlsafe_b64encode(secrets.token_bytes(32)).rstrip(b"=").decode("ascii")
        self.env = clean_environment(
            **{
                "IDP_MODE": "sandbox",
                "IDP_ISSUER": self.issuer,
                "IDP_DATABASE_URL": database_url,
                "IDP_MASTER_KEY": master_key,
                "IDP_DATA_DIR": str(folder),
                "IDP_OUTBOUND_ALLOW": "127.0.0.1 localhost",
                **{f"IDP_{name.upper()}": value for name, value in settings.items()},
            }
        )

    def serve(self, *, workers: int = 1, seconds: float = 60) -> Program:
        """Start the server and wait until it is ready for requests."""
        arguments = ["serve", "--host", "127.0.0.1", "--port", str(self.port), "--workers", str(workers)]
        return self._start("serve", arguments).wait_ready(
            answers_http(f"{self.issuer}/readyz"), seconds=seconds
        )

    def work(self) -> Program:
        """Start a worker of the outbox."""
        return self._start("worker", ["worker"])

    def run(self, *arguments: str, text: str = "", seconds: float = 60) -> str:
        """Run one command of `idp`, with `text` on its standard input, and give what it printed."""
        done = subprocess.run(
            [*COMMAND, *arguments],
            input=text,
            env=self.env,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
        if done.returncode != 0:
            raise RuntimeError(f"idp {' '.join(arguments)}: {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def stop(self) -> None:
        """Stop everything that was started, newest first."""
        for program in reversed(self.programs):
            program.stop()

    def _start(self, name: str, arguments: list[str]) -> Program:
        log = self.folder / f"{name}-{len(self.programs)}.log"
        program = Program([*COMMAND, *arguments], log, env=self.env)
        self.programs.append(program)
        return program

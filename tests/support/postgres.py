"""A throw-away PostgreSQL cluster on a free loopback port."""

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import psycopg
from psycopg import sql

from tests.support import memory
from tests.support.processes import Program, free_port, wait_until

HINT = "PostgreSQL is not installed (Debian: apt-get install postgresql)"
FAST = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "wal_level=minimal",
    "max_wal_senders=0",
    "max_wal_size=128MB",  # it may lie in memory
)
COMMON = (
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "max_connections=200",
    "shared_buffers=64MB",
    "dynamic_shared_memory_type=mmap",  # inside `home`, so that `destroy` leaves nothing behind
)


def binaries() -> Path | None:
    """Find the folder with `initdb` and `postgres`; distributions keep it out of PATH."""
    found = shutil.which("initdb")
    if found and Path(found).resolve().with_name("postgres").exists():
        return Path(found).resolve().parent
    folders = [*Path("/usr/lib/postgresql").glob("*/bin"), *Path("/usr").glob("pgsql-*/bin")]
    folders.sort(key=lambda folder: [int(part) for part in folder.as_posix().split("/") if part.isdigit()])
    return next((folder for folder in reversed(folders) if (folder / "initdb").exists()), None)


def unprivileged_user() -> str | None:
    """Name the user the server runs as: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


class Cluster:
    """One PostgreSQL server with data of its own. `durable` keeps every promise about disk."""

    def __init__(self, *, durable: bool = False) -> None:
        folder = binaries()
        if folder is None:
            raise RuntimeError(HINT)
        self.bin = folder
        self.user = unprivileged_user()
        where = None if durable else memory.folder()
        self.home = Path(tempfile.mkdtemp(prefix="gerbang-postgres-", dir=where))
        self.port = free_port()
        self.password = secrets.token_urlsafe(16)
        self.options = COMMON if durable else (*COMMON, *FAST)
        self.program: Program | None = None
        self._databases = 0
        self._initialise()

    def url(self, database: str = "postgres") -> str:
        """Give the address of a database as SQLAlchemy writes it."""
        return f"postgresql+psycopg://gerbang:{self.password}@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Start the server and wait until it answers queries."""
        options = [part for option in self.options for part in ("-c", option)]
        command = [str(self.bin / "postgres"), "-D", str(self.home / "data"), "-p", str(self.port), *options]
        self.program = Program(command, self.home / "log", user=self.user, cwd=self.home)
        self.program.wait_ready(self._answers)

    def stop(self, mode: str = "fast") -> None:
        """Stop: `smart` waits for clients, `fast` breaks them off, `immediate` is a crash."""
        if self.program is not None:
            numbers = {"smart": signal.SIGTERM, "fast": signal.SIGINT, "immediate": signal.SIGQUIT}
            self.program.stop(number=numbers[mode], seconds=30)
            self.program = None

    def restart(self, mode: str = "fast") -> None:
        """Stop in the given way and start again on the same port."""
        self.stop(mode)
        self.start()

    def destroy(self) -> None:
        """Stop at once and remove every trace."""
        self.stop("immediate")
        shutil.rmtree(self.home, ignore_errors=True)

    def create_database(self, *, template: str = "template1", name: str | None = None) -> str:
        """Create a database as a copy of `template` and give its name."""
        self._databases += 1
        name = name or f"test_{self._databases}"
        self.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        )
        return name

    def drop_database(self, name: str) -> None:
        """Drop a database even when somebody is still connected."""
        self.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def execute(self, statement: sql.Composed, database: str = "postgres") -> None:
        """Run one statement as the owner of the cluster."""
        with self.connect(database) as connection:
            connection.execute(statement)

    def connect(self, database: str = "postgres") -> "psycopg.Connection[tuple[object, ...]]":
        """Open a connection that commits by itself."""
        return psycopg.connect(
            host="127.0.0.1",
            port=self.port,
            user="gerbang",
            password=self.password,
            dbname=database,
            autocommit=True,
            connect_timeout=5,
        )

    def _answers(self) -> bool:
        try:
            self.connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def _initialise(self) -> None:
        secret = self.home / "password"
        secret.write_text(self.password, encoding="ascii")
        if self.user is not None:
            for path in (self.home, secret):
                shutil.chown(path, self.user)
        command = [str(self.bin / "initdb"), "-D", str(self.home / "data"), "-U", "gerbang", "--no-sync"]
        command += ["-A", "password", "--pwfile", str(secret), "-E", "UTF8", "--locale", "C.UTF-8"]
        program = Program(command, self.home / "log", user=self.user, cwd=self.home)
        if not wait_until(lambda: not program.running, seconds=60) or program.stop() != 0:
            raise subprocess.CalledProcessError(1, command, program.output())

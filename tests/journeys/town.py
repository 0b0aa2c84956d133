"""The whole sandbox as `make run` starts it, on free ports and with a folder of its own."""

import json
import os
import signal
import socket
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.request import Request

from idp.sandbox.personas import OPERATORS, find
from idp.sandbox.runner import AGENCIES, REGISTRY_KEY, Addresses
from tests.journeys.devices import CHROMIUM
from tests.journeys.people import Account, Authenticator
from tests.support.authenticator import Maker
from tests.support.processes import DIRECT, ROOT, Program, answers_http, clean_environment, free_port

LONG_AGO = 3600
READY_SECONDS = 90


class Town:
    """Provider, worker, registry and five agencies; the people who have accounts there."""

    def __init__(self, folder: Path) -> None:
        self.data = folder / "var"
        self.maker = Maker(CHROMIUM)
        """Who makes the security keys that this town trusts."""
        roots = folder / "makers.pem"
        roots.write_bytes(self.maker.root_pem)
        self.addresses = Addresses(free_port(), free_row(len(AGENCIES)), free_port())
        arguments = ["--port", str(self.addresses.port), "--agencies-from", str(self.addresses.agencies_from)]
        arguments += ["--registry-port", str(self.addresses.registry_port), "--data-dir", str(self.data)]
        command = [sys.executable, "-m", "idp", "sandbox", *arguments]
        env = clean_environment(IDP_SECURITY_KEY_ROOTS=str(roots))
        self.program = Program(command, folder / "sandbox.log", env=env, cwd=ROOT)
        self._accounts: dict[str, Account] = {}

    @property
    def issuer(self) -> str:
        return self.addresses.issuer

    def agency(self, name: str) -> str:
        """The address of an agency."""
        return self.addresses.agency(name)

    def open(self) -> "Town":
        """Wait until the last agency answers."""
        ready = answers_http(f"{self.agency(AGENCIES[-1])}/healthz")
        self.program.wait_ready(
            lambda: ready() and "One-time codes" in self.program.output(), seconds=READY_SECONDS
        )
        return self

    def close(self) -> None:
        """Stop everything as Ctrl-C would."""
        self.program.stop(seconds=30)

    def persona(self, key: str) -> Account:
        """What opens the account of a fixed person; one authenticator for all tests, as in life.

        Its third code within half a minute has to be waited for: choose somebody nobody else signs in as.
        """
        if key not in self._accounts:
            found = find(key)
            assert found is not None, key
            self._accounts[key] = Account(found.identifier, found.password, Authenticator(found.totp_secret))
        return self._accounts[key]

    def operator(self, identifier: str) -> Account:
        """What opens the account of an administrator of the sandbox."""
        if identifier not in self._accounts:
            found = next(one for one in OPERATORS if one.identifier == identifier)
            self._accounts[identifier] = Account(identifier, found.password, Authenticator(found.totp_secret))
        return self._accounts[identifier]

    def registry_faults(self, **faults: object) -> None:
        """Break the population registry, or mend it when nothing is given."""
        request = Request(  # noqa: S310 - loopback
            f"{self.addresses.registry}/v1/_faults",
            data=json.dumps(faults).encode() if faults else None,
            method="POST" if faults else "DELETE",
            headers={"Authorization": f"Bearer {REGISTRY_KEY}", "Content-Type": "application/json"},
        )
        with DIRECT.open(request, timeout=10) as answer:
            assert answer.status < 300

    @contextmanager
    def without(self, agency: str) -> Iterator[None]:
        """Stop an agency's process for a while: it takes connections and answers nobody."""
        pid = self._process_of(agency)
        os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(pid, signal.SIGCONT)

    def _process_of(self, agency: str) -> int:
        """Find the process of an agency among the children of the sandbox."""
        parent = self.program.process.pid
        children = Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="ascii").split()
        (pid,) = [
            int(child)
            for child in children
            if f"clients\0{agency}\0".encode() in Path(f"/proc/{child}/cmdline").read_bytes()
        ]
        return pid

    def let_time_pass_at(self, agency: str) -> None:
        """Make what an agency knows from UserInfo old, so that it asks again the next time."""
        path = self.data / "agencies" / agency / "agency.sqlite"
        with closing(sqlite3.connect(path, timeout=10)) as db, db:
            db.execute(
                "update session set data = json_set(data, '$.claims_at', json_extract(data, '$.claims_at') - ?)",
                (LONG_AGO,),
            )

    def let_answers_be_asked_again(self) -> None:
        """Let the gate forget that a publisher was silent, as it does by itself after a while."""
        with closing(sqlite3.connect(self.data / "gerbang.sqlite3", timeout=10)) as db, db:
            db.execute("update source_answer set again_at = 0 where outcome = 'failed'")

    def meter_columns(self) -> dict[str, list[str]]:
        """What the gate keeps of the reports: the columns of its tables."""
        with closing(sqlite3.connect(self.data / "gerbang.sqlite3", timeout=10)) as db:
            tables = [
                name
                for (name,) in db.execute("select name from sqlite_master where type = 'table' order by name")
                if name.startswith("meter_")
            ]
            return {
                name: [row[1] for row in db.execute("select * from pragma_table_info(?)", (name,))]
                for name in tables
            }

    def let_codes_grow_old(self, minutes: int) -> None:
        """Move the codes sent by e-mail into the past."""
        with closing(sqlite3.connect(self.data / "gerbang.sqlite3", timeout=10)) as db, db:
            db.execute(
                "update one_time_code set created_at = created_at - :by, expires_at = expires_at - :by",
                {"by": minutes * 60_000_000},
            )

    def let_changes_wait(self, hours: int) -> None:
        """Let that many hours of every waiting change pass; the worker finds what is due within seconds."""
        with closing(sqlite3.connect(self.data / "gerbang.sqlite3", timeout=10)) as db, db:
            db.execute(
                "update pending_change set effective_at = effective_at - :by, due_at = due_at - :by"
                " where applied_at is null and cancelled_at is null",
                {"by": hours * 3_600_000_000},
            )


def free_row(length: int) -> int:
    """Find that many free ports in a row."""
    while True:
        first = free_port()
        try:
            for port in range(first, first + length):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError):
            continue
        return first

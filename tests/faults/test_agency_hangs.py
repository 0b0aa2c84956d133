"""An agency whose logout endpoint accepts and never answers holds nobody else up (E16)."""

import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlencode

import pytest

from tests.conftest import NewProvider
from tests.faults.deployment import CLIENT, REDIRECT, SCOPE, create, deploy, sign_in
from tests.support.person import Person
from tests.support.processes import wait_until

pytestmark = [pytest.mark.kills, pytest.mark.slow]

LONGEST_HOLD_SECONDS = 10
TOLD_SECONDS = 10


class Hanging:
    """Accepts connections and says nothing; remembers for how long the other side was patient."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/logout"
        self.patience: list[float] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Stop listening."""
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._wait, args=(connection,), daemon=True).start()

    def _wait(self, connection: socket.socket) -> None:
        began = time.monotonic()
        with connection:
            while connection.recv(4096):
                pass
        self.patience.append(time.monotonic() - began)


class Prompt(HTTPServer):
    """Takes every logout token at once."""

    def __init__(self) -> None:
        tokens: list[str] = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                tokens.append(parse_qs(body)["logout_token"][0])
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                return

        super().__init__(("127.0.0.1", 0), Handler)
        self.tokens = tokens
        self.url = f"http://127.0.0.1:{self.server_port}/logout"
        threading.Thread(target=self.serve_forever, daemon=True).start()


@pytest.fixture
def hanging() -> Iterator[Hanging]:
    """An agency that hangs."""
    agency = Hanging()
    yield agency
    agency.close()


@pytest.fixture
def prompt() -> Iterator[Prompt]:
    """An agency that answers."""
    agency = Prompt()
    yield agency
    agency.shutdown()
    agency.server_close()


def test_the_others_are_told_at_once(
    sqlite_url: str, new_provider: NewProvider, hanging: Hanging, prompt: Prompt
) -> None:
    provider = new_provider(sqlite_url)
    deployment = deploy(provider, workers=1)
    worker = provider.work()
    with Person(deployment.credentials) as person:
        for url in (hanging.url, prompt.url):
            client = create(provider, "clients", {**CLIENT, "backchannel_logout_uri": url})
            deployment.use(client)
            asked = {"client_id": client["client_id"], "redirect_uri": REDIRECT, "scope": SCOPE, "nonce": "n"}
            there = person.visit(
                f"{provider.issuer}/authorize?{urlencode({**asked, 'response_type': 'code'})}", until=REDIRECT
            )
            code = parse_qs(there.url.partition("?")[2])["code"][0]
            assert deployment.redeem(deployment.channel(), code).status == 200
        out = person.visit(f"{provider.issuer}/logout")
    assert out.page == "logged-out", out
    signed_out = time.monotonic()

    assert wait_until(lambda: len(prompt.tokens) == 1, seconds=TOLD_SECONDS)
    told = time.monotonic() - signed_out
    sign_in(deployment)
    assert wait_until(lambda: len(hanging.patience) >= 2, seconds=60), "it is tried again"
    assert max(hanging.patience) < LONGEST_HOLD_SECONDS
    print(f"told after {told:.1f} s; the hanging one was left after {hanging.patience}")  # noqa: T201
    assert len(prompt.tokens) == 1
    assert worker.stop(seconds=30) == 0

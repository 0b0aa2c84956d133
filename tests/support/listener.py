"""An agency's back-channel address: keeps every form it is sent, answers as it is told, or hangs."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

from tests.support.processes import wait_until


class Listener:
    """A small HTTP server on loopback."""

    def __init__(self) -> None:
        self.forms: list[dict[str, str]] = []
        self.headers: list[dict[str, str]] = []
        self.bodies: list[str] = []
        self.location: str | None = None
        self.status = 200
        self.answer = b""
        self.let_go = threading.Event()
        self.let_go.set()
        listener = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
                listener.bodies.append(body)
                listener.headers.append({name.lower(): value for name, value in self.headers.items()})
                listener.forms.append({name: values[0] for name, values in parse_qs(body).items()})
                listener.let_go.wait(20)
                try:
                    self.send_response(listener.status)
                    if listener.location is not None:
                        self.send_header("Location", listener.location)
                    self.send_header("Content-Length", str(len(listener.answer)))
                    self.end_headers()
                    self.wfile.write(listener.answer)
                except OSError:
                    pass

            def log_message(self, *_args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/backchannel"

    @property
    def tokens(self) -> list[str]:
        """Every logout token that came."""
        return [form["logout_token"] for form in self.forms]

    def hang(self) -> None:
        """Take requests and do not answer."""
        self.let_go.clear()

    def wait_for(self, count: int, seconds: float = 10) -> None:
        """Wait until so many forms have come."""
        assert wait_until(lambda: len(self.forms) >= count, seconds=seconds), f"{len(self.forms)} of {count}"

    def close(self) -> None:
        self.let_go.set()
        self._server.shutdown()
        self._server.server_close()

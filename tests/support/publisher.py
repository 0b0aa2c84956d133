"""An agency's web server on loopback: serves what it is given, redirects, or sends very slowly."""

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self


class Publisher:
    """A small HTTP server; every path it was asked for is in `asked`."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.body = b""
        self.status = 200
        self.location = ""
        self.drip_seconds = 0.0
        self.meanwhile: Callable[[], None] = lambda: None
        """Done while the other side waits for an answer."""
        self.ending = threading.Event()
        publisher = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                publisher.asked.append(self.path)
                publisher.meanwhile()
                try:
                    if publisher.drip_seconds:
                        self.wfile.write(b"HTTP/1.1 200 OK\r\n")
                        while not publisher.ending.wait(publisher.drip_seconds):
                            self.wfile.write(b"X-Slow: 1\r\n")
                        return
                    self.send_response(publisher.status)
                    if publisher.location:
                        self.send_header("Location", publisher.location)
                    self.send_header("Content-Length", str(len(publisher.body)))
                    self.end_headers()
                    self.wfile.write(publisher.body)
                except OSError:
                    pass

            def log_message(self, *_args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.ending.set()
        self._server.shutdown()
        self._server.server_close()

    def url(self, path: str = "/request.jwt") -> str:
        """An address here."""
        return f"http://127.0.0.1:{self._server.server_address[1]}{path}"

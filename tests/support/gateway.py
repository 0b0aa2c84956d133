"""A small SMS or WhatsApp gateway on loopback that speaks the documented format, or answers as it is told."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class MessageGateway:
    """Take messages as docs/reference/message-gateway.md says; a repeated idempotency key is taken once."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.calls = 0
        self.status = 202
        self.answer: Any = None
        self.reports: dict[str, str] = {}
        self.report_status = 200
        self._seen: set[str] = set()
        gateway = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                gateway._take(self)

            def do_GET(self) -> None:
                reference = self.path.rpartition("/")[2]
                status = gateway.reports.get(reference, "pending")
                _say(self, gateway.report_status, {"id": reference, "status": status})

            def log_message(self, *_args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    @property
    def name(self) -> str:
        """What counters call it."""
        return f"127.0.0.1:{self._server.server_address[1]}"

    @property
    def url(self) -> str:
        """The address as IDP_SMS_GATEWAY_URL takes it."""
        return f"http://{self.name}/messages"

    def answers(self, status: int, body: Any) -> None:
        """Answer everything like this from now on."""
        self.status, self.answer = status, body

    def close(self) -> None:
        """Go away."""
        self._server.shutdown()
        self._server.server_close()

    def _take(self, request: BaseHTTPRequestHandler) -> None:
        body = json.loads(request.rfile.read(int(request.headers.get("Content-Length", "0"))))
        self.calls += 1
        self.headers.append({name.lower(): value for name, value in request.headers.items()})
        key = request.headers.get("Idempotency-Key", "")
        if self.answer is None and key not in self._seen:
            self._seen.add(key)
            self.messages.append(body)
        said = {"id": f"msg-{key[:8]}", "status": "accepted"} if self.answer is None else self.answer
        _say(request, self.status, said)


def _say(request: BaseHTTPRequestHandler, status: int, body: Any) -> None:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    request.send_response(status)
    request.send_header("Content-Type", "application/json")
    request.send_header("Content-Length", str(len(content)))
    request.end_headers()
    request.wfile.write(content)

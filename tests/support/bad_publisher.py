"""An agency's connector that answers as told: rightly, or with one fault of docs/reference/connector.md.

It believes every token: what is under test is the gate that asks.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from joserfc.jws import extract_compact

VERIFIED_AT = "2026-11-20T03:00:00Z"
TEN_MEGABYTES = 10 * 1024 * 1024
SILENCE_SECONDS = 30.0
DRIP_SECONDS = 0.2


class Fault(StrEnum):
    """What goes wrong; `NONE` is a good answer."""

    NONE = "none"
    ANOTHER_PERSON = "another_person"
    MORE_FIELDS = "more_fields"
    WRONG_TYPE = "wrong_type"
    NO_PROVENANCE = "no_provenance"
    FROM_THE_FUTURE = "from_the_future"
    EXPIRED = "expired"
    HUGE = "huge"
    HUGE_AND_HONEST = "huge_and_honest"
    SILENT = "silent"
    DRIP = "drip"
    NOT_JSON = "not_json"
    DEEP = "deep"
    WRONG_SHAPE = "wrong_shape"
    REDIRECT = "redirect"
    REFUSES_US = "refuses_us"
    UNKNOWN_PERSON = "unknown_person"
    ERROR = "error"
    BUSY = "busy"
    HANGS_UP = "hangs_up"


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: what it asked for, and what its token said."""

    names: tuple[str, ...]
    header: Mapping[str, Any]
    claims: Mapping[str, Any]
    token: str
    query: str


class BadPublisher:
    """A connector on a loopback port of its own.

    `values` holds what it knows, by claim; `people` narrows that to some citizens, by `sub` or `nik`. `asked` holds
    every request. Changing `fault` changes the next answer; `heal_after` makes a fault go away after so many answers.
    """

    def __init__(self, values: Mapping[str, Any] | None = None, fault: Fault = Fault.NONE) -> None:
        self.values: dict[str, Any] = dict(values or {})
        self.people: dict[str, Mapping[str, Any]] | None = None
        self.fault, self.heal_after, self.retry_after = fault, 0, 7
        self.extras: dict[str, Any] = {}
        """Members added to every value, for instance `valid_until` or `level`."""
        self.asked: list[Asked] = []
        self.ending = threading.Event()
        self._lock = threading.Lock()
        publisher = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                try:
                    publisher._answer(self)
                except OSError:
                    self.close_connection = True

            def log_message(self, *_args: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_args: object) -> None:
                pass

        self._server = Server(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.ending.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def endpoint(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/attributes"

    def good(self, asked: Asked) -> dict[str, Any] | None:
        """Return the answer of a faultless connector; None when it knows nothing of this person."""
        known = self.values if self.people is None else self._of(asked)
        if known is None:
            return None
        named = set(asked.claims.get("claims", ())) & set(asked.names)
        attributes = {
            name: {"value": value, "verified_at": VERIFIED_AT, **self.extras}
            for name, value in known.items()
            if name in named
        }
        return {"sub": asked.claims.get("sub"), "attributes": attributes}

    def _of(self, asked: Asked) -> Mapping[str, Any] | None:
        people = self.people or {}
        return people.get(str(asked.claims.get("nik"))) or people.get(str(asked.claims.get("sub")))

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        asked = _read(handler)
        with self._lock:
            self.asked.append(asked)
            fault = self.fault
            if self.heal_after:
                self.heal_after -= 1
                if self.heal_after == 0:
                    self.fault = Fault.NONE
        if fault in STATUSES:
            _send(handler, STATUSES[fault], {"error": fault.value}, self._headers(fault))
        elif fault is Fault.SILENT:
            self.ending.wait(SILENCE_SECONDS)
        elif fault is Fault.DRIP:
            handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
            while not self.ending.wait(DRIP_SECONDS):
                handler.wfile.write(b"X-Slow: 1\r\n")
        elif fault is Fault.HANGS_UP:
            handler.connection.close()
        elif fault in BODIES:
            _send_body(handler, 200, BODIES[fault])
        else:
            good = self.good(asked)
            if good is None:
                _send(handler, 404, {"error": "not_found"})
            elif fault in (Fault.HUGE, Fault.HUGE_AND_HONEST):
                _send_huge(handler, good, honest=fault is Fault.HUGE_AND_HONEST)
            else:
                _send(handler, 200, self._spoiled(fault, good))

    def _headers(self, fault: Fault) -> dict[str, str]:
        if fault is Fault.BUSY:
            return {"Retry-After": str(self.retry_after)}
        if fault is Fault.REDIRECT:
            return {"Location": self.endpoint + "?elsewhere=1"}
        return {"WWW-Authenticate": 'Bearer error="invalid_token"'} if fault is Fault.REFUSES_US else {}

    def _spoiled(self, fault: Fault, answer: dict[str, Any]) -> dict[str, Any]:
        attributes = answer["attributes"]
        if fault is Fault.ANOTHER_PERSON:
            answer["sub"] = "somebody-else"
        elif fault is Fault.MORE_FIELDS:
            attributes["bpjs_number"] = {"value": "0001234567890", "verified_at": VERIFIED_AT}
            attributes["religion"] = {"value": "none of your business", "verified_at": VERIFIED_AT}
        for value in attributes.values():
            if fault is Fault.WRONG_TYPE:
                value["value"] = 42 if not isinstance(value["value"], int) else "42"
            elif fault is Fault.NO_PROVENANCE:
                del value["verified_at"]
            elif fault is Fault.FROM_THE_FUTURE:
                value["verified_at"] = "2999-01-01T00:00:00Z"
            elif fault is Fault.EXPIRED:
                value["valid_until"] = "2020-01-01T00:00:00Z"
        return answer


STATUSES = {
    Fault.REDIRECT: 302,
    Fault.REFUSES_US: 401,
    Fault.UNKNOWN_PERSON: 404,
    Fault.ERROR: 500,
    Fault.BUSY: 503,
}
BODIES = {
    Fault.NOT_JSON: b"<html><body>Selamat datang</body></html>",
    Fault.DEEP: b"[" * 10_000 + b"]" * 10_000,
    Fault.WRONG_SHAPE: b'["sub", "attributes"]',
}


def _read(handler: BaseHTTPRequestHandler) -> Asked:
    query = urlsplit(handler.path).query
    names = tuple(" ".join(parse_qs(query).get("claims", [])).split())
    token = handler.headers.get("Authorization", "").removeprefix("Bearer ")
    try:
        parts = extract_compact(token.encode())
        return Asked(names, dict(parts.headers()), json.loads(parts.payload), token, query)
    except ValueError:
        return Asked(names, {}, {}, token, query)


def _send(
    handler: BaseHTTPRequestHandler, status: int, body: Any, headers: Mapping[str, str] | None = None
) -> None:
    _send_body(handler, status, json.dumps(body).encode(), headers)


def _send_body(
    handler: BaseHTTPRequestHandler, status: int, body: bytes, headers: Mapping[str, str] | None = None
) -> None:
    handler.send_response(status)
    for name, value in (headers or {}).items():
        handler.send_header(name, value)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def _send_huge(handler: BaseHTTPRequestHandler, answer: Any, *, honest: bool) -> None:
    """Send a right answer blown up with blanks to 10 MB, with its length announced or not."""
    body = json.dumps(answer).encode()
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    if honest:
        handler.send_header("Content-Length", str(TEN_MEGABYTES))
    handler.end_headers()
    left = TEN_MEGABYTES - len(body)
    while left > 0:
        handler.wfile.write(b" " * min(left, 65_536))
        left -= 65_536
    handler.wfile.write(body)

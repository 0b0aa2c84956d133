"""Being told by Gerbang: an endpoint for security events, each acted on once, and confirmed when that is done.

```python
receive_events(app, issuer=..., client_id=..., key=key_pair(folder), book=EventBook(folder / "events.sqlite", clock),
               act=lambda event: erase(event.sub))
```

`act` does what an event asks and returns True. It may be called again for the same event, so it must not mind doing a
thing twice. What it returns True for is confirmed to Gerbang, again and again until that has heard it.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import requests
from authlib.oauth2.rfc7523 import private_key_jwt_sign
from flask import Flask, Response, jsonify, make_response, request
from joserfc.jwk import ECKey

from clients.clock import Clock, system_clock
from clients.gate_keys import GateKeys, KeysUnavailableError
from clients.security_event import OLDEST, EventRefusedError, SecurityEvent, read

log = logging.getLogger(__name__)

PATH = "/security-events"
MEDIA_TYPE = "application/secevent+jwt"
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ENDPOINT = "gerbang_event_confirmation_endpoint"
KEPT = OLDEST + timedelta(days=1)
ASSERTION_SECONDS = 60
TIMEOUT_SECONDS = 10
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 300.0
SCHEMA = """
create table if not exists event (
    jti text primary key, taken_at real not null, settled integer not null
) strict;
"""

Act = Callable[[SecurityEvent], bool]
"""Does what an event asks; True when that is done, False for what this agency does not act on."""


class EventBook:
    """Which events were acted on, and which of them Gerbang has not heard about yet; a file of its own."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path, self._clock = path, clock
        path.touch(mode=0o600)
        with self._open() as db:
            db.execute("pragma journal_mode = wal")
            db.executescript(SCHEMA)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        db = sqlite3.connect(self._path, timeout=10, isolation_level=None)
        try:
            yield db
        finally:
            db.close()

    def knows(self, jti: str) -> bool:
        """Tell whether an event was acted on before."""
        with self._open() as db:
            return db.execute("select 1 from event where jti = ?", (jti,)).fetchone() is not None

    def keep(self, jti: str, *, confirm: bool) -> None:
        """Remember an event for as long as Gerbang may send it again."""
        now = self._clock().timestamp()
        with self._open() as db:
            db.execute("delete from event where settled = 1 and taken_at <= ?", (now - KEPT.total_seconds(),))
            sql = "insert into event values (?, ?, ?) on conflict do nothing"
            db.execute(sql, (jti, now, int(not confirm)))

    def waiting(self) -> list[str]:
        """Return what Gerbang has not heard about, the oldest first."""
        with self._open() as db:
            rows = db.execute("select jti from event where settled = 0 order by taken_at").fetchall()
        return [str(row[0]) for row in rows]

    def settle(self, jti: str) -> None:
        """Note that Gerbang has heard, or will not."""
        with self._open() as db:
            db.execute("update event set settled = 1 where jti = ?", (jti,))


class Confirmer:
    """Tells Gerbang what is done, beside everything else; while Gerbang is away it tries again, less and less often."""

    def __init__(
        self, book: EventBook, send: Callable[[str], bool], sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._book, self._send, self._sleep = book, send, sleep
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def wake(self) -> None:
        """Begin, unless it is at work already."""
        with self._lock:
            if self._thread is None and self._book.waiting():
                self._thread = threading.Thread(target=self._run, name="event-confirmer", daemon=True)
                self._thread.start()

    def wait(self, seconds: float = 10) -> None:
        """Wait until there is nothing left to say."""
        thread = self._thread
        if thread is not None:
            thread.join(seconds)

    def _run(self) -> None:
        try:
            self._say_everything()
        except sqlite3.Error:
            log.warning("confirmations wait: the book of events cannot be read")
            with self._lock:
                self._thread = None

    def _say_everything(self) -> None:
        pause = FIRST_PAUSE
        while True:
            heard = [jti for jti in self._book.waiting() if self._send(jti)]
            for jti in heard:
                self._book.settle(jti)
            with self._lock:
                if not self._book.waiting():
                    self._thread = None
                    return
            if not heard:
                self._sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)


class Gate:
    """Gerbang's endpoint for confirmations, found by discovery; we prove ourselves as at the token endpoint."""

    def __init__(self, issuer: str, client_id: str, key: ECKey) -> None:
        self._issuer, self._client_id, self._key = issuer, client_id, key
        self._http = requests.Session()
        self._http.trust_env = False

    def confirm(self, jti: str) -> bool:
        """Confirm one event; True when there is nothing more to say about it, False to try again later."""
        try:
            answer = self._http.post(
                self._endpoint(),
                data={
                    "jti": jti,
                    "client_id": self._client_id,
                    "client_assertion_type": ASSERTION_TYPE,
                    "client_assertion": self._assertion(),
                },
                timeout=TIMEOUT_SECONDS,
                allow_redirects=False,
            )
        except (requests.RequestException, ValueError, KeyError):
            return False
        return answer.status_code in (204, 404)

    def _endpoint(self) -> str:
        url = f"{self._issuer}/.well-known/openid-configuration"
        answer = self._http.get(url, timeout=TIMEOUT_SECONDS, allow_redirects=False)
        answer.raise_for_status()
        document: dict[str, Any] = answer.json()
        if document.get("issuer") != self._issuer:  # OpenID Connect Discovery 1.0 §4.3
            raise ValueError("another issuer")
        return str(document[ENDPOINT])

    def _assertion(self) -> str:
        return str(
            private_key_jwt_sign(
                self._key,
                client_id=self._client_id,
                token_endpoint=self._issuer,
                header={"kid": self._key.kid},
                alg=self._key.alg or "ES256",
                expires_in=ASSERTION_SECONDS,
            )
        )


def receive_events(
    app: Flask,
    *,
    issuer: str,
    client_id: str,
    key: ECKey,
    book: EventBook,
    act: Act,
    algorithm: str = "ES256",
    path: str = PATH,
    clock: Clock = system_clock,
    sleep: Callable[[float], None] = time.sleep,
) -> Confirmer:
    """Serve the endpoint that the registration names as `security_events_uri` (RFC 8935 §2)."""
    keys = GateKeys(issuer, clock)
    confirmer = Confirmer(book, Gate(issuer, client_id, key).confirm, sleep)

    def receive() -> Response:
        if request.mimetype != MEDIA_TYPE:
            return _refusal("invalid_request", f"the body must be {MEDIA_TYPE}")
        try:
            event = read(
                request.get_data().decode("ascii"),
                keys=keys.holding,
                issuer=issuer,
                client_id=client_id,
                algorithms=[algorithm],
                now=clock(),
            )
        except EventRefusedError as error:
            return _refusal(error.code, str(error))
        except UnicodeDecodeError:
            return _refusal("invalid_request", "the body is not a token")
        except KeysUnavailableError:
            return make_response("", 503, {"Retry-After": "30"})
        if not book.knows(event.jti):
            book.keep(event.jti, confirm=act(event))
        confirmer.wake()
        return make_response("", 202)

    app.add_url_rule(path, endpoint="security_events", view_func=receive, methods=["POST"])
    confirmer.wake()
    return confirmer


def _refusal(code: str, description: str) -> Response:
    """Say why a token is refused, so that it is not sent again (RFC 8935 §2.3)."""
    answer = make_response(jsonify(err=code, description=description), 400)
    answer.headers["Content-Language"] = "en"
    return answer

"""The connector under test, asked as Gerbang asks: bounded time, bounded size, no redirects."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import requests

from clients.connector_check.gate import ThrowAwayGate

LONGEST_SECONDS = 2.0
PATIENCE_SECONDS = 5.0
LARGEST = 64 * 1024


class BrokenError(Exception):
    """A rule does not hold; the text says what was seen."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; `body` stops one byte after the largest answer that is allowed."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float

    @property
    def document(self) -> Mapping[str, Any]:
        """The JSON object of the body; empty when it is none."""
        try:
            found = json.loads(self.body)
        except (ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}

    @property
    def attributes(self) -> Mapping[str, Any]:
        """What is told about the citizen."""
        found = self.document.get("attributes")
        return found if isinstance(found, dict) else {}


@dataclass(frozen=True, slots=True)
class Connector:
    """One connector, the citizen it is asked about, and the claims it should know of them."""

    gate: ThrowAwayGate
    endpoint: str
    names: tuple[str, ...]
    unknown: Mapping[str, str]
    ca: str | None = None

    def ask(
        self,
        token: str | None = None,
        names: Sequence[str] | None = None,
        *,
        query: Mapping[str, str] | Sequence[tuple[str, str]] | None = None,
        method: str = "GET",
        bare: bool = False,
    ) -> Answer:
        """Ask a question, by default a right one; `bare` leaves the token out.

        Raises:
            BrokenError: when no answer came in time, or none at all.
        """
        headers = {} if bare else {"Authorization": f"Bearer {token or self.gate.token(list(self.names))}"}
        asked = (
            query if query is not None else {"claims": " ".join(names if names is not None else self.names)}
        )
        box: list[Answer | requests.RequestException] = []
        worker = threading.Thread(target=self._call, args=(method, asked, headers, box), daemon=True)
        worker.start()
        worker.join(PATIENCE_SECONDS)
        if not box:
            raise BrokenError(f"no answer within {PATIENCE_SECONDS:.0f} seconds")
        if isinstance(box[0], requests.RequestException):
            raise BrokenError(f"no answer: {type(box[0]).__name__}")
        return box[0]

    def _call(self, method: str, query: Any, headers: dict[str, str], box: list[Any]) -> None:
        begun = time.monotonic()
        with requests.Session() as http:
            http.trust_env = False
            http.verify = self.ca or True
            try:
                with http.request(
                    method,
                    self.endpoint,
                    params=query,
                    headers=headers,
                    allow_redirects=False,
                    stream=True,
                    timeout=PATIENCE_SECONDS,
                ) as answer:
                    body = answer.raw.read(LARGEST + 1, decode_content=True)
                    box.append(Answer(answer.status_code, answer.headers, body, time.monotonic() - begun))
            except requests.RequestException as error:
                box.append(error)
            except Exception as error:
                box.append(requests.ConnectionError(type(error).__name__))

"""Telling Gerbang how much of each form had to be typed: counts only, apart from the citizen, again until taken."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Mapping
from typing import Any

import requests
from authlib.oauth2.rfc7523 import private_key_jwt_sign
from joserfc.jwk import ECKey

from clients.credentials import ALGORITHM
from clients.sign_in import SignInError
from clients.store import Store

ENDPOINT = "gerbang_meter_endpoint"
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASSERTION_SECONDS = 60
TIMEOUT_SECONDS = 5
NEVER = (400, 413)
"""Answers to a report that no second attempt will change."""
LATER = (requests.RequestException, SignInError, sqlite3.Error, RuntimeError, ValueError, KeyError)
"""Gerbang or our own file is away: the reports stay, and the next form sends them."""


class Reporter:
    """Sends the reports an agency has kept; `metadata` gives the provider's metadata."""

    def __init__(
        self, metadata: Callable[[], Mapping[str, Any]], issuer: str, client_id: str, key: ECKey, store: Store
    ) -> None:
        self._metadata, self._issuer, self._client_id = metadata, issuer, client_id
        self._key, self._store = key, store
        self._sending = threading.Lock()
        self._http = requests.Session()
        self._http.trust_env = False

    def soon(self) -> None:
        """Send what is due without making the citizen wait."""
        threading.Thread(target=self.send_due, daemon=True).start()

    def send_due(self) -> int:
        """Send what is due and return how many reports were taken; one thread at a time does this."""
        if not self._sending.acquire(blocking=False):
            return 0
        try:
            return self._send_all()
        except LATER:
            return 0
        finally:
            self._sending.release()

    def _send_all(self) -> int:
        taken = 0
        while due := self._store.due_reports():
            endpoint = self._metadata().get(ENDPOINT)
            if not isinstance(endpoint, str):
                return taken
            for fields in due:
                answer = self._http.post(
                    endpoint, data={**fields, **self._proof()}, timeout=TIMEOUT_SECONDS, allow_redirects=False
                )
                if answer.status_code != requests.codes.ok and answer.status_code not in NEVER:
                    return taken
                self._store.report_done(fields["report_id"])
                taken += answer.status_code == requests.codes.ok
        return taken

    def _proof(self) -> dict[str, str]:
        """Prove who reports, as at the token endpoint (RFC 7523 §2.2)."""
        assertion = private_key_jwt_sign(
            self._key,
            client_id=self._client_id,
            token_endpoint=self._issuer,
            header={"kid": self._key.kid},
            alg=ALGORITHM,
            expires_in=ASSERTION_SECONDS,
        )
        return {
            "client_id": self._client_id,
            "client_assertion_type": ASSERTION,
            "client_assertion": str(assertion),
        }

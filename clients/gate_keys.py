"""The keys Gerbang signs with, found by discovery and fetched again in time; never at the start of an application."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import requests
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from urllib3.exceptions import HTTPError

from clients.clock import Clock

FRESH = timedelta(minutes=10)
OLDEST = timedelta(hours=1)
PAUSE = timedelta(seconds=5)
TIMEOUT_SECONDS = 5
LARGEST = 256 * 1024
FAILURES = (requests.RequestException, HTTPError, JoseError, ValueError, TypeError, KeyError)


class KeysUnavailableError(Exception):
    """Gerbang cannot be reached and no keys are at hand that are recent enough."""


class GateKeys:
    """The JWK Set of one issuer; safe to share between threads.

    It is fetched again beside the questions every ten minutes, and at once for an unknown key id, because keys rotate;
    but not more than once in five seconds, since key ids come from strangers. While Gerbang is away the last set
    serves for an hour: a withdrawn key is not believed for ever.
    """

    def __init__(self, issuer: str, clock: Clock) -> None:
        self._issuer, self._clock = issuer, clock
        self._lock = threading.Lock()
        self._keys: KeySet | None = None
        self._fetched_at = self._tried_at = datetime.fromtimestamp(0, UTC)
        self._http = requests.Session()
        self._http.trust_env = False

    def holding(self, kid: str | None) -> KeySet:
        """Return the keys, with the one named if the issuer has it.

        Raises:
            KeysUnavailableError: when there are none to verify with.
        """
        keys, age = self._keys, self._clock() - self._fetched_at
        if keys is not None and age < OLDEST and (kid is None or any(key.kid == kid for key in keys)):
            if age >= FRESH:
                threading.Thread(target=self._refresh, daemon=True).start()
            return keys
        self._refresh()
        if self._keys is None or self._clock() - self._fetched_at >= OLDEST:
            raise KeysUnavailableError
        return self._keys

    def _refresh(self) -> None:
        with self._lock:
            if self._clock() - self._tried_at >= PAUSE:
                self._fetch()

    def _fetch(self) -> None:
        self._tried_at = self._clock()
        try:
            metadata = self._document(f"{self._issuer}/.well-known/openid-configuration")
            if metadata.get("issuer") != self._issuer:  # OpenID Connect Discovery 1.0 §4.3
                return
            found = KeySet.import_key_set(self._document(str(metadata.get("jwks_uri"))))  # type: ignore[arg-type]
        except FAILURES:
            return
        self._keys, self._fetched_at = found, self._clock()

    def _document(self, url: str) -> Mapping[str, Any]:
        with self._http.get(url, timeout=TIMEOUT_SECONDS, allow_redirects=False, stream=True) as answer:
            body = answer.raw.read(LARGEST + 1, decode_content=True)
        if answer.status_code != 200 or len(body) > LARGEST:
            raise ValueError("no document of the issuer")
        document = json.loads(body)
        if not isinstance(document, dict):
            raise TypeError("no JSON object")
        return document

"""An agency, an issuer that can lie, and a clock of the test's own."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from clients.agency import make_agency
from clients.deployment import Deployment
from clients.education.app import AGENCY as EDUCATION
from tests.clients.issuer import Issuer

BASE = "http://127.0.0.1:8101"


class Hour:
    """A clock that runs with the host, shifted as told."""

    def __init__(self) -> None:
        self.shift = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.shift  # noqa: TID251 - Authlib reads the host clock beside us


class Browser:
    """One citizen's browser at the education agency."""

    def __init__(self, client: FlaskClient) -> None:
        self._client = client

    def get(self, path: str) -> TestResponse:
        return self._client.get(path, base_url=BASE)

    def size(self, path: str) -> int:
        """Fetch and return how many bytes travel, compressed."""
        with self.get(path) as answer:
            return len(gzip.compress(answer.data))

    def post(self, path: str, **fields: str) -> TestResponse:
        return self._client.post(path, base_url=BASE, data=fields)

    def start(self) -> str:
        """Press the button; return where the provider sends the browser back to, without going there."""
        there = self.get("/login").headers["Location"]
        back = urlsplit(httpx.get(there, trust_env=False).headers["Location"])
        return f"{back.path}?{back.query}"

    def sign_in(self) -> TestResponse:
        return self.get(self.start())

    def key(self, path: str = "/form") -> str:
        found = re.search(r'name="csrf_token"\s+value="([^"]+)"', self.get(path).text)
        assert found
        return found.group(1)


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with Issuer() as running:
        yield running


@pytest.fixture
def hour() -> Hour:
    return Hour()


@pytest.fixture
def agency_client(issuer: Issuer, hour: Hour, tmp_path: Path) -> FlaskClient:
    app = make_agency(EDUCATION, Deployment(BASE, issuer.url, tmp_path), clock=hour)
    issuer.client_jwks = json.loads((tmp_path / "agencies/education/jwks.json").read_text())
    return app.test_client()


@pytest.fixture
def browser(agency_client: FlaskClient) -> Browser:
    return Browser(agency_client)

"""Alive, ready, counted."""

from datetime import UTC, datetime

import pytest

from idp.domain.audit.events import PasswordSet
from idp.domain.audit.record import record
from idp.domain.messages.send import Message, queue
from idp.domain.store.database import DatabaseUnavailable


@pytest.fixture
def ready(provider, clock):
    """Ask whether a deployment is ready, as if it had not been asked a moment ago."""
    clock.now = datetime.now(UTC)  # noqa: TID251 - the database's own clock is compared

    def ask():
        provider.app.extensions.pop("readiness", None)
        return provider.get("/readyz")

    return ask


def test_alive_whatever_else_is_wrong(provider, services, monkeypatch):
    monkeypatch.setattr(services.database, "unit_of_work", None)
    assert provider.get("/healthz").json == {"status": "ok"}


def test_ready(ready):
    answer = ready()
    assert (answer.status, answer["status"]) == (200, "ready")
    assert answer["checks"] == {"database": True, "schema": True, "clock": True, "keys": True}
    assert answer["lag_seconds"] == {"outbox": 0.0, "audit": 0.0}


def test_lag_is_told_and_not_judged(ready, services, clock, citizen):
    with services.database.unit_of_work() as db:
        message = Message(to="a@contoh.id", template="welcome")
        queue(db, services.tree.vault.system("pii"), message, clock())
        event = PasswordSet(citizen_id=citizen.citizen_id, account_id=citizen.account_id)
        record(db, event, clock())
    clock.advance(seconds=3)
    answer = ready()
    assert answer.status == 200
    assert answer["lag_seconds"] == {"outbox": 3.0, "audit": 3.0}


@pytest.mark.parametrize("seconds", [-30, 30])
def test_a_clock_that_disagrees_with_the_database(ready, clock, seconds):
    clock.advance(seconds=seconds)
    answer = ready()
    assert (answer.status, answer["checks"]["clock"]) == (503, False)


def test_a_database_that_is_away(ready, services, monkeypatch):
    def away():
        raise DatabaseUnavailable("away")

    monkeypatch.setattr(services.database, "unit_of_work", away)
    answer = ready()
    assert (answer.status, answer["status"]) == (503, "not_ready")
    assert answer["checks"] == {"database": False, "schema": False, "clock": False, "keys": True}


def test_a_schema_of_another_code(ready, monkeypatch):
    monkeypatch.setattr("idp.web.health._head", lambda: "9999")
    assert ready()["checks"]["schema"] is False


def test_requests_are_counted_by_route_and_never_by_address(provider):
    provider.get("/jwks")
    provider.get("/interaction/rahasia-1")
    provider.get("/no-such-page-7")
    provider.post("/token")
    text = provider.get("/metrics", environ_overrides={"REMOTE_ADDR": "127.0.0.1"}).text
    assert 'gerbang_http_requests_total{endpoint="/jwks",status="200"}' in text
    assert 'endpoint="/interaction/<uid>",status="400"' in text
    assert 'endpoint="/token",status="401"' in text or 'endpoint="/token",status="400"' in text
    assert 'endpoint="none",status="404"' in text
    assert "rahasia-1" not in text
    assert "no-such-page" not in text
    assert "gerbang_database_up 1.0" in text

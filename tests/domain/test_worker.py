"""The worker: everything that happens without a request, side by side, whatever hangs or is away."""

import threading
import time
from contextlib import contextmanager
from datetime import timedelta

import pytest

from idp import sweeper, worker
from idp.deliveries import Deliveries
from idp.domain.audit.events import PasswordSet
from idp.domain.audit.record import record
from idp.domain.messages.send import Message, queue
from idp.domain.store.database import DatabaseUnavailable
from tests import factories
from tests.rp import RP
from tests.support import state
from tests.support.databases import sqlite_only
from tests.support.listener import Listener
from tests.support.processes import wait_until


@contextmanager
def working(*services):
    """Run a worker for each of some deployments over one database; all stop in time."""
    stop = threading.Event()
    threads = [threading.Thread(target=worker.run, args=(one, stop)) for one in services]
    for thread in threads:
        thread.start()
    try:
        yield stop
    finally:
        stop.set()
        for thread in threads:
            thread.join(timeout=25)
        assert not any(thread.is_alive() for thread in threads)


@pytest.fixture
def listeners():
    made = [Listener(), Listener()]
    yield made
    for listener in made:
        listener.close()


def happen(services, citizen):
    with services.database.unit_of_work() as db:
        event = PasswordSet(citizen_id=citizen.citizen_id, account_id=citizen.account_id)
        record(db, event, services.clock())


def test_a_client_that_hangs_holds_up_nobody(provider, services, citizen, listeners):
    hanging, quick = listeners
    hanging.hang()
    first = RP(provider, factories.a_client(services, "a-hanging", backchannel_logout_uri=hanging.url))
    second = RP(provider, factories.a_client(services, "quick", backchannel_logout_uri=quick.url))
    for _ in range(10):
        first.tokens(citizen)
        second.browser = first.browser
        factories.a_consent(services, citizen, "quick", "openid profile email", ("name", "email"))
        second.redeem(second.authorize().code)
    factories.sign_out(services, citizen)
    began = time.monotonic()
    with working(services):
        quick.wait_for(10)
        assert time.monotonic() - began < 5
        hanging.wait_for(1)
        assert len(hanging.forms) == 1, "one call at a time to one client"
        hanging.let_go.set()
        hanging.wait_for(10)


def test_events_are_sealed_within_a_second_and_the_tip_is_signed_at_the_end(services, citizen):
    with working(services):
        happen(services, citizen)
        assert wait_until(lambda: state.count(services.database, "audit_pending") == 0, seconds=2)
    assert state.count(services.database, "audit_checkpoint") >= 1


def test_two_workers_deliver_each_letter_once(services, clock, tmp_path, smtp):
    settings = services.settings
    pair = [
        factories.a_deployment(
            settings.database_url, tmp_path, clock, master_key=settings.master_key, smtp_url=smtp.url
        )
        for _ in range(2)
    ]
    for number in range(20):
        message = Message(to=f"n{number}@contoh.id", template="registration_attempt")
        with services.database.unit_of_work() as db:
            queue(db, services.tree.vault.system("pii"), message, clock())
    with working(*pair):
        assert wait_until(lambda: len(smtp.messages) >= 20, seconds=15)
    assert len(smtp.messages) == 20
    assert len({str(letter["To"]) for letter in smtp.messages}) == 20
    for wired in pair:
        wired.close()


@sqlite_only
def test_a_database_that_is_away_is_waited_for(services, citizen, monkeypatch):
    real, away = services.database.unit_of_work, threading.Event()

    def unit_of_work():
        if away.is_set():
            raise DatabaseUnavailable("away")
        return real()

    with working(services):
        monkeypatch.setattr(services.database, "unit_of_work", unit_of_work)
        away.set()
        time.sleep(1)
        away.clear()
        happen(services, citizen)
        with services.database.unit_of_work() as db:
            message = Message(to="a@contoh.id", template="registration_attempt")
            queue(db, services.tree.vault.system("pii"), message, services.clock())
        assert wait_until(lambda: state.count(services.database, "audit_pending") == 0, seconds=8)
        assert wait_until(lambda: state.count(services.database, "sandbox_message") == 1, seconds=8)


def test_stopping_finishes_the_delivery_at_hand(provider, services, citizen, listeners):
    listener = listeners[0]
    listener.hang()
    RP(provider, factories.a_client(services, "told", backchannel_logout_uri=listener.url)).tokens(citizen)
    factories.sign_out(services, citizen)
    with working(services) as stop:
        listener.wait_for(1)
        stop.set()
        listener.let_go.set()
    (row,) = state.rows(services.database, "outbox")
    assert row["done_at"] is not None


@sqlite_only
def test_a_broken_letter_does_not_stop_the_others(services):
    for template in ("no_such_template", "registration_attempt"):
        with services.database.unit_of_work() as db:
            message = Message(to="a@contoh.id", template=template)
            queue(db, services.tree.vault.system("pii"), message, services.clock())
    assert Deliveries(services).drain() == 2
    assert state.count(services.database, "sandbox_message") == 1
    errors = {row["last_error"] for row in state.rows(services.database, "outbox")}
    assert errors == {None, "TemplateNotFound"}


@sqlite_only
def test_old_signing_keys_make_way_by_themselves(services, clock):
    before = set(services.keyring.algorithms)
    first = services.keyring.signer("ES256").kid
    assert worker.rotate_keys(services) == 0
    for _ in range(2):
        clock.advance(days=89, hours=12)
        worker.rotate_keys(services)
        clock.advance(hours=25)
        worker.rotate_keys(services)
    assert services.keyring.signer("ES256").kid != first
    assert set(services.keyring.algorithms) == before
    events = [row for row in state.audit(services.database) if row.event == "KeysRotated"]
    assert events
    assert events[0].actor == "worker"


# --- sweeping ---

EXPIRING = ("interaction", "jti_mark", "revoked_token", "attempts", "outbox")


def test_expired_rows_go_and_nothing_that_counts_does(provider, services, rp, citizen, clock):
    tokens = rp.tokens(citizen)
    rp.revoke(tokens["access_token"])
    provider.browser().get("/signin")
    with services.database.unit_of_work() as db:
        queue(
            db,
            services.tree.vault.system("pii"),
            Message(to="a@contoh.id", template="registration_attempt"),
            clock(),
        )
    Deliveries(services).drain()
    kept = {name: state.rows(services.database, name) for name in ("family", "release", "authorization")}
    for name in ("interaction", "authorization_code", "jti_mark", "revoked_token", "outbox"):
        assert state.count(services.database, name), name
    assert sweeper.sweep(services.database, clock()) == 0
    assert sweeper.sweep(services.database, clock() + timedelta(hours=20)) == 0
    assert sweeper.sweep(services.database, clock() + timedelta(days=10)) >= 4
    for name in EXPIRING:
        assert state.count(services.database, name) == 0, name
    assert state.count(services.database, "authorization_code") == 1, "a replay must still be known"
    assert state.count(services.database, "browser_session") == 1
    sweeper.sweep(services.database, clock() + timedelta(days=365))
    for name in ("authorization_code", "browser_session", "sandbox_message"):
        assert state.count(services.database, name) == 0, name
    assert {name: state.rows(services.database, name) for name in kept} == kept


@sqlite_only
def test_many_rows_go_in_small_batches(services, provider, clock, monkeypatch):
    monkeypatch.setattr(sweeper, "BATCH", 3)
    for _ in range(10):
        provider.browser().get("/signin")
    batches = []

    def going_on():
        batches.append(state.count(services.database, "interaction"))
        return True

    assert sweeper.sweep(services.database, clock() + timedelta(days=3), going_on) >= 10
    assert batches[:4] == [10, 7, 4, 1]
    assert sweeper.sweep(services.database, clock() + timedelta(days=3), lambda: False) == 0

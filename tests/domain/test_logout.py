"""Ending sessions: in one transaction with the notices, once, for every client that took part."""

import pytest
from sqlalchemy import select

from idp.deliveries import Deliveries
from idp.domain.consent.withdraw import withdraw
from idp.domain.sessions import browser, logout
from idp.domain.sessions.models import BrowserSession
from tests import factories
from tests.rp import RP
from tests.support import state
from tests.support.listener import Listener


@pytest.fixture
def listener():
    listening = Listener()
    yield listening
    listening.close()


@pytest.fixture
def told(provider, listener):
    """A client that registered an address for logout tokens."""
    return RP(provider, factories.a_client(provider.services, "told", backchannel_logout_uri=listener.url))


def sessions_of(services, citizen):
    with services.database.unit_of_work() as db:
        return db.scalars(select(BrowserSession).where(BrowserSession.account_id == citizen.account_id)).all()


def the_session(services, citizen):
    (session,) = sessions_of(services, citizen)
    return session


def end(services, session, reason="logout"):
    with services.database.unit_of_work() as db:
        return logout.end_everywhere(db, session, reason, services.clock())


def report(services, session):
    with services.database.unit_of_work() as db:
        found = logout.report(db, session.id, services.clock())
        return None if found is None else {entry.client.id: entry.state for entry in found}


def test_only_clients_that_redeemed_a_code_are_told(services, told, other_rp, citizen):
    told.tokens(citizen)
    factories.a_client(services, "absent", backchannel_logout_uri="https://absent.example/out")
    session = the_session(services, citizen)
    assert end(services, session) == 1
    assert [row["client_id"] for row in state.rows(services.database, "outbox")] == ["told"]


def test_a_session_ends_once_however_often_it_is_asked(services, told, citizen):
    told.tokens(citizen)
    session = the_session(services, citizen)
    assert [end(services, session) for _ in range(3)] == [1, 0, 0]
    assert state.count(services.database, "outbox") == 1
    ended = [row for row in state.audit(services.database) if row.event == "SessionEnded"]
    assert [row.detail["reason"] for row in ended] == ["logout"]


def test_the_end_and_the_notices_are_one_transaction(services, told, citizen):
    told.tokens(citizen)
    session = the_session(services, citizen)
    with pytest.raises(RuntimeError), services.database.unit_of_work() as db:
        logout.end_everywhere(db, session, "logout", services.clock())
        raise RuntimeError
    assert the_session(services, citizen).ended_at is None
    assert state.count(services.database, "outbox") == 0


def test_the_report_follows_the_deliveries(services, told, rp, listener, citizen, clock):
    told.tokens(citizen)
    rp.browser = told.browser
    factories.a_consent(services, citizen, "tax", "openid profile email", ("name", "email"))
    rp.redeem(rp.authorize().code)
    session = the_session(services, citizen)
    assert report(services, session) is None, "it has not ended"
    end(services, session)
    assert report(services, session) == {"told": "waiting", "tax": "failed"}, "tax has no address"
    listener.status = 500
    assert Deliveries(services).drain() == 1
    assert report(services, session)["told"] == "waiting"
    clock.advance(seconds=5)
    listener.status = 200
    assert Deliveries(services).drain() == 1
    assert report(services, session)["told"] == "done"
    assert [row.event for row in state.audit(services.database)][-1] == "LogoutDelivered"
    clock.advance(hours=2)
    assert report(services, session) is None, "it is of no use to anybody any more"


def test_a_client_that_never_answers_is_on_record_as_untold(services, told, listener, citizen, clock):
    told.tokens(citizen)
    listener.close()
    session = the_session(services, citizen)
    end(services, session)
    for _ in range(12):
        Deliveries(services).drain()
        clock.advance(minutes=20)
    (event,) = [row for row in state.audit(services.database) if row.event == "LogoutUndelivered"]
    assert event.client_id == "told"
    assert event.detail["attempts"] == 12


def test_all_but_this_one(services, told, provider, citizen):
    told.tokens(citizen)
    kept = provider.browser().sign_in(citizen)
    with services.database.unit_of_work() as db:
        own = browser.find(db, kept.cookie("__Host-gerbang"), services.clock())
        assert logout.end_all(db, citizen.account_id, "password_changed", services.clock(), keep=own.id) == 1
    assert [s.id for s in sessions_of(services, citizen) if s.ended_at is None] == [own.id]
    assert [row["client_id"] for row in state.rows(services.database, "outbox")] == ["told"]


def test_a_withdrawal_reaches_tokens_of_every_consent_and_ends_the_clients_sessions(
    services, told, rp, citizen
):
    first = told.tokens(citizen)
    second = told.tokens(citizen, scope="openid profile email phone")
    other = rp.tokens(citizen)
    live = {session.id for session in sessions_of(services, citizen)}
    seal = services.tree.vault.system("pii")
    with services.database.unit_of_work() as db:
        assert withdraw(db, seal, citizen.citizen_id, "told", live, services.clock())
        assert not withdraw(db, seal, citizen.citizen_id, "told", live, services.clock())
    for tokens in (first, second):
        assert told.userinfo(tokens["access_token"]).status == 401
        assert told.refresh(tokens["refresh_token"]).error == "invalid_grant"
    assert rp.userinfo(other["access_token"]).ok
    assert {row["client_id"] for row in state.rows(services.database, "outbox")} == {"told"}
    assert all(session.ended_at is None for session in sessions_of(services, citizen))
    events = [row for row in state.audit(services.database) if row.event == "ConsentWithdrawn"]
    assert [(row.client_id, row.citizen_id) for row in events] == [("told", citizen.citizen_id)]


def test_what_nobody_gave_cannot_be_withdrawn(services, rp, citizen, bob):
    rp.tokens(citizen)
    with services.database.unit_of_work() as db:
        seal = services.tree.vault.system("pii")
        assert not withdraw(db, seal, bob.citizen_id, "tax", (), services.clock())

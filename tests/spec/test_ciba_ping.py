"""CIBA Core 1.0 section 10.2: the ping that says a citizen has decided."""

import json

import pytest

from idp.deliveries import Deliveries
from tests import factories
from tests.support import state
from tests.support.elsewhere import a_desk, ask_citizen, poll_for, say
from tests.support.listener import Listener

TOKEN = "notify-" + "Aa0-._~+/" * 100 + "=="


@pytest.fixture
def listener():
    listening = Listener()
    yield listening
    listening.close()


@pytest.fixture
def desk(provider, listener):
    return a_desk(
        provider,
        backchannel_token_delivery_mode="ping",
        backchannel_client_notification_endpoint=listener.url,
    )


@pytest.fixture
def browser(provider, citizen):
    return provider.browser().sign_in(citizen)


def ask(desk):
    answer = ask_citizen(desk, client_notification_token=TOKEN)
    assert answer.ok, answer.json
    return answer["auth_req_id"]


def deliver(provider):
    Deliveries(provider.services).drain()


def pings(listener):
    return [json.loads(body) for body in listener.bodies]


@pytest.mark.parametrize("token", [None, "", "with space", "x" * 1025, 'quote"'])
def test_7_1_a_pinged_client_must_give_a_token(provider, desk, citizen, token):
    answer = ask_citizen(desk, client_notification_token=token)
    assert (answer.status, answer.error) == (400, "invalid_request")
    assert provider.count("decoupled_request") == 0


@pytest.mark.parametrize("button", ["approve-allow", "approve-deny"])
def test_10_2_the_ping_carries_the_id_and_nothing_else(provider, desk, listener, browser, button):
    request_id = ask(desk)
    deliver(provider)
    assert pings(listener) == [], "nothing is decided yet"
    say(browser, button)
    deliver(provider)
    assert pings(listener) == [{"auth_req_id": request_id}]
    headers = listener.headers[0]
    assert headers["authorization"] == f"Bearer {TOKEN}"
    assert headers["content-type"] == "application/json"
    answer = poll_for(desk, request_id)
    assert answer.ok if button == "approve-allow" else answer.error == "access_denied"


def test_10_2_a_pinged_client_may_poll_too(desk, browser):
    request_id = ask(desk)
    assert poll_for(desk, request_id).error == "authorization_pending"
    say(browser, "approve-allow")
    assert poll_for(desk, request_id).ok


@pytest.mark.parametrize("status", [401, 403])
def test_10_2_a_refused_ping_is_not_sent_again(provider, desk, listener, browser, clock, status):
    listener.status = status
    request_id = ask(desk)
    say(browser, "approve-allow")
    with provider.recorded("PingUndelivered"):
        deliver(provider)
    clock.advance(minutes=2)
    deliver(provider)
    assert len(listener.bodies) == 1
    assert poll_for(desk, request_id).ok


def test_10_2_redirects_are_not_followed(provider, desk, listener, browser):
    listener.status, listener.location = 307, listener.url + "/elsewhere"
    ask(desk)
    say(browser, "approve-allow")
    deliver(provider)
    assert len(listener.bodies) == 1


def test_10_2_a_client_that_is_away_is_pinged_again_while_it_matters(
    provider, desk, listener, browser, clock
):
    listener.status = 503
    ask(desk)
    say(browser, "approve-allow")
    deliver(provider)
    listener.status = 204
    clock.advance(seconds=5)
    deliver(provider)
    assert len(listener.bodies) == 2
    ask(desk)
    say(browser, "approve-allow")
    clock.advance(minutes=11)
    deliver(provider)
    assert len(listener.bodies) == 2, "too late to be of use"


def test_10_2_token_and_id_are_stored_sealed(provider, desk, browser):
    request_id = ask(desk)
    say(browser, "approve-allow")
    for table in ("decoupled_request", "outbox"):
        kept = repr(state.rows(provider.database, table))
        assert TOKEN not in kept
        assert request_id not in kept


def test_10_2_a_suspended_client_is_not_called(provider, desk, listener, browser):
    ask(desk)
    say(browser, "approve-allow")
    factories.suspend(provider.services, "desk")
    deliver(provider)
    assert listener.bodies == []

"""Attacks on security events and their confirmations (attacks.md 16; RFC 8417 §5, RFC 8935 §5)."""

import json
from datetime import timedelta

import pytest

from tests import factories
from tests.rp import RP
from tests.support import state
from tests.support.subscriber import CONFIRMATIONS, Subscriber, announce, deliver


@pytest.fixture
def tax(provider):
    client = Subscriber(provider, "tax")
    yield client
    client.close()


@pytest.fixture
def jti(provider, tax, citizen, clock):
    made = announce(
        provider, "tax", citizen, kind="consent-withdrawn", answer_by=clock() + timedelta(hours=72)
    )
    deliver(provider)
    return made.hex


def unconfirmed(provider):
    return [row["confirmed_at"] for row in state.rows(provider.database, "announcement")] == [None]


def test_o126_another_clients_event_is_the_same_as_an_unknown_one(provider, jti, other_rp):
    theirs = other_rp.call(CONFIRMATIONS, jti=jti)
    unknown = other_rp.call(CONFIRMATIONS, jti="0" * 32)
    assert theirs.status == unknown.status == 404
    assert theirs.json == unknown.json
    assert unconfirmed(provider)


def test_o126_nobody_confirms_without_proving_who_they_are(provider, jti, tax):
    for form in ({"client_id": "tax", "jti": jti}, {"jti": jti}):
        answer = provider.post(CONFIRMATIONS, data=form)
        assert answer.status in (400, 401)
    assert unconfirmed(provider)


def test_o126_a_public_client_confirms_nothing(provider, citizen, public_rp):
    made = announce(provider, "app", citizen)
    answer = public_rp.call(CONFIRMATIONS, jti=made.hex)
    assert (answer.status, answer.error) == (401, "invalid_client")
    assert unconfirmed(provider)


def test_o126_an_assertion_serves_one_confirmation(provider, jti, tax):
    proof, _ = tax.rp.authentication()
    assert provider.post(CONFIRMATIONS, data={**proof, "jti": "0" * 32}).status == 404
    assert provider.post(CONFIRMATIONS, data={**proof, "jti": jti}).error == "invalid_client"
    assert unconfirmed(provider)


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_o135_only_post(provider, method):
    assert provider.machine.open(CONFIRMATIONS, method=method, base_url=factories.ISSUER).status_code == 405


@pytest.mark.parametrize("twice", ["jti", "client_assertion"])
def test_a_repeated_parameter_is_refused(provider, jti, tax, twice):
    proof, _ = tax.rp.authentication()
    form = {**proof, "jti": jti}
    answer = provider.post(CONFIRMATIONS, data={**form, twice: [form[twice]] * 2})
    assert (answer.status, answer.error) == (400, "invalid_request")
    assert unconfirmed(provider)


def test_a_json_body_is_no_way_around(provider, jti, tax):
    for body in ({"jti": jti, "client_id": "tax"}, {"jti": [jti], "client_id": "tax"}, {"jti": jti}):
        answer = provider.post(CONFIRMATIONS, data=json.dumps(body), content_type="application/json")
        assert answer.status in (400, 401)
    assert unconfirmed(provider)


def test_o070_an_address_inside_our_network_is_never_called(provider, services, citizen, clock):
    """G12: what a registration says later, or a name that resolves elsewhere, is checked at every call."""
    factories.a_client(services, "inside", security_events_uri="https://10.0.0.7/events")
    announce(provider, "inside", citizen)
    deliver(provider)
    (row,) = state.rows(services.database, "outbox")
    assert row["last_error"] == "no_answer"


def test_o138_no_event_carries_a_value_or_an_internal_id(provider, services, citizen, tax, jti):
    (body,) = tax.bodies
    (claims,) = tax.events()
    text = json.dumps(claims)
    for secret in (
        citizen.name,
        citizen.email,
        str(citizen.citizen_id),
        citizen.citizen_id.hex,
        str(citizen.account_id),
    ):
        assert secret not in text
    assert body not in str(state.rows(services.database, "outbox"))


def test_o126_two_clients_cannot_join_their_events(provider, services, citizen, tax, clock):
    """Neither `jti`, `txn` nor `sub` of one client says anything about those of another."""
    other = Subscriber(provider, "health", redirect_uris=["https://health.example/callback"])
    try:
        for client_id in ("tax", "health"):
            announce(provider, client_id, citizen)
        deliver(provider)
        (ours,), (theirs,) = tax.events(), other.events()
        for name in ("jti", "txn"):
            assert ours[name] != theirs[name]
        assert ours["sub_id"]["sub"] != theirs["sub_id"]["sub"]
    finally:
        other.close()


def test_a_security_event_is_no_token_anywhere_else(provider, tax, jti):
    """RFC 8417 §4.5 to §4.7: a SET is neither access token, ID Token hint, nor assertion."""
    (token,) = tax.bodies
    assert RP(provider, tax.rp.client).userinfo(token).status == 401
    assert provider.post(
        "/token",
        data={
            "grant_type": "client_credentials",
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": token,
        },
    ).status in (400, 401)
    assert tax.rp.introspect(token).json == {"active": False}

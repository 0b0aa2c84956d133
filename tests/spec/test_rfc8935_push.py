"""RFC 8935: pushing security event tokens over HTTP; and the confirmation that what they ask is done (ours)."""

import json

import pytest

from idp.domain.events.outbox import PATIENCE
from tests.support import state
from tests.support.subscriber import CONFIRMATIONS, Subscriber, announce, deliver


@pytest.fixture
def subscriber(provider):
    client = Subscriber(provider, "tax")
    yield client
    client.close()


def the_announcement(provider):
    (row,) = state.rows(provider.database, "announcement")
    return row


def the_delivery(provider):
    (row,) = state.rows(provider.database, "outbox")
    return row


def test_2_1_the_token_is_the_body_under_its_own_media_type(provider, subscriber, citizen):
    """§2.1: a POST of `application/secevent+jwt` that accepts `application/json`."""
    announce(provider, "tax", citizen)
    deliver(provider)
    (headers,) = subscriber.listener.headers
    assert headers["content-type"] == "application/secevent+jwt"
    assert headers["accept"] == "application/json"
    assert "authorization" not in headers
    assert subscriber.bodies[0].count(".") == 2


def test_2_2_status_202_is_received(provider, subscriber, citizen):
    announce(provider, "tax", citizen)
    with provider.recorded("ServiceTold") as events:
        deliver(provider)
    assert events[0].client_id == "tax"
    assert the_announcement(provider)["delivered_at"] is not None
    assert the_delivery(provider)["done_at"] is not None


@pytest.mark.parametrize("code", ["invalid_issuer", "invalid_audience", "authentication_failed", "made_up"])
def test_2_3_status_400_is_refused_and_not_tried_again(provider, subscriber, citizen, clock, code):
    """§2.3, §2.4: the receiver says why with a registered code; any other word of its is not kept."""
    subscriber.listener.status = 400
    subscriber.listener.answer = json.dumps({"err": code, "description": "Siti Aminah"}).encode()
    announce(provider, "tax", citizen)
    with provider.recorded("ServiceNotTold") as events:
        deliver(provider)
        clock.advance(days=1)
        deliver(provider)
    assert events[0].detail["reason"] == "refused"
    assert len(subscriber.bodies) == 1
    expected = "refused" if code == "made_up" else f"refused_{code}"
    assert the_delivery(provider)["last_error"] == expected
    row = the_announcement(provider)
    assert (row["delivered_at"], row["failure"]) == (None, "refused")


@pytest.mark.parametrize("answer", [b"", b"no json", b"[]", b'{"err": 7}', b"{" * 3000])
def test_2_3_whatever_a_refusal_says_it_breaks_nothing(provider, subscriber, citizen, answer):
    subscriber.listener.status, subscriber.listener.answer = 400, answer
    announce(provider, "tax", citizen)
    deliver(provider)
    assert the_delivery(provider)["last_error"] == "refused"


@pytest.mark.parametrize("status", [200, 204, 302, 401, 404, 429, 500, 503])
def test_2_4_any_other_answer_is_tried_again(provider, subscriber, citizen, clock, status):
    """§2: only 202 acknowledges; what is neither that nor 400 is a fault of transport."""
    subscriber.listener.status = status
    announce(provider, "tax", citizen)
    deliver(provider)
    assert the_announcement(provider)["delivered_at"] is None
    subscriber.listener.status = 202
    clock.advance(seconds=5)
    deliver(provider)
    assert the_announcement(provider)["delivered_at"] is not None


def test_5_redirects_are_not_followed(provider, subscriber, citizen):
    """G12: an outbound call goes where the registration says and nowhere else."""
    subscriber.listener.status, subscriber.listener.location = 307, subscriber.listener.url + "/elsewhere"
    announce(provider, "tax", citizen)
    deliver(provider)
    assert len(subscriber.bodies) == 1


def test_4_patience_lasts_as_long_as_the_clock_of_the_law():
    """§4.1: retries are bounded; ours go on for more than two of the three days there are to answer."""
    patience = PATIENCE["event"]
    seconds = sum(
        min(patience.first.total_seconds() * 2**n, patience.longest.total_seconds()) * 0.75
        for n in range(patience.attempts)
    )
    assert 2 * 86400 < seconds < 4 * 86400


def test_when_patience_ends_the_operator_can_see_it(provider, subscriber, citizen, clock):
    subscriber.listener.status = 503
    announce(provider, "tax", citizen)
    for _ in range(PATIENCE["event"].attempts):
        deliver(provider)
        clock.advance(hours=1)
    assert the_announcement(provider)["failure"] == "no_answer"
    assert "ServiceNotTold" in {row.event for row in state.audit(provider.database)}


def test_a_client_without_an_address_is_told_nothing_and_the_row_says_so(provider, rp, citizen):
    announce(provider, "tax", citizen)
    with provider.recorded("ServiceNotTold"):
        deliver(provider)
    assert the_announcement(provider)["failure"] == "no_address"


def test_a_suspended_client_is_still_told(provider, subscriber, citizen):
    """Its duty to stop does not end with its permission to ask."""
    from tests import factories

    factories.suspend(provider.services, "tax")
    announce(provider, "tax", citizen, kind="consent-withdrawn")
    deliver(provider)
    assert len(subscriber.bodies) == 1


# --- confirming ---


def test_a_client_confirms_by_the_jti_with_its_own_proof(provider, subscriber, citizen, clock):
    jti = announce(provider, "tax", citizen)
    deliver(provider)
    clock.advance(hours=1)
    with provider.recorded("ServiceConfirmed"):
        answer = subscriber.confirm(jti.hex)
    assert answer.status == 204
    assert the_announcement(provider)["confirmed_at"] is not None


def test_a_confirmation_may_be_a_json_object(provider, subscriber, citizen):
    jti = announce(provider, "tax", citizen)
    proof, _ = subscriber.rp.authentication()
    answer = provider.post(
        CONFIRMATIONS, data=json.dumps({"jti": jti.hex, **proof}), content_type="application/json"
    )
    assert answer.status == 204


def test_confirming_twice_is_confirming_once(provider, subscriber, citizen, clock):
    jti = announce(provider, "tax", citizen)
    with provider.recorded("ServiceConfirmed"):
        assert subscriber.confirm(jti.hex).status == 204
        first = the_announcement(provider)["confirmed_at"]
        clock.advance(hours=1)
        assert subscriber.confirm(jti.hex).status == 204
    assert the_announcement(provider)["confirmed_at"] == first


def test_a_confirmation_that_overtakes_the_push_ends_it(provider, subscriber, citizen, clock):
    """The answer to the push may be lost; the client's word that it is done proves that it came."""
    jti = announce(provider, "tax", citizen)
    subscriber.listener.status = 503
    deliver(provider)
    assert subscriber.confirm(jti.hex).status == 204
    clock.advance(minutes=5)
    deliver(provider)
    assert len(subscriber.bodies) == 1
    row = the_announcement(provider)
    assert row["delivered_at"] is not None
    assert row["failure"] is None


@pytest.mark.parametrize("jti", ["", "x", "0" * 32, "urn:uuid:" + "0" * 32, "%00"])
def test_what_is_no_jti_is_unknown(provider, subscriber, jti):
    answer = subscriber.confirm(jti)
    assert (answer.status, answer.error) == ((400, "invalid_request") if not jti else (404, "unknown_event"))


@pytest.mark.parametrize("body", ["", "[]", "{", '{"jti": 7}', '{"jti": null}', "[" * 2000])
def test_json_of_another_shape_is_refused(provider, body):
    answer = provider.post(CONFIRMATIONS, data=body, content_type="application/json")
    assert (answer.status, answer.error) == (400, "invalid_request")

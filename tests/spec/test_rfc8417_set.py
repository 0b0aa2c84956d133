"""RFC 8417: security event tokens, as SSF 1.0 section 4 profiles them (protocol.md N4)."""

from uuid import uuid4

import pytest
from joserfc import jws

from idp.protocol.oidc.security_events import URIS, EventKind, event_uri
from tests import factories
from tests.support import state
from tests.support.subscriber import ATTRIBUTE_CHANGED, Subscriber, announce, deliver


@pytest.fixture
def subscriber(provider):
    client = Subscriber(provider, "tax")
    yield client
    client.close()


@pytest.fixture
def told(provider, subscriber, citizen):
    """One event that has arrived: its token as it came."""
    announce(provider, "tax", citizen)
    deliver(provider)
    (body,) = subscriber.bodies
    return body


def test_n4_the_type_is_explicit(told):
    """RFC 8417 §2.3: `typ` keeps a SET from being taken for any other JWT."""
    header = jws.extract_compact(told.encode()).headers()
    assert header["typ"] == "secevent+jwt"
    assert "kid" in header


def test_n4_it_is_signed_with_a_key_of_our_key_set_by_the_clients_algorithm(provider, citizen):
    """RFC 8417 §2.1, §5.1."""
    client = Subscriber(provider, "old", profile_name="oidc_core", id_token_signed_response_alg="RS256")
    try:
        announce(provider, "old", citizen)
        deliver(provider)
        (body,) = client.bodies
        assert jws.extract_compact(body.encode()).headers()["alg"] == "RS256"
        assert client.events()[0]["aud"] == "old"
    finally:
        client.close()


def test_n4_the_claims_are_those_of_the_profile_and_no_others(provider, subscriber, told, citizen):
    """RFC 8417 §2.2, SSF 1.0 §4.1: no `sub`, no `exp`; the person is in `sub_id`."""
    (claims,) = subscriber.events()
    assert set(claims) == {"iss", "aud", "iat", "jti", "txn", "sub_id", "events"}
    assert claims["iss"] == factories.ISSUER
    assert claims["aud"] == "tax"
    assert claims["iat"] == int(provider.services.clock().timestamp())


def test_n4_it_speaks_of_one_event(subscriber, told, provider):
    """RFC 8417 §2.2 `events`: one statement about one person."""
    (claims,) = subscriber.events()
    stamp = int(provider.services.clock().timestamp())
    assert claims["events"] == {ATTRIBUTE_CHANGED: {"event_timestamp": stamp, "claims": ["address"]}}


def test_n4_the_person_is_named_as_this_client_knows_them(provider, subscriber, told, citizen):
    """RFC 9493 §3.2.4 `iss_sub`: the pairwise `sub` of this client, and nothing that others know too."""
    (claims,) = subscriber.events()
    sub = subscriber.rp.id_token(subscriber.rp.tokens(citizen))["sub"]
    assert claims["sub_id"] == {"format": "iss_sub", "iss": factories.ISSUER, "sub": sub}


def test_n4_the_jti_is_that_of_the_announcement_and_the_same_on_every_attempt(
    provider, subscriber, citizen, clock
):
    """RFC 8417 §2.2 `jti`; RFC 8935 §2: a SET that is sent again is the same SET."""
    jti = announce(provider, "tax", citizen)
    subscriber.listener.status = 503
    deliver(provider)
    clock.advance(minutes=1)
    subscriber.listener.status = 202
    deliver(provider)
    first, second = subscriber.events()
    assert first == second
    assert first["jti"] == jti.hex


def test_clients_told_of_one_act_share_nothing_that_joins_them(provider, subscriber, citizen):
    """RFC 8417 §2.2 `txn` is per client here: a shared one would undo pairwise subjects (OIDC Core §8.1)."""
    other = Subscriber(provider, "health", redirect_uris=["https://health.example/callback"])
    try:
        act = uuid4()
        for client_id in ("tax", "health"):
            announce(provider, client_id, citizen, act=act)
        announce(provider, "tax", citizen, act=act)
        deliver(provider)
        (theirs,), (ours, again) = other.events(), subscriber.events()
        assert ours["txn"] == again["txn"] != theirs["txn"]
        assert ours["jti"] != again["jti"]
        assert ours["sub_id"]["sub"] != theirs["sub_id"]["sub"]
    finally:
        other.close()


def test_names_of_risc_and_caep_are_used_where_they_exist():
    """features.md section 8: RISC and CAEP names first, ours for what they have none."""
    assert event_uri(EventKind.ACCOUNT_PURGED).startswith(
        "https://schemas.openid.net/secevent/risc/event-type/"
    )
    assert event_uri(EventKind.SESSION_REVOKED).startswith(
        "https://schemas.openid.net/secevent/caep/event-type/"
    )
    assert event_uri(EventKind.CONSENT_WITHDRAWN) == "urn:gerbang:event:consent-withdrawn"
    assert len(URIS) == len(EventKind)


def test_discovery_tells_which_events_there_are_and_where_they_are_confirmed(provider):
    document = provider.get("/.well-known/openid-configuration").json
    assert document["gerbang_event_confirmation_endpoint"] == factories.ISSUER + "/events/confirmations"
    assert {ATTRIBUTE_CHANGED, "urn:gerbang:event:consent-withdrawn"} <= set(
        document["gerbang_events_supported"]
    )
    assert set(document["gerbang_events_supported"]) <= set(URIS)


def test_no_value_and_no_token_stays_on_record(provider, told):
    (row,) = state.rows(provider.database, "announcement")
    assert row["payload"] == b""
    (delivery,) = state.rows(provider.database, "outbox")
    assert delivery["payload"] == b""

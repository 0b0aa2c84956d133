"""OpenID Connect Back-Channel Logout 1.0, the provider's side."""

import pytest
from joserfc import jwe, jws, jwt
from joserfc.jwk import ECKey, RSAKey
from sqlalchemy import select

from idp.deliveries import Deliveries
from idp.domain.sessions.models import BrowserSession
from tests import factories
from tests.rp import RP
from tests.support import state
from tests.support.databases import sqlite_only
from tests.support.listener import Listener

EVENT = "http://schemas.openid.net/event/backchannel-logout"


@pytest.fixture
def listener():
    listening = Listener()
    yield listening
    listening.close()


@pytest.fixture
def told(provider, listener):
    return RP(provider, factories.a_client(provider.services, "told", backchannel_logout_uri=listener.url))


def deliver(provider):
    return Deliveries(provider.services).drain()


def opened(provider, token):
    return jwt.decode(token, provider.keys(), algorithms=["ES256", "RS256", "PS256", "EdDSA"])


@pytest.fixture
def signed_out(provider, told, citizen):
    """The ID Token a client holds of a session that has just ended."""
    tokens = told.tokens(citizen)
    factories.sign_out(provider.services, citizen)
    deliver(provider)
    return told.id_token(tokens)


@sqlite_only
def test_2_1_discovery_announces_it(provider):
    metadata = provider.get("/.well-known/openid-configuration").json
    assert metadata["backchannel_logout_supported"] is True
    assert metadata["backchannel_logout_session_supported"] is True


@sqlite_only
def test_2_1_the_id_token_carries_the_sid_of_its_session(provider, told, other_rp, citizen):
    first = told.id_token(told.tokens(citizen))
    again = told.id_token(told.redeem(told.authorize().code))
    assert first["sid"] == again["sid"], "one session at one client is one sid"
    other_rp.browser = told.browser
    factories.a_consent(provider.services, citizen, "health", "openid profile email", ("name", "email"))
    elsewhere = other_rp.id_token(other_rp.redeem(other_rp.authorize().code))
    assert elsewhere["sid"] != first["sid"], "clients cannot compare sessions"


def test_2_4_the_logout_token(provider, listener, signed_out, clock):
    (token,) = listener.tokens
    decoded = opened(provider, token)
    claims, now = decoded.claims, int(clock().timestamp())
    assert decoded.header["typ"] == "logout+jwt"
    assert decoded.header["alg"] == "ES256"
    assert claims["iss"] == factories.ISSUER
    assert claims["aud"] == "told"
    assert claims["iat"] == now
    assert now < claims["exp"] <= now + 120
    assert claims["events"] == {EVENT: {}}
    assert claims["jti"]
    assert (claims["sub"], claims["sid"]) == (signed_out["sub"], signed_out["sid"])
    assert set(claims) == {"iss", "sub", "aud", "iat", "exp", "jti", "events", "sid"}, "never a nonce"


@sqlite_only
@pytest.mark.parametrize("alg", ["ES256", "RS256", "PS256", "EdDSA"])
def test_2_4_it_is_signed_with_the_algorithm_of_the_clients_id_tokens(provider, citizen, listener, alg):
    client = factories.a_client(
        provider.services, "told", backchannel_logout_uri=listener.url, id_token_signed_response_alg=alg
    )
    RP(provider, client).tokens(citizen)
    factories.sign_out(provider.services, citizen)
    deliver(provider)
    assert jws.extract_compact(listener.tokens[0].encode()).headers()["alg"] == alg
    assert opened(provider, listener.tokens[0])


@sqlite_only
def test_2_5_it_is_posted_as_a_form_and_nothing_else(listener, signed_out):
    assert [list(form) for form in listener.forms] == [["logout_token"]]
    assert listener.headers[0]["content-type"] == "application/x-www-form-urlencoded"


def test_2_3_every_client_of_the_session_and_no_other_is_told(provider, told, rp, citizen, bob, listener):
    told.tokens(citizen)
    RP(provider, told.client).tokens(bob)
    quiet = factories.a_client(provider.services, "quiet", backchannel_logout_uri=listener.url)
    assert quiet is not None
    factories.sign_out(provider.services, citizen)
    deliver(provider)
    assert [opened(provider, token).claims["aud"] for token in listener.tokens] == ["told"]


def offline_tokens(rp, citizen):
    """Consent on the page, as offline access needs (Core §11)."""
    rp.provider.services.clock.advance(minutes=1)
    scope = "openid profile email offline_access"
    page = rp.begin_signed_in(citizen, scope=scope, prompt="consent")
    answer = rp.browser.submit(page, "consent-form", "consent-allow")
    return rp.redeem(answer.code)


def test_2_3_tokens_end_with_the_session_but_not_offline_ones(provider, told, citizen):
    online = told.tokens(citizen)
    offline = offline_tokens(told, citizen)
    factories.sign_out(provider.services, citizen)
    assert told.refresh(online["refresh_token"]).error == "invalid_grant"
    assert told.userinfo(online["access_token"]).status == 401
    assert told.refresh(offline["refresh_token"]).ok


@sqlite_only
@pytest.mark.parametrize("status", [200, 204])
def test_2_8_a_confirmation(provider, told, citizen, listener, status):
    listener.status = status
    told.tokens(citizen)
    factories.sign_out(provider.services, citizen)
    with provider.recorded("LogoutDelivered") as events:
        deliver(provider)
    assert events[0].client_id == "told"


@sqlite_only
@pytest.mark.parametrize("status", [302, 400, 404, 500, 503])
def test_2_7_anything_else_is_tried_again_as_the_same_token(provider, told, citizen, listener, clock, status):
    listener.status = status
    told.tokens(citizen)
    factories.sign_out(provider.services, citizen)
    deliver(provider)
    clock.advance(minutes=3)
    listener.status = 200
    deliver(provider)
    first, second = (jws.extract_compact(token.encode()).payload for token in listener.tokens)
    assert first != second, "a token of three minutes ago would have expired"
    seen = [opened(provider, token).claims for token in listener.tokens]
    assert seen[0]["jti"] == seen[1]["jti"]
    assert seen[1]["exp"] > clock().timestamp()
    clock.advance(days=1)
    assert deliver(provider) == 0


@sqlite_only
def test_the_delivery_follows_the_registration_of_the_day(provider, told, citizen, listener):
    told.tokens(citizen)
    factories.sign_out(provider.services, citizen)
    factories.amend(provider.services, "told", backchannel_logout_uri=listener.url + "/new")
    deliver(provider)
    assert len(listener.tokens) == 1


@sqlite_only
def test_a_private_address_is_not_called(provider, citizen):
    client = factories.a_client(
        provider.services, "told", backchannel_logout_uri="https://192.168.1.1/logout"
    )
    RP(provider, client).tokens(citizen)
    factories.sign_out(provider.services, citizen)
    deliver(provider)
    (row,) = state.rows(provider.database, "outbox")
    assert row["last_error"] == "no_answer"


def test_a_session_is_over_before_anybody_is_told(provider, told, citizen, listener):
    """The provider does not wait for clients: the session's row and the notice are one transaction."""
    told.tokens(citizen)
    factories.sign_out(provider.services, citizen)
    assert not listener.forms
    with provider.database.unit_of_work() as db:
        assert db.scalars(select(BrowserSession.ended_at)).all() != [None]
    assert told.authorize(prompt="none").error == "login_required"


@sqlite_only
def test_2_4_who_gets_id_tokens_encrypted_gets_logout_tokens_encrypted(provider, listener, citizen):
    signing = ECKey.generate_key("P-256", {"kid": "sig", "use": "sig", "alg": "ES256"})
    reading = RSAKey.generate_key(2048, {"kid": "enc", "use": "enc"})
    client = factories.a_client(
        provider.services,
        "told",
        key=signing,
        jwks={"keys": [signing.as_dict(private=False), reading.as_dict(private=False)]},
        id_token_encrypted_response_alg="RSA-OAEP-256",
        backchannel_logout_uri=listener.url,
    )
    RP(provider, client).tokens(citizen)
    factories.sign_out(provider.services, citizen)
    deliver(provider)
    inner = jwe.decrypt_compact(listener.tokens[0], reading, algorithms=["RSA-OAEP-256", "A128CBC-HS256"])
    assert inner.protected["kid"] == "enc"
    assert opened(provider, inner.plaintext.decode()).claims["events"] == {EVENT: {}}

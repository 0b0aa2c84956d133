"""RFC 7662: OAuth 2.0 Token Introspection (decisions 11)."""

import base64
from datetime import timedelta

import pytest

from keys import compact
from tests import factories
from tests.rp import RP

INACTIVE = {"active": False}


def test_2_1_the_caller_must_prove_itself(provider, rp, public_rp, citizen):
    tokens = rp.tokens(citizen)
    assert provider.post("/introspect", data={"token": tokens["access_token"]}).status == 401
    assert public_rp.introspect(tokens["access_token"]).error == "invalid_client"
    assert provider.get("/introspect").status == 405


def test_2_2_an_access_token_is_told_to_the_client_it_was_issued_to(rp, citizen, clock):
    tokens = rp.tokens(citizen)
    told = rp.introspect(tokens["access_token"])
    assert told.headers["Cache-Control"] == "no-store"
    assert told.json == {
        "active": True,
        "iss": factories.ISSUER,
        "sub": rp.id_token(tokens)["sub"],
        "aud": factories.ISSUER,
        "client_id": rp.client.client_id,
        "scope": "openid profile email",
        "token_type": "Bearer",
        "iat": int(clock().timestamp()),
        "exp": int((clock() + timedelta(minutes=10)).timestamp()),
        "jti": rp.claims(tokens)["jti"],
        "acr": "urn:gerbang:acr:aal2",
        "auth_time": int(clock().timestamp()),
    }


def test_2_2_a_refresh_token_is_told_to_its_client(rp, citizen):
    tokens = rp.tokens(citizen)
    told = rp.introspect(tokens["refresh_token"])
    assert told["active"] is True
    assert told["client_id"] == rp.client.client_id
    assert told["sub"] == rp.id_token(tokens)["sub"]
    assert told["exp"] > told["auth_time"]


def test_2_2_an_earlier_refresh_token_is_inactive_and_asking_harms_nothing(rp, citizen):
    tokens = rp.tokens(citizen)
    fresh = rp.refresh(tokens["refresh_token"])
    assert rp.introspect(tokens["refresh_token"]).json == INACTIVE
    assert rp.refresh(fresh["refresh_token"]).ok


@pytest.mark.parametrize("token", ["x", "a.b.c", "r2078101." + "x" * 43, "r99999ff." + "_" * 43, "\u00e9"])
def test_2_2_what_is_no_token_is_inactive_and_nothing_else(rp, token):
    assert rp.introspect(token).json == INACTIVE


def test_2_2_an_id_token_or_a_code_is_no_access_token(rp, citizen):
    code = rp.sign_in(citizen).code
    assert rp.introspect(code).json == INACTIVE
    assert rp.introspect(rp.redeem(code)["id_token"]).json == INACTIVE


def test_2_2_another_client_learns_nothing(provider, rp, other_rp, citizen):
    tokens = rp.tokens(citizen)
    with provider.unchanged():
        assert other_rp.introspect(tokens["access_token"]).json == INACTIVE
        assert other_rp.introspect(tokens["refresh_token"]).json == INACTIVE


def test_2_2_an_expired_token_is_inactive(rp, citizen, clock):
    tokens = rp.tokens(citizen)
    clock.advance(minutes=10)
    assert rp.introspect(tokens["access_token"]).json == INACTIVE


def test_2_2_an_audience_may_ask_too(provider, rp, other_rp, citizen, services):
    claims = rp.claims(rp.tokens(citizen)) | {"aud": [factories.ISSUER, other_rp.client.client_id]}
    token = compact(services.keyring.signer("ES256"), claims, "at+jwt")
    assert other_rp.introspect(token)["aud"] == [factories.ISSUER, other_rp.client.client_id]


def test_2_2_an_audience_out_of_service_learns_nothing(rp, citizen, services):
    server = RP(rp.provider, factories.a_client(services, "health", resource_uris=["https://health.example"]))
    code = rp.sign_in(citizen, resource="https://health.example").code
    token = rp.redeem(code, resource="https://health.example")["access_token"]
    assert server.introspect(token)["active"] is True
    factories.suspend(services, "health")
    assert server.introspect(token).json == {"active": False}
    assert rp.introspect(token)["active"] is True


def test_2_2_a_client_with_a_secret_asks_by_basic(provider, citizen):
    client = factories.a_client(provider.services, token_endpoint_auth_method="client_secret_basic")
    rp = RP(provider, client)
    tokens = rp.tokens(citizen)
    assert rp.introspect(tokens["access_token"])["active"] is True
    pair = base64.b64encode(f"{client.client_id}:wrong".encode()).decode()
    answer = provider.post(
        "/introspect", data={"token": tokens["access_token"]}, headers={"Authorization": f"Basic {pair}"}
    )
    assert answer.status == 401
    assert "active" not in answer.json
